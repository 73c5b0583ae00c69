"""What a Windows host has: disk, processor, shell, user, sessions, deployed parts, running agents.

Runs in one of our runtimes, needs `windows/system`. Changes nothing on the host.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path, PureWindowsPath
from typing import Any

from .system import begin_query, disk_free, enumerated, image_of, is_elevated, own_user, sessions


def main(_arguments: dict[str, Any]) -> dict[str, Any]:
    """Our folder is the one in which the runtime lies that runs this."""
    root = Path(sys.executable).parent.parent
    asked = None if enumerated() else begin_query()  # takes as long as all the rest: meanwhile
    user, sid = own_user()
    return {
        "root": str(root),
        "free": disk_free(str(root)),
        "machine": machine(),
        "shell": shell(),
        "user": user,
        "sid": sid,
        "elevated": is_elevated(),
        "deployed": deployed(root),
        "runtimes": runtimes(root),
        "agents": agents(root),
        "sessions": sessions(asked),
    }


def machine() -> str:
    """The processor's architecture as the system knows it: this Python may be an emulated one."""
    key = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
    return registry(key, "PROCESSOR_ARCHITECTURE") or os.environ.get("PROCESSOR_ARCHITECTURE", "")


def shell() -> str:
    """The default shell of the SSH server: `cmd`, `powershell`, or what else it is called."""
    path = registry(r"SOFTWARE\OpenSSH", "DefaultShell")
    name = PureWindowsPath(path).stem.lower() or "cmd"
    return "powershell" if name == "pwsh" else name


def registry(key: str, name: str) -> str:
    """A text of HKEY_LOCAL_MACHINE; empty where there is none, or none that this user may read."""
    if sys.platform != "win32":
        return ""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            value, _kind = winreg.QueryValueEx(opened, name)
    except OSError:
        return ""
    return str(value)


def deployed(root: Path) -> list[dict[str, Any]]:
    """Parts below our folder, each with whether every file of its list is there as it was."""
    return [
        {"name": folder.name, "intact": intact(folder)}
        for folder in sorted(root.glob("*-*"))
        if folder.name.startswith(("agent-", "runtime-")) and not folder.suffix and folder.is_dir()
    ]


def intact(folder: Path) -> bool:
    """Agent files are hashed (they are few and small), the many of a runtime have their size compared."""
    try:
        listed: dict[str, list[Any]] = json.loads((folder / ".files.json").read_bytes())
        sizes = dict(files(folder, ""))
        if any(sizes.get(name) != size for name, (size, _digest) in listed.items()):
            return False
        if folder.name.startswith("agent-"):
            return all(
                hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
                for name, (_size, digest) in listed.items()
            )
    except (OSError, ValueError, TypeError, AttributeError):
        return False
    return True


def files(folder: Path, prefix: str) -> list[tuple[str, int]]:
    """Name and size of every file below; from the listings, which is quicker than to ask for each."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    found += files(Path(entry.path), f"{prefix}{entry.name}/")
            else:
                found.append((prefix + entry.name, entry.stat(follow_symlinks=False).st_size))
    return found


def runtimes(root: Path) -> list[dict[str, Any]]:
    """What the runtimes say of themselves; one that says nothing is left out."""
    found = []
    for folder in sorted(root.glob("runtime-*")):
        try:
            manifest = json.loads((folder / "runtime.json").read_bytes())
            row = {
                "name": folder.name,
                "python": manifest["python"],
                "requirements": manifest["requirements"],
            }
        except (OSError, ValueError, KeyError, TypeError):
            continue
        found.append(row)
    return found


def agents(root: Path) -> list[dict[str, Any]]:
    """Process and instance of each living agent that said that it is ready."""
    runtime = str(root / "runtime-").casefold()
    found = []
    for ready in sorted(root.glob("run/*/ready.json")):
        try:
            pid = int(json.loads(ready.read_bytes())["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if image_of(pid).casefold().startswith(runtime):
            found.append({"pid": pid, "instance": ready.parent.name})
    return found
