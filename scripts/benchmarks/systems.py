"""What serves a screen and what shows it, ours and others: each started on two X screens, through a proxy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from support.bootstrap_host import agents, ssh_host
from support.peers.agent_process import AgentProcess
from support.xvfb import Xvfb, wait_for

from . import vnc
from .processes import named_child, running
from .proxy import CountingProxy

_ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """A system that shows one screen on the other."""

    server: tuple[int, ...]
    """Processes that serve; what is below them belongs to it."""
    viewer: tuple[int, ...]
    viewer_before: float = 0.0
    """Bytes of memory that the viewer had before it was connected, where it can show several hosts."""
    ask: Callable[[str], Mapping[str, Any]] | None = None
    """Puts one of the questions of viewing.py to our system: `compare` answers `exact` and `digest`."""


System = Callable[[Xvfb, Xvfb, CountingProxy, Path], AbstractContextManager[Running]]
"""Served screen, viewer's screen, proxy, a folder of its own."""


@contextmanager
def _ours(served: Xvfb, shown: Xvfb, proxy: CountingProxy, folder: Path) -> Iterator[Running]:
    with AgentProcess(folder, environment=served.environment) as agent:
        if agent.process is None:
            raise RuntimeError("the agent did not start")
        proxy.target = agent.port
        told = {"port": proxy.port, "token_file": str(agent.token_file)}
        with shown_by_us(told, shown, folder) as running_:
            running_.server = (agent.process.pid,)
            yield running_


@contextmanager
def _ours_by_ssh(served: Xvfb, shown: Xvfb, proxy: CountingProxy, folder: Path) -> Iterator[Running]:
    with ssh_host(folder / "host") as (server, host):
        proxy.target = server.port
        fields = {"name": "bench", "address": host.address, "port": proxy.port, "user": host.user}
        fields |= {"identity_file": host.identity_file, "x_display": served.display}
        told = {"host": fields, "home": str(folder / "console"), "ssh_config": str(server.client_config)}
        with shown_by_us(told, shown, folder) as running_:
            running_.server = (named_child("sshd"), *agents(server.home))
            yield running_


@contextmanager
def shown_by_us(
    told: Mapping[str, Any], shown: Xvfb, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Our console and its window (viewing.py says what it may be `told`); who serves is not filled in."""
    command = [sys.executable, "-P", "-m", "scripts.benchmarks.viewing", json.dumps(told)]
    paths = [_ROOT, _ROOT / "agent", _ROOT / "console", _ROOT / "tests"]
    settings = {**shown.environment, "PYTHONPATH": os.pathsep.join(map(str, paths)), **(environment or {})}
    settings["DESKCONSOLE_HOME"] = str(folder / "console")
    with (
        (folder / "view.log").open("wb") as log,
        subprocess.Popen(
            command, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the console cannot be talked to")

        def answer() -> Any:
            line = stdout.readline()
            if not line:
                raise RuntimeError(f"the console ended:\n{(folder / 'view.log').read_text()[-2000:]}")
            return json.loads(line)

        def ask(question: str) -> Any:
            stdin.write(f"{question}\n")
            stdin.flush()
            return answer()

        before = answer()["memory"]
        answer()
        try:
            yield Running((), (process.pid,), before, ask)
        finally:
            stdin.close()


@contextmanager
def _article(served: Xvfb, shown: Xvfb, proxy: CountingProxy, folder: Path) -> Iterator[Running]:
    program = (sys.executable, "-P", "-m", "scripts.benchmarks.article_programs")
    paths = os.pathsep.join(map(str, [_ROOT, _ROOT / "agent"]))
    proxy.server_calls = True
    receive = [*program, "receive"]
    environment = {**shown.environment, "PYTHONPATH": paths}
    with subprocess.Popen(receive, env=environment, stdout=subprocess.PIPE, text=True) as receiver:
        try:
            if receiver.stdout is None:
                raise RuntimeError("the article's receiver does not say its port")
            proxy.target = int(receiver.stdout.readline())
            send = [*program, "send", str(proxy.port)]
            log = folder / "sender.log"
            with running(send, {**served.environment, "PYTHONPATH": paths}, log) as sender:
                yield Running((sender,), (receiver.pid,))
        finally:
            receiver.kill()


@contextmanager
def _vnc(
    server: tuple[str, ...],
    options: tuple[str, ...],
    served: Xvfb,
    shown: Xvfb,
    proxy: CountingProxy,
    folder: Path,
) -> Iterator[Running]:
    with vnc.serving(server, served, folder) as (serving, port):
        proxy.target = port
        with vnc.viewing(options, proxy.port, shown, folder) as viewing:
            yield Running((serving,), (viewing,))


@contextmanager
def _vnc_by_ssh(
    server: tuple[str, ...],
    options: tuple[str, ...],
    served: Xvfb,
    shown: Xvfb,
    proxy: CountingProxy,
    folder: Path,
) -> Iterator[Running]:
    with ssh_host(folder / "host") as (sshd, _), vnc.serving(server, served, folder) as (serving, port):
        proxy.target = sshd.port
        config = sshd.client_config
        with (
            vnc.forwarding(config, proxy.port, port, folder) as (ssh, local),
            vnc.viewing(options, local, shown, folder) as viewing,
        ):
            yield Running((serving, named_child("sshd")), (viewing, ssh))


SYSTEMS: Mapping[str, System] = {
    "ours": _ours,
    "tigervnc-jpeg8": partial(_vnc, vnc.TIGERVNC, vnc.JPEG8),
    "tigervnc-lossless": partial(_vnc, vnc.TIGERVNC, vnc.LOSSLESS),
    "x11vnc-lossless": partial(_vnc, vnc.X11VNC, vnc.LOSSLESS),
    "article": _article,
    "ours-ssh": _ours_by_ssh,
    "tigervnc-jpeg8-ssh": partial(_vnc_by_ssh, vnc.TIGERVNC, vnc.JPEG8),
    "tigervnc-lossless-ssh": partial(_vnc_by_ssh, vnc.TIGERVNC, vnc.LOSSLESS),
}

_PROGRAMS = {
    "Xvfb": "xvfb", "openbox": "openbox", "xprop": "x11-utils",
    "xterm": "xterm", "xdotool": "xdotool", "chromium": "chromium", "mpv": "mpv", "ffmpeg": "ffmpeg",
    "X0tigervnc": "tigervnc-scraping-server", "xtigervncviewer": "tigervnc-viewer", "x11vnc": "x11vnc",
    "sshd": "openssh-server",
}  # fmt: skip


@contextmanager
def two_screens(width: int, height: int) -> Iterator[tuple[Xvfb, Xvfb, Path]]:
    """The screen to serve and the viewer's, each with a window manager, and a folder for what runs there."""
    with (
        tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as folder,
        Xvfb(width, height) as served,
        Xvfb(width, height) as shown,
    ):
        for screen in (served, shown):
            manage(screen)
        yield served, shown, Path(folder)


def manage(screen: Xvfb) -> None:
    """Starts a window manager, without which windows may be lost, and puts the pointer out of the way."""
    screen.run("openbox")
    wait_for(
        lambda: "window id" in screen.call("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"),
        what="the window manager",
    )
    screen.call("xdotool", "mousemove", str(screen.width - 1), str(screen.height - 1))


def require_programs() -> None:
    """Ends the bench, naming what to install, where something is missing."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    missing = sorted(
        {package for name, package in _PROGRAMS.items() if shutil.which(name, path=path) is None}
    )
    if missing:
        raise SystemExit(f"This needs more programs (Debian: apt-get install {' '.join(missing)}).")
