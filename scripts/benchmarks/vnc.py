"""VNC's servers and viewer as the bench runs them, with an ssh between them where asked."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from support.xvfb import Xvfb

from .processes import running

TIGERVNC = ("X0tigervnc", "-display", "{display}", "-rfbport", "{port}", "-SecurityTypes=None", "-localhost")
X11VNC = (
    "x11vnc", "-display", "{display}", "-rfbport", "{port}", "-localhost", "-forever", "-shared", "-quiet",
)  # fmt: skip
JPEG8 = ("-QualityLevel=8",)
LOSSLESS = ("-NoJPEG=1",)


@contextmanager
def serving(command: Sequence[str], served: Xvfb, folder: Path) -> Iterator[tuple[int, int]]:
    """A server of a screen: its process and its port."""
    port = _free_port()
    words = [word.format(display=served.display, port=port) for word in command]
    with running(words, served.environment, folder / "server.log") as server:
        _wait_for_port(port)
        yield server, port


@contextmanager
def viewing(options: Sequence[str], port: int, shown: Xvfb, folder: Path) -> Iterator[int]:
    """TigerVNC's viewer, full screen: its process."""
    command = ["xtigervncviewer", "-SecurityTypes=None", "-FullScreen", "-RemoteResize=0", "-Shared"]
    command += ["-AutoSelect=0", "-PreferredEncoding=Tight", "-FullColor", *options, f"127.0.0.1::{port}"]
    with running(command, shown.environment, folder / "viewer.log") as viewer:
        yield viewer


@contextmanager
def forwarding(config: Path, ssh_port: int, port: int, folder: Path) -> Iterator[tuple[int, int]]:
    """`ssh -L` to a port at the other end: its process and the port at this one."""
    local = _free_port()
    command = ["ssh", "-F", str(config), "-N", "-p", str(ssh_port), "-o", "StrictHostKeyChecking=no"]
    command += ["-o", "ExitOnForwardFailure=yes", "-L", f"127.0.0.1:{local}:127.0.0.1:{port}", "127.0.0.1"]
    with running(command, os.environ, folder / "ssh.log") as ssh:
        _wait_for_port(local)
        yield ssh, local


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
