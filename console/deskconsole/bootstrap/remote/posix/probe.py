"""Lists what a POSIX host has: disk, C library, Python packages, deployed parts, running agents, X displays.

Changes nothing on the host.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import socket
import stat
import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from deskagent.host.posix.processes import agents, environment, is_agent, owner, processes

from ..parts import deployed
from .network_card import mac_of_connection

SOCKETS = "/tmp/.X11-unix"  # noqa: S108  where X servers put them

PERSONS = 1000
"""The first number of users that are persons, as login.defs(5) has it; those below belong to the system."""


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: root (our folder), chosen (it is not in the home), requirements (rows as the console lists
    them)."""
    root = Path(arguments["root"])
    existing = root
    while not existing.exists():
        existing = existing.parent
    if trouble := not_ours(root, chosen=arguments["chosen"]):
        return {"error": trouble}
    displays, looked = find_displays()
    return {
        "free": shutil.disk_usage(existing).free,
        "libc": libc(),
        "bits": struct.calcsize("P") * 8,
        "missing": missing(arguments["requirements"]),
        "deployed": deployed(root),
        "agents": [{"pid": pid, "instance": name} for pid, name in agents(root)],
        "displays": displays,
        "looked": looked,
        "noexec": noexec(existing),
        "mac": mac_of_connection(),
    }


def not_ours(root: Path, *, chosen: bool) -> str:
    """Says in one sentence why our folder may be another user's; empty where it is not."""
    try:
        seen = root.lstat()
    except OSError:
        seen = None
    if seen is not None and seen.st_uid != os.getuid():
        return f"{root} belongs to another user"
    if not chosen:
        return ""
    if not root.parent.is_dir():
        return f"the folder {root.parent} is not there"
    around = root.parent.stat()
    # Then others may put theirs in its place.
    if around.st_mode & stat.S_IWOTH and not around.st_mode & stat.S_ISVTX:
        return f"everybody may write to {root.parent}"
    return ""


def noexec(folder: Path) -> str:
    """Says why no library can be loaded from there; empty where one can, and where that is unknown."""
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        mount = folder.resolve()
        while not mount.is_mount():
            mount = mount.parent
        return f"{mount} is mounted noexec"
    try:
        import _ctypes
        import ctypes
    except ImportError:
        return ""
    library = getattr(_ctypes, "__file__", None)
    if library is None:
        return ""
    try:
        # A file without a name: there is nothing to be taken away.
        descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o700)
    except (OSError, AttributeError):
        return ""
    with os.fdopen(descriptor, "wb") as copy:
        try:
            copy.write(Path(library).read_bytes())
            copy.flush()
        except OSError:
            return ""
        try:
            ctypes.CDLL(f"/proc/self/fd/{descriptor}")
        except OSError as error:
            # Without /proc nothing is known.
            return "" if "No such file" in str(error) else f"the system says: {error}"
    return ""


def libc() -> str:
    """`glibc 2.36`, `musl`, or empty."""
    name, version = platform.libc_ver()
    if name == "glibc":
        return f"glibc {version}"
    return "musl" if any(Path("/lib").glob("ld-musl-*")) else ""


def missing(requirements: list[dict[str, Any]]) -> list[str]:
    """Modules that this Python lacks or has in a version that the agent was not made for."""
    lacking = [row["module"] for row in requirements if not satisfied(row)]
    if not lacking and not loads([row["module"] for row in requirements if row["needed"] and applies(row)]):
        # The desktop build of OpenCV is installed where its graphics libraries are not.
        return ["cv2"]
    return lacking


def applies(row: dict[str, Any]) -> bool:
    """True if this Python needs the module; some came into the standard library."""
    return row["before"] is None or sys.version_info[:2] < tuple(row["before"])


def satisfied(row: dict[str, Any]) -> bool:
    """True if the module is there in the right version, as far as its metadata says."""
    if not applies(row):
        return True
    try:
        if importlib.util.find_spec(row["module"]) is None:
            return False
    except ModuleNotFoundError:  # the package around it is not there either
        return False
    for distribution in row["distributions"]:
        try:
            version = numbers(importlib.metadata.version(distribution))
        except importlib.metadata.PackageNotFoundError:
            continue
        return numbers(row["lowest"]) <= version < numbers(row["below"])
    return False


def numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, so that versions compare."""
    parts = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        parts.append(int(digits))
    return tuple(parts)


def loads(modules: list[str]) -> bool:
    """True if the modules can be imported: tried in a process of its own, which may die of it."""
    command = [sys.executable, "-I", "-X", "utf8", "-c", "import " + ", ".join(modules)]
    finished = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=25,
    )
    return finished.returncode == 0


def counted(number: int) -> str:
    """`1 process`, `11 processes`"""
    return "1 process" if number == 1 else f"{number} processes"


def find_displays() -> tuple[list[dict[str, str]], list[str]]:
    """X displays of this machine that this user may be let into, the likeliest first, and what was looked at.

    The DISPLAY that the login over SSH has comes first: somebody has set it there. Displays that a process of
    the user's uses come before those whose socket merely exists. A display behind an SSH connection
    (`localhost:10.0`) is no desktop of this host.
    """
    home = Path.home()
    sockets = open_sockets()
    used: dict[tuple[str, str], int] = {}
    people: dict[str, Counter[int]] = {}
    for pid in processes():
        try:
            user = owner(pid)
            if is_agent(pid):  # it looks at the desktop, and does not belong to it
                continue
            variables = environment(pid)
        except OSError:
            continue
        display = os.fsdecode(variables.get(b"DISPLAY", b""))
        number = display[1:].split(".")[0]
        if display.startswith(":") and number in sockets:
            people.setdefault(":" + number, Counter())[user] += 1
        if display.startswith(":") and number in sockets and user == os.getuid():
            authority = os.fsdecode(variables.get(b"XAUTHORITY", b""))
            if authority and not os.access(authority, os.R_OK):
                authority = ""
            used[":" + number, authority] = used.get((":" + number, authority), 0) + 1
    common = home / ".Xauthority"
    usual = str(common) if common.exists() else ""
    own = os.environ.get("DISPLAY", "").split(".")[0]
    found = [
        {
            "display": display,
            "authority": authority or usual,
            "how": "DISPLAY of the login over SSH" if display == own else f"used by {counted(count)}",
        }
        for (display, authority), count in sorted(
            used.items(), key=lambda item: (item[0][0] != own, -item[1], item[0])
        )
    ]
    known = {entry["display"] for entry in found}
    found += [
        {"display": f":{number}", "authority": usual, "how": "its socket exists"}
        for number in sorted(sockets, key=int)
        if f":{number}" not in known
    ]
    for entry in found:
        entry["user"] = person_at(entry["display"], people.get(entry["display"], Counter()))
    return found, ["DISPLAY of running processes", SOCKETS]


def person_at(display: str, owners: Counter[int]) -> str:
    """The name of the user whose desktop a display is; empty where that is not known.

    `owners` counts the processes that use it, by user: only root sees those of others. Those of the system
    (the greeter of a display manager) are no person; root is one where there is no other. A server that
    runs as its user has made its socket so.
    """
    persons = [uid for uid, _ in owners.most_common() if uid >= PERSONS]
    if not persons and set(owners) == {0}:
        persons = [0]
    if not owners:
        try:
            owner = Path(SOCKETS, f"X{display[1:]}").stat().st_uid
            persons = [owner] if owner >= PERSONS else []
        except OSError:
            return ""
    try:
        return pwd.getpwuid(persons[0]).pw_name if persons else ""
    except KeyError:  # a user of a container, or of a directory that does not answer
        return ""


def open_sockets() -> set[str]:
    """Numbers of the displays that an X server listens for right now; a crash leaves the file behind.

    A server in another network namespace (a container's) is not in the kernel's list, but can be reached.
    """
    numbers = set()
    try:
        lines = Path("/proc/net/unix").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        _, found, number = line.rpartition(f"{SOCKETS}/X")
        if found and number.isdecimal():
            numbers.add(number)
    for file in Path(SOCKETS).glob("X*"):
        number = file.name[1:]
        if number.isdecimal() and number not in numbers and answers(file):
            numbers.add(number)
    return numbers


def answers(file: Path) -> bool:
    """True if a server listens at that socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(1.0)
        try:
            attempt.connect(str(file))
        except OSError:
            return False
    return True
