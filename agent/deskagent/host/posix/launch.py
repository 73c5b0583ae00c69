"""Starts the agent on a POSIX host and waits until it is ready, or finds the one that still runs.

The token comes in through stdin and goes to a file that only the user can read, never to a command line.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .. import handover
from .processes import agents, end, instance_of, state


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: root, instance, token (hex), paths (for PYTHONPATH), environment, options, wait, reuse.

    Answers port, pid, token (of the agent that serves now), version, reused; or error and log (last lines).
    """
    root = Path(arguments["root"])
    run = root / "run"
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two consoles at once: the second finds the first one's agent
        folder = run / arguments["instance"]
        if arguments["reuse"]:
            running = find_running(folder)
            if running:
                return running
        end_others(run, mine=folder)
        return start(folder, arguments)


def find_running(folder: Path) -> dict[str, Any] | None:
    """The agent of this instance, where it lives and says so; a stopped one is as good as none."""
    try:
        ready = json.loads((folder / "ready.json").read_bytes())
        token = (folder / handover.TOKEN).read_bytes()
        pid = int(ready["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if instance_of(pid, folder.parent.parent) != folder.name or state(pid) in "TtZX":
        return None
    handover.note(folder)
    return {
        "port": ready["port"],
        "pid": pid,
        "version": ready["version"],
        "token": token.hex(),
        "reused": True,
    }


def start(folder: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    """A fresh agent in a session of its own, so that it outlives the SSH connection."""
    folder.mkdir(mode=0o700)
    token, ready, log = folder / handover.TOKEN, folder / "ready.json", folder / "agent.log"
    token.touch(mode=0o600, exist_ok=False)
    token.write_bytes(bytes.fromhex(arguments["token"]))
    # A login script may set PYTHONPATH or PYTHONHOME for other programs (ROS does): not for this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(arguments["environment"])
    environment["PYTHONPATH"] = os.pathsep.join(arguments["paths"])
    command = [sys.executable, "-X", "utf8", "-P", "-s", "-m", "deskagent", "serve", "--port", "0"]
    command += ["--token-file", str(token), "--ready-file", str(ready), "--log-file", str(log)]
    command += arguments["options"]
    log.touch(mode=0o600)
    with log.open("ab") as output:
        agent = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + arguments["wait"]
    while time.monotonic() < deadline:
        try:
            answer = json.loads(ready.read_bytes())
            handover.note(folder)
            return {
                "port": answer["port"],
                "pid": agent.pid,
                "version": answer["version"],
                "token": arguments["token"],
                "reused": False,
            }
        except (OSError, ValueError):
            pass  # not there yet, or half written
        if agent.poll() is not None:
            return failed(folder, f"the agent ended at once with exit code {agent.returncode}", log)
        time.sleep(0.02)
    agent.kill()
    agent.wait()
    return failed(folder, f"the agent did not get ready within {arguments['wait']:.0f} s", log)


def failed(folder: Path, sentence: str, log: Path) -> dict[str, Any]:
    """The refusal with the log's last lines; the folder of an agent that never ran is not kept."""
    lines = log.read_text("utf-8", "replace").splitlines()[-12:]
    shutil.rmtree(folder, ignore_errors=True)
    return {"error": sentence, "log": lines}


def end_others(run: Path, mine: Path) -> None:
    """Ends this instance's broken agent, and those of other versions or options without a console.

    Nor may a console be on its way to one.
    """
    running = agents(run.parent)
    for folder in [entry for entry in run.iterdir() if entry.is_dir()]:
        # Those that have ended since are left out: their numbers may be given out again.
        pids = [pid for pid, name in running if name == folder.name and instance_of(pid, run.parent) == name]
        if pids and folder != mine and (handover.is_awaited(folder) or serving(folder)):
            continue
        end(pids)
        shutil.rmtree(folder, ignore_errors=True)


def serving(folder: Path) -> bool:
    """True if a console is connected to the port of this instance's agent."""
    try:
        port = int(json.loads((folder / "ready.json").read_bytes())["port"])
        lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    local = f"0100007F:{port:04X}"
    return any(fields[1] == local and fields[3] == "01" for fields in map(str.split, lines))
