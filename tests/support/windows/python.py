"""A relocatable Windows Python without packages, put together from published Windows binaries.

    archive = python_archive()               # a .tar.gz whose top folder is python/
    found = downloads_list(tmp_path)         # for `uv python install --python-downloads-json-url`
    found.path, found.key, found.version     # the JSON file, "cpython-3.11.9-windows-x86_64-none", "3.11.9"

Real: pythonXY.dll, the extension modules, OpenSSL, SQLite, vcruntime140. Compiled here: python.exe,
pythonw.exe and python3.dll, of which none is to be had from the package index. The standard library is that
of a Python of this machine with the same minor version, less what Windows or a program without a user does
not need. What is made is kept in the cache (`winhost.cache`).
"""

from __future__ import annotations

import fnmatch
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from winhost import mingw
from winhost.cache import HERE, contents, once


@dataclass(frozen=True)
class Published:
    """The wheels that carry one Python's binaries, with their SHA-256."""

    version: str
    panda3d: str
    msvc_runtime: str


PUBLISHED = {
    11: Published(
        "3.11.9",
        "37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82",
        "aba7fbe71897d25ed53fbb7f391e9f50289378a8a9ae218ba18530c663448391",
    ),
    12: Published(
        "3.12.10",
        "f6493e2ecc0d1b7c1556a999556e5278cbc9484fe5fe1e159a1ccc02b870b18f",
        "32f9c706009e16ccc319d6947ce3bffe20e5192bee52b18cf48313f9e7bedfbe",
    ),
    13: Published(
        "3.13.11",
        "0e505261bb58d8402d0099c291f1a3459acfdd38f3e7d666e72aa2e1ea5dc46f",
        "d4f6cf106aaf235f2a90952f9ec7de49e9946323880d051abf9745a6d4bf60bf",
    ),
}
"""By minor version. The wheels of panda3d hold CPython's DLL and extension modules; those of msvc-runtime
hold vcruntime140_1.dll, which numpy needs and a fresh Windows may lack."""

_REQUIREMENTS = (
    "panda3d==1.10.16 --hash=sha256:{0.panda3d}\n"
    "msvc-runtime==14.44.35112 --hash=sha256:{0.msvc_runtime}\n"
)  # fmt: skip

_NOT_FROM_STDLIB = (
    "site-packages", "dist-packages", "lib-dynload", "test", "idlelib", "ensurepip", "lib2to3", "turtledemo",
    "tkinter", "turtle.py", "pydoc_data", "__pycache__", "config-*", "_sysconfigdata*", "sitecustomize.py",
    "EXTERNALLY-MANAGED", "_distutils_system_mod.py",
)  # fmt: skip
# _wmi needs what is a stub in Wine 8, Python does without; *t-win_amd64 belongs to the free-threaded build.
_NOT_FROM_CPYTHON = (
    "*t-win_amd64.pyd",
    "_wmi.pyd",
    "_test*.pyd",
    "_ctypes_test.pyd",
    "_tkinter.pyd",
    "_msi.pyd",
)
_LIBRARIES = ("libcrypto-3.dll", "libssl-3.dll", "libffi-8.dll", "sqlite3.dll")
_VCRUNTIME = ("vcruntime140.dll", "vcruntime140_1.dll")


@dataclass(frozen=True)
class DownloadsList:
    """What uv is told of where its Pythons come from: here one, in a file beside the list."""

    path: Path
    key: str
    version: str


@dataclass(frozen=True)
class _Base:
    """The Python of this machine whose standard library is borrowed."""

    minor: int
    stdlib: Path
    described: str


def windows_python() -> Path:
    """The folder with python.exe in it; shared by all that use it, so it is only to be read."""
    base = _base()
    key = (
        f"{PUBLISHED[base.minor]} {base.described} {contents(Path(__file__), HERE / 'mingw.py', *_sources())}"
    )
    return once(f"python-3.{base.minor}", key, lambda folder: _assemble(base, folder)) / "python"


def python_archive() -> Path:
    """A .tar.gz of `windows_python` whose top folder is `python/`; of equal contents, equal bytes."""
    source = windows_python()

    def pack(folder: Path) -> None:
        with (
            gzip.GzipFile(folder / "python.tar.gz", "wb", compresslevel=1, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w") as archive,
        ):
            for path in sorted(source.rglob("*")):
                if path.is_file():
                    member = tarfile.TarInfo(f"python/{path.relative_to(source).as_posix()}")
                    member.size = path.stat().st_size
                    with path.open("rb") as data:
                        archive.addfile(member, data)

    return once("python-archive", f"1 {source}", pack) / "python.tar.gz"


def downloads_list(folder: Path) -> DownloadsList:
    """Writes into `folder` the list by which uv installs `windows_python` as a Python of its own."""
    archive = python_archive()
    version = PUBLISHED[_base().minor].version
    major, minor, patch = map(int, version.split("."))
    key = f"cpython-{version}-windows-x86_64-none"
    entry = {
        "name": "cpython", "arch": {"family": "x86_64", "variant": None}, "os": "windows", "libc": "none",
        "major": major, "minor": minor, "patch": patch, "prerelease": "", "variant": None, "build": None,
        "url": archive.as_uri(), "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
    }  # fmt: skip
    path = folder / "python-downloads.json"
    path.write_text(json.dumps({key: entry}, indent=1))
    return DownloadsList(path, key, version)


def _base() -> _Base:
    """This very Python where its binaries are published, otherwise another one of this machine."""
    for command in (sys.executable, *(f"python3.{minor}" for minor in sorted(PUBLISHED, reverse=True))):
        ask = "import sys, sysconfig; print(sys.version_info[1], sysconfig.get_path('stdlib'), sys.version)"
        try:
            said = subprocess.run([command, "-ISc", ask], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        minor, stdlib, described = said.stdout.split(maxsplit=2)
        if int(minor) in PUBLISHED:
            return _Base(int(minor), Path(stdlib), described)
    raise RuntimeError(
        "the Windows stand-in needs Python 3.11, 3.12 or 3.13 on this machine (its standard library is used):"
        " run the tests with one of them, or install one beside"
    )


def _sources() -> list[Path]:
    return [mingw.SOURCES / "python.c"]


def _assemble(base: _Base, folder: Path) -> None:
    wheels = folder / "wheels"
    _download(base, wheels)
    binaries = folder / "binaries"
    binaries.mkdir()
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as packed:
            for name in packed.namelist():
                if "/deploy_libs/" in f"/{name}" or Path(name).name in _VCRUNTIME:
                    (binaries / Path(name).name).write_bytes(packed.read(name))
    python = folder / "python"
    modules = python / "DLLs"
    modules.mkdir(parents=True)
    shutil.copytree(base.stdlib, python / "Lib", ignore=shutil.ignore_patterns(*_NOT_FROM_STDLIB))
    (python / "Lib" / "site-packages").mkdir()
    for path in binaries.iterdir():
        # panda3d's own VCRUNTIME140.dll is older than the one that is spelt in lower case.
        if path.name in _VCRUNTIME or path.name.startswith("python3"):
            shutil.copy(path, python)
        elif path.name in _LIBRARIES or (path.suffix == ".pyd" and not _unwanted(path.name)):
            shutil.copy(path, modules)
    library = python / f"python3{base.minor}.dll"
    mingw.compile_program("python.c", python / "python.exe", library)
    mingw.compile_program("python.c", python / "pythonw.exe", "-mwindows", library)
    _compile_stable_abi(library, folder / "python3.c", python / "python3.dll")
    shutil.rmtree(wheels)
    shutil.rmtree(binaries)


def _unwanted(name: str) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in _NOT_FROM_CPYTHON)


def _download(base: _Base, wheels: Path) -> None:
    """By pip, from wherever this user's pip is told to fetch."""
    wheels.mkdir()
    requirements = wheels / "requirements.txt"
    requirements.write_text(_REQUIREMENTS.format(PUBLISHED[base.minor]))
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
        "--no-deps", "--only-binary=:all:", "--platform=win_amd64", "--implementation=cp",
        f"--python-version=3.{base.minor}", "--require-hashes", "-r", str(requirements), "-d", str(wheels),
    ]  # fmt: skip
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False
    )
    if done.returncode:
        raise RuntimeError(f"pip could not fetch the Windows binaries of Python: {done.stderr.strip()}")


def _compile_stable_abi(library: Path, source: Path, target: Path) -> None:
    """python3.dll, which extensions of the stable ABI import: each export forwarded to the real DLL."""
    source.write_text("int __stdcall DllMain(void *m, unsigned why, void *r) { return 1; }\n")
    definition = source.with_suffix(".def")
    names = [name for name in mingw.exports(library) if name.startswith(("Py", "_Py", "PY"))]
    definition.write_text(
        'LIBRARY "python3.dll"\nEXPORTS\n' + "".join(f"{name} = {library.stem}.{name}\n" for name in names)
    )
    mingw.gcc("-shared", "-nostdlib", "-e", "DllMain", "-o", target, source, definition)
    source.unlink()
    definition.unlink()
