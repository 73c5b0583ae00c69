"""Lists what a Windows host has: disk, processor, shell, user, sessions, deployed parts, running agents.

Runs in one of our runtimes. Changes nothing on the host.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path, PureWindowsPath
from typing import Any

from deskagent.host.windows import agents
from deskagent.host.windows.accounts import is_elevated, own_user
from deskagent.host.windows.processes import own_folder
from deskagent.host.windows.sessions import begin_query, enumerated, sessions
from deskwin32.calls import windows

from ..parts import deployed
from .network_card import mac_of_connection


def main(_arguments: dict[str, Any]) -> dict[str, Any]:
    """Our folder is the one in which the runtime lies that runs this."""
    root = own_folder()
    asked = begin_query() if enumerated() is None else None  # takes as long as all the rest: meanwhile
    user, sid = own_user()
    return {
        "root": str(root),
        "free": disk_free(str(root)),
        "machine": machine(),
        "build": build(),
        "shell": shell(),
        "user": user,
        "sid": sid,
        "elevated": is_elevated(),
        "deployed": deployed(root),
        "runtimes": runtimes(root),
        "agents": running_agents(root),
        "sessions": sessions(asked),
        "mac": mac_of_connection(),
    }


def disk_free(path: str) -> int:
    """Bytes that this user may still write where `path` is, quotas and all."""
    free = ctypes.c_ulonglong()
    windows("GetDiskFreeSpaceExW")(path, ctypes.byref(free), None, None)
    return free.value


def machine() -> str:
    """The processor's architecture as the system knows it: this Python may be an emulated one."""
    key = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
    return registry(key, "PROCESSOR_ARCHITECTURE") or os.environ.get("PROCESSOR_ARCHITECTURE", "")


def build() -> str:
    """Windows' version: `10.0.22631`."""
    if sys.platform != "win32":
        return ""
    return ".".join(map(str, sys.getwindowsversion()[:3]))


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


def runtimes(root: Path) -> list[dict[str, Any]]:
    """Reads the runtimes' manifests; one without a manifest is left out."""
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


def running_agents(root: Path) -> list[dict[str, Any]]:
    """Process and instance of each living agent that said that it is ready."""
    said = ((folder.name, agents.speaking(folder, root)) for folder in agents.folders(root))
    return [{"pid": ready["pid"], "instance": name} for name, ready in said if ready is not None]
