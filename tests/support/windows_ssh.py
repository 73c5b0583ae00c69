r"""SSH on the Windows of a console: an ssh.exe in its place, and a pipe that leads to a real ssh-agent.

with ssh_program(windows, "Host lab\n  ProxyJump gate\n...", "lab", "gate"):
    ...                                   # `ssh -G lab` there says what it says here, in Windows' words
with agent_on_loopback(tmp_path / "agent", key) as port:
    console.python(f"AGENT = {port}" + PIPE_TO_AGENT + "serve_pipes(openssh_ssh_agent=Bridge); ...")
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from support.windows.host import WindowsHost
from support.xvfb import wait_for
from winhost import mingw

_SOURCE = Path(__file__).with_name("windows_ssh.c")

PIPE_TO_AGENT = r"""
import asyncio, socket, sys, threading

class Bridge(asyncio.Protocol):
    def connection_made(self, transport):
        self.pipe = transport
        self.link = socket.create_connection(("127.0.0.1", AGENT))

    def data_received(self, data):
        self.link.sendall(data)
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self):
        data = self.link.recv(65536)
        loop.call_soon_threadsafe(self.pipe.write, data)

loop = asyncio.ProactorEventLoop()
def serve_pipes(**protocols):
    for name, protocol in protocols.items():
        loop.run_until_complete(loop.start_serving_pipe(protocol, "\\\\.\\pipe\\" + name.replace("_", "-")))
    threading.Thread(target=loop.run_forever, daemon=True).start()
"""
"""The beginning of a program: `serve_pipes(NAME=Bridge)` opens a pipe that leads to an agent on loopback, at
the port AGENT."""


@contextmanager
def ssh_program(windows: WindowsHost, config: str, *names: str) -> Iterator[None]:
    """Windows' own ssh.exe, with that configuration of the user's."""
    folder = windows.drive_c / "windows" / "system32" / "OpenSSH"
    folder.mkdir()
    try:
        mingw.gcc("-municode", "-o", folder / "ssh.exe", _SOURCE)
        for name in names:
            (folder / name).write_text(_said(config, name, windows.user))
        yield
    finally:
        shutil.rmtree(folder)


def _said(config: str, name: str, user: str) -> str:
    """The output that Windows' ssh would print: its folders are those that bug reports show."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(config)
        file.flush()
        said = subprocess.run(
            ["ssh", "-G", "-T", "-F", file.name, name], check=True, capture_output=True, text=True
        ).stdout
    home = Path.home()
    assert f"{home}/.ssh/known_hosts" in said
    return said.replace(f"{home}/", f"C:\\Users\\{user}/").replace("/etc/ssh/", "__PROGRAMDATA__\\ssh/")


@contextmanager
def agent_on_loopback(folder: Path, key: Path) -> Iterator[int]:
    """A real ssh-agent that holds the key, on a port of loopback."""
    folder.mkdir()
    place = folder / "socket"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(place)], stdout=subprocess.DEVNULL)
    try:
        wait_for(place.exists, what="the ssh-agent")
        subprocess.run(
            ["ssh-add", "-q", str(key)], check=True, env={**os.environ, "SSH_AUTH_SOCK": str(place)}
        )
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=_accept, args=(listener, place), daemon=True).start()
            yield listener.getsockname()[1]
            listener.shutdown(socket.SHUT_RDWR)
    finally:
        agent.terminate()
        agent.wait()


def _accept(listener: socket.socket, place: Path) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            agent = socket.socket(socket.AF_UNIX)
            agent.connect(str(place))
            for pair in ((client, agent), (agent, client)):
                threading.Thread(target=_carry, args=pair, daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError), target:
        while piece := source.recv(65536):
            target.sendall(piece)
