"""The runtime as a deploy leaves it on a Windows host, for tests that are about something else.

    equip(windows)          # as if the console had brought it before

It was brought once for all tests of this machine, and is kept between runs. Its files are linked into each
host: whoever wants one that is different deletes it first.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.probe import probe
from deskconsole.runtimes.store import RuntimeStore
from winhost.cache import once

from .built_runtime import built_runtime
from .windows.host import WindowsHost
from .windows.login import host_of, log_in


def root_of(windows: WindowsHost) -> Path:
    """Our folder on the host."""
    return windows.home / "AppData" / "Local" / "deskconsole"


def put_on_shelf(cache: Path) -> None:
    """Gives the console with that cache the runtime, so that none is built."""
    shelf = RuntimeStore.below(cache).folder
    shelf.mkdir(parents=True, exist_ok=True)
    if not (shelf / built_runtime().name).exists():
        (shelf / built_runtime().name).symlink_to(built_runtime())


def equip(windows: WindowsHost) -> None:
    """Puts the runtime where a deploy puts it."""
    name = built_runtime().stem
    shutil.copytree(deployed_runtime(), root_of(windows) / name, copy_function=os.link)


def deployed_runtime() -> Path:
    """The runtime's folder, compiled files and all: only to be read."""
    name = built_runtime().stem
    return once("deployed-runtime", name, _deploy) / name


def _deploy(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as console, WindowsHost.start() as windows:
        put_on_shelf(Path(console))
        with log_in(windows, Path(console)) as connection:
            deployed = deploy(connection, probe(connection, host_of(windows)), cache=Path(console))
        assert deployed.runtime is not None
        shutil.copytree(root_of(windows) / deployed.runtime, folder / deployed.runtime)
