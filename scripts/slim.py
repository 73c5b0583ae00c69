"""Makes .venv smaller, run by its own Python when pip has installed everything (scripts/environment.sh).

Stubs replace the libraries that OpenCV is linked to and the program never calls, 89 MB. pip has written no
bytecode: it would write 52 MB, of all modules. Here the program's modules are imported, so that Python writes
the 10 MB that their start needs.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import pkgutil
from pathlib import Path

from deskconsole.runtimes.stripping import is_stubbed
from deskconsole.runtimes.stub_library import stub_of

PROGRAM = ("deskwire", "deskx11", "deskagent", "deskconsole")


def stub_libraries() -> None:
    """Replaces OpenCV's files; another environment may have hard links to the old ones."""
    for file in importlib.metadata.files("opencv-python") or ():
        if not is_stubbed(file.as_posix()):
            continue
        path = Path(str(file.locate()))
        with contextlib.suppress(ValueError):  # it is a stub already
            stub = path.with_name(f"{path.name}.stub")
            stub.write_bytes(stub_of(path.read_bytes()))
            stub.replace(path)


def write_bytecode() -> None:
    """Imports every module that can be imported on this system."""
    for name in PROGRAM:
        for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                with contextlib.suppress(ImportError):
                    importlib.import_module(module.name)


if __name__ == "__main__":
    stub_libraries()
    write_bytecode()
