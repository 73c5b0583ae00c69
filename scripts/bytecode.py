"""Writes the bytecode that the program's start needs; .venv's Python runs it after pip.

pip compiles every module of every package, 52 MB, and takes 3 seconds of CPU longer for it; the program loads
modules of 10 MB. scripts/environment.sh and environment.py start this.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil

PROGRAM = ("deskwire", "deskx11", "deskwin32", "deskagent", "deskconsole")


def main() -> None:
    """Imports every module that can be imported on this system."""
    for name in PROGRAM:
        for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                # On Windows a module of Linux finds no library: ctypes raises TypeError.
                with contextlib.suppress(ImportError, TypeError):
                    importlib.import_module(module.name)


if __name__ == "__main__":
    main()
