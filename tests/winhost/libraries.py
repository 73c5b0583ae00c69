"""Building system libraries of the stand-in: Wine's own, and around them what these lack.

They belong to the host: a runtime that is deployed carries none.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from winhost import mingw

EXTENDED = ("ucrtbase", "wtsapi32")
"""Libraries of which Wine is to take ours."""

_KINDS = (("f", "-DFLOAT"), ("", "-DDOUBLE"), ("l", "-DDOUBLE"))


def extend_all(system32: Path, scratch: Path) -> None:
    """Gives ucrtbase.dll the complex functions of C99 (src/complex.c) and wtsapi32.dll sessions."""
    objects = []
    for suffix, kind in _KINDS:
        objects.append(scratch / f"complex{suffix}.o")
        mingw.gcc("-c", f"-DSUFFIX={suffix}", kind, "-o", objects[-1], mingw.SOURCES / "complex.c")
    _extend("ucrtbase", system32, scratch, objects)
    sessions = scratch / "sessions.o"
    mingw.gcc("-c", "-o", sessions, mingw.SOURCES / "sessions.c")
    _extend("wtsapi32", system32, scratch, [sessions])


def _extend(library: str, system32: Path, scratch: Path, objects: Sequence[Path]) -> None:
    """Puts ours in the place of Wine's, which stays beside it with `_w` behind its name and answers all else.

    A function `shim_NAME` of an object is NAME of the library.
    """
    theirs = system32 / f"{library}_w.dll"
    shutil.copy(system32 / f"{library}.dll", theirs)
    entry = scratch / "entry.c"
    entry.write_text("int __stdcall DllMainCRTStartup(void *m, unsigned why, void *r) { return 1; }\n")
    symbols = [name for path in objects for name in mingw.symbols(path)]
    ours = {name.removeprefix("shim_"): name for name in symbols if name.startswith("shim_")}
    lines = [f"{name} = {shim}" for name, shim in ours.items()]
    lines += [f"{name} = {library}_w.{name}" for name in mingw.exports(theirs) if name not in ours]
    definition = scratch / f"{library}.def"
    definition.write_text(f'LIBRARY "{library}.dll"\nEXPORTS\n' + "\n".join(lines) + "\n")
    built = scratch / f"{library}.dll"
    mingw.gcc(
        "-shared", "-static", "-static-libgcc", "-nostartfiles", "-Wl,-e,DllMainCRTStartup", "-o", built,
        entry, *objects, definition,
    )  # fmt: skip
    # Not written over: what is there may be a hard link into another prefix.
    (system32 / f"{library}.dll").unlink()
    shutil.copy(built, system32 / f"{library}.dll")
