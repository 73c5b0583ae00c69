"""A runtime for the Windows stand-in, really built: `deskconsole runtime build` with the stand-in's Python.

    container = built_runtime()         # path of a runtime-<hash>.zip, shared: only to be read

Building takes a minute, so one is kept between runs for as long as nothing changes that goes into it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from support.windows import python as windows_python
from winhost.cache import contents, once

ROOT = Path(__file__).parents[2]
_SOURCES = [
    *(ROOT / "console/deskconsole/runtimes").glob("*.py"),
    ROOT / "agent/deskagent/requirements.txt",
]


def built_runtime() -> Path:
    """The container."""
    key = f"{windows_python.python_archive()} {contents(*_SOURCES)}"
    return next(once("runtime", key, _build).glob("runtime-*.zip"))


def build_command(folder: Path) -> list[str]:
    """The arguments that build one of the stand-in's Python; its list of downloads goes into `folder`."""
    downloads = windows_python.downloads_list(folder)
    short = downloads.version.rpartition(".")[0]
    return ["runtime", "build", "--python", short, "--downloads", str(downloads.path), "--json"]


def _build(folder: Path) -> None:
    home = folder / "console"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "deskconsole", *build_command(home)],
        env={
            **os.environ,
            "DESKCONSOLE_HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "agent"), str(ROOT / "console")]),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"no runtime could be built: {done.stderr.strip()}")
    path = Path(json.loads(done.stdout)["path"])
    path.rename(folder / path.name)
    shutil.rmtree(home)
