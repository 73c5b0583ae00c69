"""Compiling the stand-in's few Windows programs with mingw-w64, and asking a Windows DLL for its exports."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from winhost.cache import HERE

SOURCES = HERE / "src"
# The package of the second name brings the first too, but twice the size with its other thread model.
_COMPILERS = ("x86_64-w64-mingw32-gcc-win32", "x86_64-w64-mingw32-gcc")
_EXPORT = re.compile(r"^\s*\[ *\d+\]\s+(?:\+base\[ *\d+\]\s+[0-9a-f]+\s+)?(\S+)$", re.MULTILINE)


def compile_program(source: str, target: Path, *options: str | Path) -> None:
    """Makes `target`, an .exe, from a file in src/; `options` come last, as libraries must."""
    gcc("-municode", "-o", target, SOURCES / source, *options)


def gcc(*arguments: str | Path) -> None:
    """Runs the compiler; its complaints are the error."""
    compiler = next((path for name in _COMPILERS if (path := shutil.which(name))), None)
    if compiler is None:
        raise RuntimeError(
            "no compiler for Windows programs: install the Debian package gcc-mingw-w64-x86-64-win32"
        )
    _run(compiler, "-O2", "-s", *arguments)


def exports(library: Path) -> list[str]:
    """The names that a DLL exports."""
    listing = _run("x86_64-w64-mingw32-objdump", "-p", library)
    _, found, table = listing.partition("[Ordinal/Name Pointer] Table")
    if not found:
        raise RuntimeError(f"{library} exports nothing")
    return _EXPORT.findall(table.partition("\n\n")[0])


def symbols(compiled: Path) -> list[str]:
    """The names that an object file defines for others."""
    lines = _run("x86_64-w64-mingw32-nm", "--extern-only", "--defined-only", compiled).splitlines()
    return [line.split()[-1] for line in lines if line.split()[-2] == "T"]


def _run(*command: str | Path) -> str:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
    return done.stdout
