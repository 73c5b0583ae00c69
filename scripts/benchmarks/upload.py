"""Uploading 45 MB over loopback, against the plain `sftp` of OpenSSH with the same file and the same server.

Both times begin before the connection is made and end when the file lies there whole. The servers are a real
sshd and the stand-in for Windows OpenSSH of the tests.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import connect
from deskconsole.ssh.prompts import NoQuestions
from support.sshd import Sshd
from support.windows.host import WindowsHost

SIZE = 45_000_000
"""Bytes; about those of a runtime."""
ROUNDS = 5


@dataclass(frozen=True)
class _Server:
    port: int
    user: str
    key: Path
    known_hosts_line: str


def measure() -> dict[str, Any]:
    """Seconds of each server, medians of rounds that alternate between ours and plain sftp."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "blob").write_bytes(os.urandom(SIZE))
        (folder / "ssh_config").write_text("Host *\n  IdentityAgent none\n")
        servers = {}
        for label, started in (("OpenSSH", _openssh), ("Windows stand-in", _windows)):
            with started(folder) as server:
                (folder / "known_hosts").write_text(server.known_hosts_line)
                servers[label] = _compared(folder, server)
    return {"bytes": SIZE, "rounds": ROUNDS, "servers": servers}


@contextmanager
def _openssh(folder: Path) -> Iterator[_Server]:
    with Sshd(folder / "sshd") as sshd:
        yield _Server(sshd.port, sshd.user, sshd.identity, sshd.known_hosts_line)


@contextmanager
def _windows(_folder: Path) -> Iterator[_Server]:
    with WindowsHost.start() as windows:
        yield _Server(windows.port, windows.user, windows.key, windows.known_hosts_line)


def _compared(folder: Path, server: _Server) -> dict[str, float]:
    ours, plain = [], []
    for _ in range(ROUNDS):
        plain.append(_timed(lambda: _plain(folder, server)))
        ours.append(_timed(lambda: _ours(folder, server)))
    fast, slow = statistics.median(ours), statistics.median(plain)
    return {"seconds": round(fast, 3), "plain_seconds": round(slow, 3), "ratio": round(slow / fast, 2)}


def _timed(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _plain(folder: Path, server: _Server) -> None:
    options = ["IdentitiesOnly=yes", f"UserKnownHostsFile={folder / 'known_hosts'}", "LogLevel=ERROR"]
    command = ["sftp", "-q", "-F", str(folder / "ssh_config"), "-P", str(server.port), "-i", str(server.key)]
    for option in options:
        command += ["-o", option]
    subprocess.run(
        [*command, "-b", "-", f"{server.user}@127.0.0.1"],
        input=f"put {folder / 'blob'} plain.bin\n",
        text=True,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _ours(folder: Path, server: _Server) -> None:
    host = Host(
        name="bench",
        address="127.0.0.1",
        port=server.port,
        user=server.user,
        identity_file=str(server.key),
    )
    with (
        connect(
            host,
            NoQuestions(),
            known_hosts=folder / "known_hosts",
            cancelled=threading.Event(),
            ssh_config=folder / "ssh_config",
        ) as connection,
        connection.files() as files,
        (folder / "blob").open("rb") as blob,
    ):
        files.upload(blob, "ours.bin")


def table(result: Mapping[str, Any]) -> str:
    """One line a server."""
    megabytes = result["bytes"] / 1e6
    lines = [f"{megabytes:.0f} MB, median of {result['rounds']}     ours     sftp   speed of ours to sftp's"]
    for label, row in result["servers"].items():
        lines.append(
            f"{label:<23} {row['seconds']:7.2f} s {row['plain_seconds']:6.2f} s   {row['ratio']:.2f}"
        )
    return "\n".join(lines)
