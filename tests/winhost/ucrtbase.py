"""Building the stand-in's ucrtbase.dll: Wine's own, and around it what that lacks (src/complex.c).

It belongs to the host: a runtime that is deployed carries none.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from winhost import mingw

_KINDS = (("f", "-DFLOAT"), ("", "-DDOUBLE"), ("l", "-DDOUBLE"))


def extend(system32: Path, scratch: Path) -> None:
    """Puts ours in the place of Wine's, which stays beside it as ucrtbase_w.dll and answers all else."""
    theirs = system32 / "ucrtbase_w.dll"
    shutil.copy(system32 / "ucrtbase.dll", theirs)
    entry = scratch / "entry.c"
    entry.write_text("int __stdcall DllMainCRTStartup(void *m, unsigned why, void *r) { return 1; }\n")
    objects = []
    for suffix, kind in _KINDS:
        objects.append(scratch / f"complex{suffix}.o")
        mingw.gcc("-c", f"-DSUFFIX={suffix}", kind, "-o", objects[-1], mingw.SOURCES / "complex.c")
    ours = {name.removeprefix("shim_"): name for path in objects for name in mingw.symbols(path)}
    lines = [f"{name} = {shim}" for name, shim in ours.items()]
    lines += [f"{name} = ucrtbase_w.{name}" for name in mingw.exports(theirs) if name not in ours]
    definition = scratch / "ucrtbase.def"
    definition.write_text('LIBRARY "ucrtbase.dll"\nEXPORTS\n' + "\n".join(lines) + "\n")
    built = scratch / "ucrtbase.dll"
    mingw.gcc(
        "-shared", "-static", "-static-libgcc", "-nostartfiles", "-Wl,-e,DllMainCRTStartup", "-o", built,
        entry, *objects, definition,
    )  # fmt: skip
    # Not written over: what is there may be a hard link into another prefix.
    (system32 / "ucrtbase.dll").unlink()
    shutil.copy(built, system32 / "ucrtbase.dll")
