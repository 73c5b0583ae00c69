"""The temporary folder of a demo, deleted at its end; what a killed demo left, the next one deletes."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NoReturn

from deskconsole.common.file_lock import locked

_PREFIX: Final = "deskconsole-demo-"
_LOCK: Final = "lock"

_YOUNG: Final = 60.0
"""Seconds in which a folder is left alone even without a lock: its owner may be about to take it."""


class DemoFolder:
    """A folder that is locked while its demo lives: the system takes the lock back from a killed process."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX)
        self.path = Path(self._folder.name)
        self._lock = contextlib.ExitStack()
        self._lock.enter_context(locked(self.path / _LOCK, _give_up))
        remove_abandoned(self.path.parent)

    def cleanup(self) -> None:
        """Deletes the folder."""
        self._lock.close()
        self._folder.cleanup()


def remove_abandoned(parent: Path) -> None:
    """Deletes this user's folders of demos that do not live any more."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = folder.lstat()
            if folder.is_symlink() or time.time() - status.st_mtime < _YOUNG:
                continue
            if sys.platform != "win32" and status.st_uid != os.geteuid():
                continue
            with locked(folder / _LOCK, _give_up):
                pass
            # Windows deletes no file that is open, the lock's for one. An agent may still have some: then the
            # next demo deletes the rest.
            shutil.rmtree(folder, ignore_errors=True)


def _give_up() -> NoReturn:
    raise TimeoutError("it is locked")
