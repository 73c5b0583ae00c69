"""Running Wine without ever hanging on it, and finding and ending all that runs in one prefix.

A prefix is a folder that is one Windows: its registry and its drive C:.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

TESTBED_PYTHON = (r"C:\testbed\python\pythonw.exe", "-I", "-S")
"""The stand-in's own Python, which no product may use."""

_FOLDERS = ("/usr/lib/wine", "/usr/local/bin", "/usr/bin")


def _find(*names: str) -> str:
    for name in names:
        path = shutil.which(name, path=os.pathsep.join(_FOLDERS))
        if path is not None:
            return path
    raise RuntimeError("the Windows stand-in needs Wine: install the Debian package wine64")


def wine() -> str:
    """The program that runs Windows programs."""
    return _find("wine64", "wine")


def version() -> str:
    """What Wine says of itself: a prefix belongs to one version."""
    said = subprocess.run(
        [wine(), "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return said.stdout.strip()


def environment(prefix: Path, user: str, display: str = "") -> dict[str, str]:
    """All that Wine gets: PYTHONPATH and such of this process would reach the Windows programs."""
    found = {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(Path.home()), "USER": user,
        "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "WINEPREFIX": str(prefix), "WINEARCH": "win64",
        "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=",
    }  # fmt: skip
    return found | ({"DISPLAY": display} if display else {})


def start(env: Mapping[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """Starts a Windows program. It has no pipes of ours: Wine's services would keep them for ever."""
    return subprocess.Popen(
        [wine(), *arguments], env=env, cwd=Path(env["WINEPREFIX"]) / "drive_c", start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def run(env: Mapping[str, str], *arguments: str, timeout: float = 120) -> int:
    """Runs a Windows program to its end, silently; returns its exit code, of which Unix keeps 8 bits."""
    process = start(env, *arguments)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def shut_down(env: Mapping[str, str]) -> None:
    """Ends every process of the prefix, as pulling the plug would, after asking Wine to."""
    prefix = Path(env["WINEPREFIX"])
    server = _find("wineserver64", "wineserver")
    subprocess.run(
        [server, "-k"], env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
    )
    asked = time.monotonic()
    while left := processes(prefix):
        if time.monotonic() > asked + 2:
            for process in left:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        time.sleep(0.02)


def settle(env: Mapping[str, str]) -> None:
    """Waits until Wine has written the registry and ended; for a prefix that is being made."""
    subprocess.run(
        [_find("wineserver64", "wineserver"), "-w"],
        env=env,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=True,
    )


def processes(prefix: Path) -> list[psutil.Process]:
    """Wine's processes of this prefix and no other, as Linux sees them."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE or "wine" not in process.exe():
                continue
            if process.environ().get("WINEPREFIX") == str(prefix):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def open_files(prefix: Path) -> set[str]:
    """What the Windows programs of the prefix have open or loaded: wineserver holds a descriptor of each."""
    info = prefix.stat()
    folder = f"/server-{info.st_dev:x}-{info.st_ino:x}"  # where this prefix's wineserver stays
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str((entry / "cwd").readlink()).endswith(folder):
                return {str(link.readlink()) for link in (entry / "fd").iterdir()}
        except OSError:
            continue
    return set()
