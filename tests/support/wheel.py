"""This clone's wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .command_line import ROOT


def build_wheel(folder: Path) -> Path:
    """The tool that `uv build` and `uv tool install .` make of the clone."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built
