"""The runtimes on the console: one folder of containers, all of them whole."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deskconsole.common.errors import ConfigurationError, RuntimeUnavailable
from deskconsole.common.paths import make_private_folder
from deskconsole.common.progress import Report, ignore
from deskwin32.held_files import once_released

from .container import PLATFORM, Runtime
from .requirements import locked
from .script_reader import READ_SCRIPT

_ASIDE = ".making-"
_DAY = 86400.0


def requirements_today() -> str:
    """SHA-256 of the agent's locked list and of how scripts are read: what a runtime is built for."""
    return hashlib.sha256(locked() + READ_SCRIPT.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class RuntimeStore:
    """The runtimes below one folder, which need not be there yet."""

    folder: Path

    @classmethod
    def below(cls, cache: Path) -> RuntimeStore:
        """The shelf of a console whose cache that is."""
        return cls(cache / "runtimes")

    def runtimes(self) -> list[Runtime]:
        """All that can be read, the highest Python first."""
        found = []
        for path in self._files():
            with contextlib.suppress(ConfigurationError):
                found.append(Runtime.read(path))
        return sorted(
            found, key=lambda runtime: (runtime.manifest.version, runtime.manifest.built), reverse=True
        )

    def damaged(self) -> list[Path]:
        """Files that look like runtimes by their names only."""
        readable = {runtime.path for runtime in self.runtimes()}
        return [path for path in self._files() if path not in readable]

    def fitting(self, requirements: str | None = None, platform: str = PLATFORM) -> Runtime | None:
        """The best one for the agent (of today, unless `requirements` is the hash of another list)."""
        found = (runtime for runtime in self.runtimes() if fits(runtime, requirements, platform))
        return next(found, None)

    def take(self, path: Path, report: Report = ignore) -> Runtime:
        """Copies a runtime from elsewhere onto the shelf, all of it verified; raises ConfigurationError.

        One of the same name is replaced in one go.
        """
        runtime = Runtime.read(path)
        runtime.verify(report)
        with self.aside() as scratch:
            copy = scratch / path.name
            shutil.copyfile(path, copy)
            return self.put(Runtime(copy, runtime.manifest))

    def put(self, runtime: Runtime) -> Runtime:
        """Moves a container that lies `aside` to where it belongs."""
        there = self.folder / f"{runtime.name}.zip"
        once_released(lambda: runtime.path.replace(there))
        return Runtime(there, runtime.manifest)

    @contextlib.contextmanager
    def aside(self) -> Iterator[Path]:
        """A folder on the shelf's own disk that is gone afterwards."""
        try:
            make_private_folder(self.folder)
            self._sweep()
            # On Windows a virus scanner may hold what is in it: a later console sweeps that up.
            with tempfile.TemporaryDirectory(
                dir=self.folder, prefix=_ASIDE, ignore_cleanup_errors=True
            ) as scratch:
                yield Path(scratch)
        except OSError as error:
            raise RuntimeUnavailable(
                f"a runtime cannot be kept in {self.folder}: {error.strerror or error}",
                remedy="See to space and rights there, or set DESKCONSOLE_HOME to a folder on another disk.",
            ) from error

    def remove(self, name: str) -> int:
        """Deletes the runtime of that name, damaged or not; returns its bytes."""
        path = self.folder / f"{name}.zip"
        size = path.stat().st_size
        once_released(path.unlink)
        return size

    def _sweep(self) -> None:
        """Deletes what a killed console left here."""
        for folder in self.folder.glob(f"{_ASIDE}*"):
            if time.time() - folder.stat().st_mtime > _DAY:
                shutil.rmtree(folder, ignore_errors=True)

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("runtime-*.zip"))


def fits(runtime: Runtime, requirements: str | None = None, platform: str = PLATFORM) -> bool:
    """True if the agent of today (or the one whose locked list has that hash) runs on it."""
    wanted = requirements or requirements_today()
    return (runtime.manifest.requirements, runtime.manifest.platform) == (wanted, platform)
