"""Where the stand-in's parts are kept between runs, and how a part is made only once.

The folder is `$DESKCONSOLE_TEST_CACHE`, otherwise `deskconsole-tests` in the user's cache folder. All in it
may be deleted at any time while no test runs.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deskconsole.common.file_lock import locked

HERE = Path(__file__).resolve().parent
_DIGITS = 12
_WEEK = 7 * 24 * 3600


def folder() -> Path:
    """The cache's folder, made if need be."""
    told = os.environ.get("DESKCONSOLE_TEST_CACHE")
    above = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    path = Path(told or Path(above) / "deskconsole-tests").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def once(name: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder of the part `name`, filled by `make` unless that was done before with the same `key`.

    `key` names all that the part depends on. Two runs at once wait for each other; a part whose making
    failed or was cut is made again. Parts of other keys go when nobody has asked for them for a week: two
    Pythons can take turns.
    """
    part = folder() / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:_DIGITS]}"
    if part.is_dir():
        os.utime(part)
        return part
    wait = functools.cache(lambda: say(f"the Windows stand-in: another run makes its {name}, waiting"))
    with locked(folder() / f"{name}.lock", wait):
        if part.is_dir():
            return part
        _prune(name)
        unfinished = part.with_name(part.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        say(f"the Windows stand-in: making its {name}")
        began = time.monotonic()
        make(unfinished)
        unfinished.rename(part)
        say(f"the Windows stand-in: {name} made in {time.monotonic() - began:.0f} s")
    return part


def contents(*paths: Path) -> str:
    """A digest over files' contents, for a key."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _prune(name: str) -> None:
    for part in folder().glob(f"{name}-{'?' * _DIGITS}"):
        if part.stat().st_mtime < time.time() - _WEEK:
            shutil.rmtree(part)


def say(text: str) -> None:
    """One line for whoever waits, past the test runner's capture."""
    print(f"deskconsole: {text}", file=sys.__stderr__, flush=True)
