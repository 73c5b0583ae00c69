"""A Python as its installer leaves it on Windows: with venv, pip and the launcher `py`.

The stand-in's own lacks them: its standard library is Linux'. Real are venv and pip; what ensurepip brings
into an environment comes from the package index, and py.exe is an imitation.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import uv

from support.windows import python as windows_python
from support.windows.host import WindowsHost
from winhost import mingw

PYTHON = r"C:\Python"
"""The folder of it, which belongs on PATH."""

_ENSUREPIP = """
import pathlib, shutil, sys
shutil.copytree(pathlib.Path(__file__).parent / "brought", sys.path[-1], dirs_exist_ok=True)
"""


def put_python_with_pip(windows: WindowsHost) -> None:
    """Installs it for all users."""
    folder = windows.drive_c / "Python"
    shutil.copytree(windows_python.windows_python(), folder)
    launchers = folder / "Lib" / "venv" / "scripts" / "nt"
    launchers.mkdir(parents=True)
    for name in ("python.exe", "pythonw.exe"):
        shutil.copy(folder / name, launchers)
    ensurepip = folder / "Lib" / "ensurepip"
    ensurepip.mkdir()
    (ensurepip / "__init__.py").touch()
    (ensurepip / "__main__.py").write_text(_ENSUREPIP)
    install = [
        uv.find_uv_bin(),
        "pip",
        "install",
        "--quiet",
        "--no-progress",
        "--target",
        ensurepip / "brought",
    ]
    subprocess.run([*install, "pip"], check=True)
    mingw.gcc("-municode", "-o", folder / "py.exe", Path(__file__).with_name("windows_py.c"))
