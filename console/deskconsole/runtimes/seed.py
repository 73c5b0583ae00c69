"""The seed of a runtime: the few files that make a Python which runs alone and can unpack all others.

Its standard library is a zip of the modules that unpacking imports. Which these are differs from one Python
to the next, so they are found in its own sources: what a module imports when it is itself imported.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping

from deskconsole.common.errors import RuntimeUnavailable

from .script_reader import READER

_PROGRAMS = re.compile(r"python\.exe|python3\d\d\.dll|vcruntime140(_1)?\.dll", re.IGNORECASE)

_ROOTS = (
    "__future__", "abc", "base64", "codecs", "collections.abc", "contextlib", "dataclasses",
    "encodings", "encodings.aliases", "encodings.ascii", "encodings.charmap", "encodings.cp1252",
    "encodings.cp437",
    "encodings.latin_1", "encodings.mbcs", "encodings.oem", "encodings.raw_unicode_escape",
    "encodings.unicode_escape", "encodings.utf_16", "encodings.utf_16_le", "encodings.utf_8",
    "encodings.utf_8_sig", "hashlib", "importlib.machinery", "importlib.util", "io", "json", "linecache",
    "locale", "lzma", "ntpath", "os", "pathlib", "runpy", "shutil", "site", "stat", "subprocess", "tarfile",
    "tempfile", "threading", "time", "traceback", "typing", "zipfile",
)  # fmt: skip
"""Some more than unpacking uses: what Python imports at its start, and what a script may want."""

_EPOCH = (1980, 1, 1, 0, 0, 0)

_IMPORT = re.compile(r"( *)(?:import +([\w., ]+)|from +([\w.]+) +import\b *\(?([\w., ]+)?)")
_BLOCK = re.compile(r"(try|except|else|elif|finally|if)\b")


def seed_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The seed's files by path, from all files of a runtime; raises RuntimeUnavailable where some lack."""
    seed = {name: data for name, data in files.items() if _PROGRAMS.fullmatch(name)}
    library = next((name for name in seed if name.lower().endswith(".dll") and "python" in name), "")
    wanted = {"python.exe", "vcruntime140.dll", "vcruntime140_1.dll"} - {name.lower() for name in seed}
    if not library:
        wanted.add("python3XX.dll")
    modules, extensions = _closure(files)
    seed |= {name: files[name] for name in (*extensions, READER)}
    if not any(name.lower().endswith("/_lzma.pyd") for name in extensions):
        wanted.add("_lzma.pyd")
    if wanted:
        raise RuntimeUnavailable(
            f"the Windows Python that was fetched is not complete: {', '.join(sorted(wanted))} is not in it",
            remedy="Take another version (--python), or another list of downloads.",
        )
    seed[library.removesuffix(".dll") + ".zip"] = _zipped({name: files[name] for name in modules})
    return seed


def _closure(files: Mapping[str, bytes]) -> tuple[set[str], set[str]]:
    """Paths of the sources and of the extension modules that the roots import."""
    extensions = {
        path.rpartition("/")[2].removesuffix(".pyd"): path
        for path in files
        if path.startswith("DLLs/") and path.endswith(".pyd")
    }
    waiting = list(_ROOTS)
    seen: set[str] = set()
    sources: set[str] = set()
    compiled: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting.append(name.rpartition(".")[0] or name)
        path = f"Lib/{name.replace('.', '/')}"
        package = f"{path}/__init__.py" in files
        source = f"{path}/__init__.py" if package else f"{path}.py"
        if source in files:
            sources.add(source)
            inside = name if package else name.rpartition(".")[0]
            waiting += imported(files[source].decode("utf-8", "replace"), inside)
        elif name in extensions:
            compiled.add(extensions[name])
    return sources, compiled


def imported(source: str, package: str) -> Iterator[str]:
    """Names that may be modules, of what a source imports at its top level, also below `try` and `if`.

    Read line by line: this Python's parser would stumble over the syntax of a newer one.

    >>> sorted(imported("try:\\n    import _bz2\\nexcept ImportError:\\n    from . import b", "a"))
    ['_bz2', 'a', 'a.b']
    """
    at_top = True
    for line in source.splitlines():
        match = _IMPORT.match(line)
        if line[:1].strip():
            at_top = bool(match) or bool(_BLOCK.match(line))
        if not match or not at_top:
            continue
        _, plain, origin, names = match.groups()
        if plain:
            yield from (part.split()[0] for part in plain.split(",") if part.split())
            continue
        dots = len(origin) - len(origin.lstrip("."))
        parents = package.split(".")[: len(package.split(".")) - dots + 1] if dots else []
        base = ".".join([*parents, *filter(None, [origin.lstrip(".")])])
        yield base
        yield from (f"{base}.{part.split()[0]}" for part in (names or "").split(",") if part.split())


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name.removeprefix("Lib/"), date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()
