"""A Windows on disk: made once by Wine and furnished with the stand-in's programs, then copied for each host.

A copy takes a fraction of a second: what is in C:\\windows and the stand-in's own C:\\testbed is hard-linked,
so nothing may ever be written over there in place.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from support.windows import python as windows_python
from winhost import libraries, mingw, wine
from winhost.cache import HERE, contents, once

_PROFILE = "profile-of-nobody-yet"
_SHIMS = ("query", "schtasks", "tasklist")
_LINKED = ("windows", "testbed/python")
"""What no host changes in place; below it new files may come."""

_OVERRIDDEN = (*libraries.EXTENDED, *(f"{name}.exe" for name in _SHIMS))
_SETTINGS = (
    r"""REGEDIT4

[HKEY_CURRENT_USER\Software\Wine\Explorer]
"Desktop"="Default"

[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows NT\CurrentVersion\AeDebug]
"Debugger"="false"

[HKEY_CURRENT_USER\Control Panel\Desktop]
"CursorBlinkRate"="-1"

[HKEY_CURRENT_USER\Software\Wine\DllOverrides]
"""
    + "".join(f'"{name}"="native,builtin"\n' for name in _OVERRIDDEN)
    + rf"""
[HKEY_CURRENT_USER\Environment]
"TEMP"="C:\\users\\{_PROFILE}\\AppData\\Local\\Temp"
"TMP"="C:\\users\\{_PROFILE}\\AppData\\Local\\Temp"
"""
)
"""A caret that blinks would make two pictures of one moment differ."""


def make(folder: Path, user: str, size: tuple[int, int]) -> None:
    """Makes `folder` a Windows of its own, with the profile of `user` and a desktop of that size."""
    template = _template()
    drive = folder / "drive_c"
    (folder / "dosdevices").mkdir(parents=True)
    (folder / "dosdevices" / "c:").symlink_to("../drive_c")
    name = _registry_text(user)
    for path in template.glob("*.reg"):
        text = path.read_bytes()
        (folder / path.name).write_bytes(text.replace(_PROFILE.encode(), name.encode()))
    with (folder / "user.reg").open("a") as file:
        file.write('\n[Software\\\\Wine\\\\Explorer\\\\Desktops]\n"Default"="{}x{}"\n'.format(*size))
    shutil.copy(template / ".update-timestamp", folder)

    def copy(source: str, target: str) -> str:
        inside = Path(target).relative_to(drive).as_posix()
        if inside.startswith(tuple(f"{linked}/" for linked in _LINKED)):
            Path(target).hardlink_to(source)
        else:
            shutil.copy2(source, target)
        return target

    shutil.copytree(template / "drive_c", drive, symlinks=True, copy_function=copy)
    (drive / "users" / _PROFILE).rename(drive / "users" / user)


def _registry_text(name: str) -> str:
    """As Wine writes it into its registry files."""
    return "".join(char if char.isascii() else f"\\x{ord(char):04x}" for char in name)


def _template() -> Path:
    windows = once("windows", f"{wine.version()} {_SETTINGS} 2", _install_windows)
    python = windows_python.windows_python()
    sources = [
        *mingw.SOURCES.iterdir(),
        *(HERE / "shims").glob("*.py"),
        Path(__file__),
        HERE / "libraries.py",
    ]
    key = f"{windows} {python} {contents(*sources)}"
    return once("host", key, lambda folder: _furnish(folder, windows, python)) / "prefix"


def _install_windows(folder: Path) -> None:
    prefix = folder / "prefix"
    drive = prefix / "drive_c"
    drive.mkdir(parents=True)
    env = wine.environment(prefix, _PROFILE)
    wine.run(env, "wineboot", "-i")
    wine.settle(env)
    profile = drive / "users" / _PROFILE
    if not profile.is_dir():
        raise RuntimeError("Wine made no Windows: try `wineboot -i` with an empty WINEPREFIX")
    # Wine links profile folders into the home of the Unix user, and has a drive with all of his disk.
    for path in [path for path in (drive / "users").rglob("*") if path.is_symlink()]:
        path.unlink()
        path.mkdir()
    (prefix / "dosdevices" / "z:").unlink()
    (profile / "AppData" / "Local" / "Temp").mkdir(parents=True)
    (drive / "settings.reg").write_text(_SETTINGS, newline="\r\n")
    wine.run(env, "winecfg", "-v", "win10")
    wine.run(env, "regedit", "/S", r"C:\settings.reg")
    wine.shut_down(env)
    (drive / "settings.reg").unlink()


def _furnish(folder: Path, windows: Path, python: Path) -> None:
    prefix = folder / "prefix"
    shutil.copytree(windows / "prefix", prefix, symlinks=True, copy_function=os.link)
    system32 = prefix / "drive_c" / "windows" / "system32"
    testbed = prefix / "drive_c" / "testbed"
    testbed.mkdir()
    (testbed / "results").mkdir()
    (system32 / "Tasks").mkdir(exist_ok=True)
    shutil.copytree(python, testbed / "python", copy_function=os.link)
    shims = testbed / "python" / "Lib" / "winhost" / "shims"
    shutil.copytree(HERE / "shims", shims, ignore=shutil.ignore_patterns("__pycache__"))
    mingw.compile_program("ssh_command.c", testbed / "ssh_command.exe")
    shim = folder / "shim.exe"
    mingw.compile_program("shim.c", shim, "-lws2_32")
    for name in _SHIMS:
        (system32 / f"{name}.exe").unlink(missing_ok=True)
        shutil.copy(shim, system32 / f"{name}.exe")
    libraries.extend_all(system32, folder)
    # Its bytecode is kept, or each host would compile what it imports.
    env = wine.environment(prefix, _PROFILE)
    warm = wine.run(env, *wine.TESTBED_PYTHON, "-c", "import ssl, winhost.shims.services")
    wine.shut_down(env)
    if warm:
        raise RuntimeError("the Windows Python does not run under this Wine")
