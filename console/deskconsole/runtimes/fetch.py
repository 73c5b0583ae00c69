"""Fetches the parts of a runtime by uv: a Windows Python, and the agent's packages for it.

uv knows where Pythons lie and what their hashes are; a mirror, or a list of downloads of the user's own,
takes the place of that where the Internet is out of reach. Packages are held against the agent's locked list.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from deskconsole.common.errors import ConfigurationError, DeskconsoleError, RuntimeUnavailable
from deskconsole.common.progress import Progress, Report, StepId

from .container import PLATFORM
from .pythons import DEFAULT_PYTHON, PYTHONS
from .requirements import locked
from .uv import UvResult, run_uv

_BY_HAND = "or build it elsewhere and bring it here (`deskconsole runtime import FILE`)"


@dataclass(frozen=True, slots=True)
class PythonSource:
    """Which Python, and where it comes from where uv's own settings shall not decide."""

    python: str = DEFAULT_PYTHON
    """`3.13`: the newest of that line; `3.13.5`: that one."""
    mirror: str = ""
    """Address, or path of a folder, in place of the usual one: uv's `--mirror`."""
    downloads: str = ""
    """Address, or path, of a list of downloads in uv's format."""

    def checked(self) -> PythonSource:
        """The same with paths as addresses; raises ConfigurationError."""
        version = re.fullmatch(r"(3\.\d+)(\.\d+)?", self.python, re.ASCII)
        if version is None or version[1] not in PYTHONS:
            raise ConfigurationError(
                f"{self.python} is not a Python that the agent runs on",
                remedy=f"Take one of {', '.join(PYTHONS)}, or one of these with its third number.",
            )
        return PythonSource(self.python, _address(self.mirror), _address(self.downloads))


def _address(place: str) -> str:
    if not place or re.match(r"[a-z][a-z0-9+.-]+://", place):
        return place
    path = Path(place).expanduser()
    if not path.exists():
        raise ConfigurationError(f"there is no {place}", remedy="Give an address, or a path that is there.")
    return path.resolve().as_uri()


def fetch_python(source: PythonSource, scratch: Path, cache: Path, report: Report) -> Path:
    """The folder of an installed Windows Python; raises ConfigurationError, RuntimeUnavailable."""
    source = source.checked()
    place = scratch / "pythons"
    request = f"cpython-{source.python}-windows-x86_64-none"
    # Addresses may hold passwords, which do not belong on a command line.
    settings = {"UV_PYTHON_INSTALL_MIRROR": source.mirror, "UV_PYTHON_DOWNLOADS_JSON_URL": source.downloads}
    finished = run_uv(
        ["python", "install", "--no-bin", "--no-registry", "--install-dir", str(place), request],
        scratch,
        cache,
        _watching(StepId.FETCH_PYTHON, f"{source.python} for Windows", place, report),
        {name: value for name, value in settings.items() if value},
    )
    if finished.code != 0:
        raise _no_python(source, finished)
    found = [path.parent for path in place.glob("*/python.exe")]
    if len(found) != 1:
        raise RuntimeUnavailable(
            "what was fetched as a Windows Python has no python.exe where it should be",
            remedy="Take another version (--python), or another list of downloads.",
        )
    return found[0]


def fetch_packages(version: str, scratch: Path, cache: Path, report: Report) -> Path:
    """The folder of the agent's packages for that Python; raises RuntimeUnavailable."""
    target = scratch / "packages"
    short = version.rpartition(".")[0]
    (scratch / "requirements.txt").write_bytes(locked())
    command = ["pip", "install", "--quiet", "--target", str(target), "--python", sys.executable]
    command += ["--python-platform", PLATFORM, "--python-version", short]
    command += ["--only-binary", ":all:", "--require-hashes", "-r", "requirements.txt"]
    watching = _watching(StepId.FETCH_PACKAGES, f"Python {short} on Windows", target, report)
    finished = run_uv(command, scratch, cache, watching)
    if finished.unreachable:
        raise RuntimeUnavailable(
            "the agent's packages for Windows cannot be fetched: no package index answers",
            remedy=f"Connect this machine to the Internet, point pip or uv to a mirror, {_BY_HAND}.",
        )
    if finished.code != 0:
        raise _failed("the agent's packages for Windows cannot be fetched", finished)
    return target


def _watching(step: StepId, subject: str, folder: Path, report: Report) -> Callable[[], None]:
    """Tells how much lies in a folder that uv fills."""

    def look() -> None:
        size = 0
        for inside, _, names in os.walk(folder):
            for name in names:
                with contextlib.suppress(OSError):  # uv moves files meanwhile
                    size += os.lstat(os.path.join(inside, name)).st_size  # noqa: PTH118
        report(Progress(step, size, subject=subject))

    return look


def _no_python(source: PythonSource, finished: UvResult) -> DeskconsoleError:
    what = f"Python {source.python} for Windows"
    if "No download found" in finished.log:
        return ConfigurationError(
            f"there is no {what} in {source.downloads or 'the list of downloads that uv has'}",
            remedy="Take another version, a newer uv, or another list "
            "(`deskconsole runtime build` with --python, or --downloads).",
        )
    if "Python download list" in finished.log:
        return ConfigurationError(
            f"{source.downloads or 'the list of downloads'} cannot be used: {finished.reason}",
            remedy="It must be one JSON object with an entry for each Python, as uv takes it for its setting "
            "python-downloads-json-url, and has it itself (download-metadata.json among its sources).",
        )
    if "Hash mismatch" in finished.log:
        return RuntimeUnavailable(
            f"{what} was fetched, but does not have the hash that the list of downloads says",
            remedy="Try again; if it stays so, the mirror or the list is wrong.",
        )
    if finished.unreachable:
        return RuntimeUnavailable(
            f"{what} cannot be fetched: nothing answers where it should come from",
            remedy="Connect this machine to the Internet, build it from a mirror "
            f"(`deskconsole runtime build --mirror URL|PATH`, or --downloads with a list), {_BY_HAND}.",
        )
    return _failed(f"{what} cannot be fetched", finished)


def _failed(sentence: str, finished: UvResult) -> RuntimeUnavailable:
    if finished.disk_full:
        return RuntimeUnavailable(
            f"{sentence}: the disk of this machine is full",
            remedy="Free about 600 MB, or set DESKCONSOLE_HOME to a folder on another disk.",
        )
    return RuntimeUnavailable(
        f"{sentence}: {finished.reason}",
        remedy=f"Look at the settings of uv {metadata.version('uv')} on this machine, {_BY_HAND}.",
    )


def python_version(python: Path) -> str:
    """From the name that uv gives the folder: `cpython-3.13.5-windows-x86_64-none`."""
    match = re.match(r"cpython-(3\.\d+\.\d+)", python.name)
    if match is None:
        raise RuntimeUnavailable(
            f"uv installed a Python of no version that can be used: {python.name}",
            remedy="Take another version (--python).",
        )
    return match[1]
