"""The command line as a user has it: `python -m deskconsole` in a process of its own, everything of his below
one folder, away from the real user's files.

OpenSSH finds its configuration by the password database, not by HOME: so an `ssh` that stands first on PATH
hands the real one a configuration of the test's.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .sshd import Sshd

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    stdout: str
    stderr: str

    def json(self) -> dict[str, Any]:
        """The one object that was printed; the command went well and said nothing else."""
        assert (self.code, self.stderr) == (0, "")
        assert self.stdout.count("\n") == 1
        data: dict[str, Any] = json.loads(self.stdout)
        return data

    def refusal(self, code: int) -> str:
        """The one sentence, with its remedy, that the command said before it ended with `code`."""
        assert self.code == code, self
        assert self.stdout == ""
        sentence, *remedy = self.stderr.rstrip("\n").split("\n")
        assert sentence.startswith("deskconsole: "), self
        assert len(remedy) <= 1, self
        assert all(line.startswith("  ") for line in remedy), self
        return "\n".join([sentence.removeprefix("deskconsole: "), *(line.strip() for line in remedy)])


class CommandLine:
    """One user: his console's files, his temporary folder, his SSH configuration, his environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "console"
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        programs = folder / "bin"
        programs.mkdir()
        self.ssh_config = folder / "ssh_config"
        self.ssh_config.write_text(
            f"Host *\n  IdentityAgent none\n  IdentityFile none\n"
            f"  UserKnownHostsFile {folder / 'known_hosts'}\n  GlobalKnownHostsFile none\n"
        )
        ssh = programs / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {self.ssh_config} "$@"\n')
        ssh.chmod(0o755)
        gone = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "SSH_AUTH_SOCK")
        self.environment = {name: value for name, value in os.environ.items() if name not in gone} | {
            "DESKCONSOLE_HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "agent"), str(ROOT / "console")]),
        }

    @property
    def hosts(self) -> Path:
        """The inventory's file."""
        return self.home / "config" / "hosts.toml"

    @property
    def known_hosts(self) -> Path:
        """The console's own."""
        return self.home / "data" / "known_hosts"

    def trust(self, line: str) -> None:
        """Puts a line into the console's known_hosts."""
        self.known_hosts.parent.mkdir(parents=True, exist_ok=True)
        with self.known_hosts.open("a") as file:
            file.write(line)

    def add_host(self, name: str, **fields: object) -> None:
        """Puts a host into the inventory, by hand."""
        lines = [f"{field} = {json.dumps(value)}" for field, value in {"name": name, **fields}.items()]
        self.hosts.parent.mkdir(parents=True, exist_ok=True)
        with self.hosts.open("a") as file:
            file.write("[[host]]\n" + "\n".join(lines) + "\n")

    def know(self, server: Sshd, name: str = "lab", **fields: object) -> None:
        """The host stands in the inventory, its key is trusted and the user's own accepted there."""
        self.trust(server.known_hosts_line)
        login = {"address": "127.0.0.1", "port": server.port, "user": server.user}
        self.add_host(name, **{**login, "identity_file": str(server.identity), **fields})

    @contextlib.contextmanager
    def started(
        self, *arguments: str | Path, environment: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """A command under way; killed, if it still runs then, at the end."""
        process = subprocess.Popen(
            [sys.executable, "-m", "deskconsole", *map(str, arguments)],
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def run(
        self, *arguments: str | Path, environment: Mapping[str, str] | None = None, timeout: float = 180
    ) -> Said:
        """A command, run to its end."""
        with self.started(*arguments, environment=environment) as process:
            stdout, stderr = process.communicate(timeout=timeout)
            return Said(process.returncode, stdout, stderr)

    def run_all(
        self, *commands: Sequence[str | Path], environment: Mapping[str, str] | None = None
    ) -> list[Said]:
        """Commands that have nothing to do with each other, run at the same time; in their order."""
        with contextlib.ExitStack() as stack:
            processes = [
                stack.enter_context(self.started(*command, environment=environment)) for command in commands
            ]
            printed = [process.communicate(timeout=180) for process in processes]
            return [
                Said(process.returncode, *texts) for process, texts in zip(processes, printed, strict=True)
            ]

    def leftovers(self) -> list[str]:
        """What there would be nothing of after every command has ended: temporary files and processes."""
        found = [str(path) for path in self.temporary.rglob("*")]
        needle = os.fsencode(self.folder) + b"/"
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if needle in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


def shared_memory(process: subprocess.Popen[str]) -> set[Path]:
    """The files in memory that a process maps: its framebuffers."""
    lines = Path(f"/proc/{process.pid}/maps").read_text().splitlines()
    paths = {line.split(maxsplit=5)[5] for line in lines if len(line.split(maxsplit=5)) == 6}
    return {Path(path) for path in paths if path.startswith("/dev/shm/")}


def end(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Sends a signal and waits for the end: code, stdout, stderr."""
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr


def settled(check: Any, seconds: float = 60) -> Any:
    """The last answer of `check`, asked until it is empty."""
    deadline = time.monotonic() + seconds
    while (answer := check()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer
