"""The ways of docs/how-it-works.md, drawn from the code: which function takes what, one below the other.

`PYTHONPATH=tests .venv/bin/python -m support.ways` writes them into the document.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from textual.binding import Binding

from deskagent.capture.source import FrameSource
from deskagent.delivery.console_feed import ConsoleFeed
from deskagent.delivery.link import ConsoleLink
from deskagent.delivery.packet_plan import plan_packet
from deskagent.delivery.update_tracker import UpdateTracker
from deskagent.encoding.link_encoder import LinkEncoder
from deskagent.host.posix import launch as host_launch
from deskagent.picture.screen import Picture
from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.launch import launch
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.script import run_deployed
from deskconsole.common.progress import StepId
from deskconsole.picture.decoders import Decoder
from deskconsole.session.fleet import Fleet
from deskconsole.session.host_window import HostWindow
from deskconsole.session.link_loop import LinkLoop
from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.route import SshRoute
from deskconsole.session.session import Session
from deskconsole.ssh.connection import Connection, connect
from deskconsole.ssh.tunnel import Tunnel
from deskconsole.tui.controller import Controller
from deskconsole.tui.screens.base import HostActions
from deskconsole.viewer.canvas import Canvas
from deskconsole.viewer.inbox import Inbox
from deskconsole.viewer.outbox import Outbox
from deskconsole.viewer.process import Viewer
from deskconsole.viewer.surfaces.surface import Surface
from deskconsole.wording.steps import step_words
from deskwire.connection import AgentConnection, ConsoleConnection
from deskwire.messages import AgentMessage, ConsoleMessage
from deskwire.packet import encode_packet
from deskwire.reader import PacketReader

ROOT: Final = Path(__file__).parents[2]
DOCUMENT: Final = ROOT / "docs" / "how-it-works.md"


class Stage(NamedTuple):
    """One function on a way."""

    process: str
    function: Callable[..., Any]
    takes: str = ""
    """The parameter that the way comes in by."""


PIXEL: Final = (
    Stage("agent", FrameSource.grab, "region"),
    Stage("agent", Picture.take, "grab"),
    Stage("agent", UpdateTracker.add, "change"),
    Stage("agent", plan_packet, "pending"),
    Stage("agent", LinkEncoder.update, "parts"),
    Stage("agent", AgentConnection.send_packet, "slices"),
    Stage("console", Tunnel.recv),
    Stage("console", ConsoleConnection.receive, "data"),
    Stage("console", Decoder.decode, "body"),
    Stage("console", HostWindow.drawn, "packet"),
    Stage("console", Viewer.damaged, "rectangles"),
    Stage("console", Outbox.put, "message"),
    Stage("window", Inbox.take),
    Stage("window", Canvas.draw, "rectangle"),
    Stage("window", Surface.show, "rectangles"),
)
BYTE: Final = (
    Stage("agent", ConsoleLink.send_packet, "slices"),
    Stage("agent", AgentConnection.send_packet, "slices"),
    Stage("agent", encode_packet, "packet"),
    Stage("console", Tunnel.recv),
    Stage("console", PacketReader.parts, "data"),
    Stage("console", LinkObserver.arrived, "packet"),
)
DEPLOY: Final = (
    Stage("console", SshRoute.open, "step"),
    Stage("console", connect, "host"),
    Stage("console", probe, "connection"),
    Stage("console", deploy, "facts"),
    Stage("console", launch, "deployed"),
    Stage("console", run_deployed),
    Stage("host", host_launch.main, "arguments"),
    Stage("console", Connection.open_tunnel, "port"),
)
KEY: Final = (
    Stage("console", HostActions.action_view),
    Stage("console", Controller.view_host, "name"),
    Stage("console", Fleet.view, "name"),
    Stage("console", Session.view),
    Stage("console", LinkLoop.update_watch),
    Stage("console", ConsoleConnection.send, "message"),
    Stage("agent", AgentConnection.receive, "data"),
    Stage("agent", ConsoleFeed.watch, "watch"),
)


def drawn(stages: Iterable[Stage]) -> Iterator[str]:
    """The stages below each other: process, function, file; above each what it takes."""
    before = ""
    for process, function, takes in stages:
        if before:
            yield f"{'':10}  | {_taken(function, takes)}".rstrip()
        yield f"{process if process != before else '':10}{_name(function):32}{_file(function)}"
        before = process


def _taken(function: Callable[..., Any], takes: str) -> str:
    return f"{takes}: {inspect.signature(function).parameters[takes].annotation}" if takes else ""


def _name(function: Callable[..., Any]) -> str:
    name = function.__qualname__.lstrip("_")
    return f"{function.__module__.rpartition('.')[2]}.{name}" if name == "main" else name


def _file(function: Callable[..., Any]) -> str:
    path = Path(inspect.getsourcefile(function) or "").relative_to(ROOT)
    return re.sub(r"^(agent/deskagent|console/deskconsole|agent)/", "", path.as_posix())


def messages() -> Iterator[str]:
    """The messages of each direction."""
    for sender, union in (("console", ConsoleMessage), ("agent", AgentMessage)):
        names = [kind.__name__ for kind in typing.get_args(union)]
        yield f"{sender + ' says':16}{', '.join(names)}"


def steps() -> Iterator[str]:
    """The steps in their order, as users read them."""
    for step in StepId:
        yield f"{step.name:20}{step_words(step, '...')}"


def keys() -> Iterator[str]:
    """The keys that act on the selected host."""
    for binding in HostActions.BINDINGS:
        if isinstance(binding, Binding):
            yield f"{binding.key:16}action_{binding.action:16}{binding.tooltip}"


BLOCKS: Final = {
    "pixel": lambda: drawn(PIXEL),
    "byte": lambda: drawn(BYTE),
    "messages": messages,
    "deploy": lambda: drawn(DEPLOY),
    "steps": steps,
    "key": lambda: drawn(KEY),
    "keys": keys,
}


def block(name: str) -> str:
    """A block as the document has it."""
    return f"<!-- from the code: {name} -->\n\n```text\n" + "\n".join(BLOCKS[name]()) + "\n```"


def main() -> None:
    """Writes every block into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in BLOCKS:
        pattern = rf"<!-- from the code: {name} -->\n\n```text\n.*?\n?```"
        text, count = re.subn(pattern, lambda _, name=name: block(name), text, flags=re.DOTALL)  # type: ignore[misc]
        if count != 1:
            raise SystemExit(f"{DOCUMENT.name} has {count} places for {name}")
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
