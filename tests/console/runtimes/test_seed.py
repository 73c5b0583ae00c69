"""The seed: found in a Python's own sources, and enough for what unpacking imports."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from deskconsole.common.errors import RuntimeUnavailable
from deskconsole.runtimes.script_reader import READER_FILES
from deskconsole.runtimes.seed import imported, seed_of

PROGRAMS = dict.fromkeys(
    (
        "python.exe", "pythonw.exe", "python313.dll", "python3.dll", "vcruntime140.dll", "vcruntime140_1.dll",
        "DLLs/_lzma.pyd", "DLLs/_tkinter.pyd",
    ),
    b"MZ",
)  # fmt: skip
TINY = (
    PROGRAMS
    | READER_FILES
    | {"Lib/lzma.py": b"import _lzma\nimport io\n", "Lib/io.py": b"", "Lib/tkinter.py": b""}
)


def modules(seed: dict[str, bytes], name: str) -> set[str]:
    """What the seed's zip holds."""
    with zipfile.ZipFile(io.BytesIO(seed[name])) as archive:
        return set(archive.namelist())


def test_a_seed_is_the_programs_and_what_unpacking_imports() -> None:
    seed = seed_of(TINY)
    assert modules(seed, "python313.zip") == {"lzma.py", "io.py"}
    assert seed.keys() == {
        "python.exe", "python313.dll", "vcruntime140.dll", "vcruntime140_1.dll", "DLLs/_lzma.pyd",
        "python313.zip", "run.py",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ("python.exe", "python.exe"),
        ("python313.dll", "python3XX.dll"),
        ("vcruntime140_1.dll", "vcruntime140_1.dll"),
        ("DLLs/_lzma.pyd", "_lzma.pyd"),
    ],
)
def test_a_python_that_lacks_something_is_refused(lacking: str, said: str) -> None:
    files = {name: data for name, data in TINY.items() if name != lacking}
    with pytest.raises(RuntimeUnavailable, match=f"not complete: {said} is not in it"):
        seed_of(files)


def test_the_seed_of_this_python_has_all_that_unpacking_loads() -> None:
    library = Path(sysconfig.get_path("stdlib"))
    files = {
        f"Lib/{path.relative_to(library).as_posix()}": path.read_bytes()
        for path in library.rglob("*.py")
        if "site-packages" not in path.parts and "test" not in path.parts
    }
    held = modules(seed_of(PROGRAMS | READER_FILES | files), "python313.zip")
    program = (
        "import hashlib, io, json, lzma, os, shutil, subprocess, tarfile, tempfile, traceback, zipfile, sys\n"
        "specs = [getattr(module, '__spec__', None) for module in sys.modules.values()]\n"
        "print(json.dumps([spec.origin for spec in specs if spec]))"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, check=True, text=True
    )
    loaded = {
        Path(origin).relative_to(library).as_posix()
        for origin in json.loads(told.stdout)
        if origin and origin.endswith(".py")
    }
    assert len(loaded) > 40
    # Posix-only, and what machines add to their own Python.
    assert loaded - held <= {"posixpath.py", "grp.py", "pwd.py"}
    assert len(held) < 200, "a seed is small"


@pytest.mark.parametrize(
    ("source", "package", "found"),
    [
        ("import a.b, c as d", "", {"a.b", "c"}),
        ("from a import b, c as d", "", {"a", "a.b", "a.c"}),
        ("from a import (b,\n    c)", "", {"a", "a.b"}),
        ("from . import x", "p.q", {"p.q", "p.q.x"}),
        ("from .. import x", "p.q", {"p", "p.x"}),
        ("from ..y import x", "p.q", {"p.y", "p.y.x"}),
        ("from a import *", "", {"a"}),
        ("try:\n    import a\nexcept ImportError:\n    import b", "", {"a", "b"}),
        ("if x:\n    import a\nelse:\n    import b", "", {"a", "b"}),
        ("def f():\n    import a\n\nclass C:\n    import b", "", set()),
        ("lazy = f'{x:{'nested'}}'\nimport a", "", {"a"}),
    ],
)
def test_imports_at_the_top_of_a_source_are_found(source: str, package: str, found: set[str]) -> None:
    assert set(imported(source, package)) == found
