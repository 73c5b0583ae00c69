"""What serves a screen and what shows it, ours and others: each started on two X screens, through a proxy."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from agent_process import AgentProcess
from xvfb import Xvfb

from .proxy import CountingProxy

System = Callable[[Xvfb, Xvfb, CountingProxy, Path], AbstractContextManager[tuple[int, int]]]
"""Served screen, viewer's screen, proxy, a folder of its own -> process ids of server and viewer."""

_ROOT = Path(__file__).parents[2]


@contextmanager
def _ours(served: Xvfb, shown: Xvfb, proxy: CountingProxy, folder: Path) -> Iterator[tuple[int, int]]:
    with AgentProcess(folder, environment=served.environment) as agent:
        if agent.process is None:
            raise RuntimeError("the agent did not start")
        proxy.target = agent.port
        command = [sys.executable, "-P", "-m", "deskconsole", "view", "--direct", f"127.0.0.1:{proxy.port}"]
        command += ["--token-file", str(agent.token_file), "--fullscreen", "--seconds", "600"]
        paths = os.pathsep.join([str(_ROOT / "agent"), str(_ROOT / "console")])
        environment = {**shown.environment, "PYTHONPATH": paths, "DESKCONSOLE_HOME": str(folder / "console")}
        with _running(command, environment, folder / "view.log") as viewer:
            yield agent.process.pid, viewer


@contextmanager
def _vnc(
    server_command: Sequence[str],
    viewer_options: Sequence[str],
    served: Xvfb,
    shown: Xvfb,
    proxy: CountingProxy,
    folder: Path,
) -> Iterator[tuple[int, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [word.format(display=served.display, port=port) for word in server_command]
    viewer_command = ["xtigervncviewer", "-SecurityTypes=None", "-FullScreen", "-RemoteResize=0", "-Shared"]
    viewer_command += ["-AutoSelect=0", "-PreferredEncoding=Tight", "-FullColor", *viewer_options]
    with _running(command, served.environment, folder / "server.log") as server:
        _wait_for_port(port)
        proxy.target = port
        viewer_command.append(f"127.0.0.1::{proxy.port}")
        with _running(viewer_command, shown.environment, folder / "viewer.log") as viewer:
            yield server, viewer


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[int]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=dict(environment), stdout=output, stderr=output)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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


_TIGERVNC = (
    "X0tigervnc",
    "-display",
    "{display}",
    "-rfbport",
    "{port}",
    "-SecurityTypes=None",
    "-localhost",
)
_X11VNC = (
    "x11vnc",
    "-display",
    "{display}",
    "-rfbport",
    "{port}",
    "-localhost",
    "-forever",
    "-shared",
    "-quiet",
)

SYSTEMS: Mapping[str, System] = {
    "ours": _ours,
    "tigervnc-jpeg8": partial(_vnc, _TIGERVNC, ("-QualityLevel=8",)),
    "tigervnc-lossless": partial(_vnc, _TIGERVNC, ("-NoJPEG=1",)),
    "x11vnc-lossless": partial(_vnc, _X11VNC, ("-NoJPEG=1",)),
}
