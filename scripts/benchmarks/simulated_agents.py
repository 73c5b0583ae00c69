"""Agents without desktops: one process that speaks the real wire for many, with prerecorded previews.

`python -m scripts.benchmarks.simulated_agents COUNT TOKEN_FILE [--eager] [--film]` prints its ports as a line
of JSON and serves until its standard input ends. As an agent does, each sends a preview at most once an
interval that the console asked for; an eager one once a second whatever it was asked for. A film's change in
every pixel.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from deskagent.capture.synthetic import render
from deskagent.encoding.thumbnail import make_preview, shrink
from deskwire.connection import AgentConnection, Phase
from deskwire.errors import WireError
from deskwire.geometry import Display
from deskwire.messages import (
    WIRE_VERSION,
    ConsoleMessage,
    Hello,
    Ping,
    Pong,
    Preview,
    Watch,
    WatchMode,
    Welcome,
)

WIDTH, HEIGHT = 1920, 1080
PICTURES = 20
IDENTITY = bytes(range(16))


def previews(*, film: bool = False) -> list[Preview]:
    """Pictures of the synthetic office while somebody works there, a second apart; in a film each is brighter
    or darker than the one before by a third."""
    made = []
    for at in range(PICTURES):
        picture = render("office", 1, float(at), WIDTH, HEIGHT)
        if film and at % 2:
            picture = (picture // 3 * 2).astype(picture.dtype)
        made.append(make_preview(shrink(picture, 320, 180)))
    return made


class Agent:
    """One console's link to one of them."""

    def __init__(self, token: bytes, pictures: list[Preview], first: int, *, eager: bool) -> None:
        self._connection = AgentConnection(token)
        self._pictures = pictures
        self._next = first
        self._eager = eager
        self._watch = Watch(WatchMode.PREVIEW)
        self._beat = time.monotonic()
        self._due = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until the console goes."""
        with contextlib.suppress(OSError, WireError):
            while True:
                try:
                    data = await asyncio.wait_for(reader.read(65536), self._left())
                except TimeoutError:
                    data = None
                if data == b"":
                    break
                for message in self._connection.receive(data or b""):
                    writer.write(self._answer(message))
                writer.write(self._said_by_itself())
        writer.close()

    def _left(self) -> float:
        """Seconds until there is something to say."""
        previews = self._watch.mode is WatchMode.PREVIEW
        return max(0.001, (min(self._beat, self._due) if previews else self._beat) - time.monotonic())

    def _said_by_itself(self) -> bytes:
        if self._connection.phase is not Phase.OPEN:
            return b""
        said, now = b"", time.monotonic()
        if now >= self._beat:
            self._beat = now + 1
            said += self._connection.send(Ping(0))
        if now >= self._due and self._watch.mode is WatchMode.PREVIEW:
            self._due = now + (1.0 if self._eager else self._watch.interval)
            self._next += 1
            said += self._connection.send(self._pictures[self._next % len(self._pictures)])
        return said

    def _answer(self, message: ConsoleMessage) -> bytes:
        match message:
            case Hello(watch=watch):
                self._watch = watch
                display = Display(number=0, x=0, y=0, width=WIDTH, height=HEIGHT, identity=IDENTITY)
                return self._connection.welcome(Welcome(WIRE_VERSION, "simulated", (display,), IDENTITY))
            case Ping(number=number):
                return self._connection.send(Pong(number))
            case Watch():
                self._watch = message
                self._due = min(self._due, time.monotonic() + message.interval)
            case _:
                pass
        return b""


async def serve(count: int, token: bytes, *, eager: bool, film: bool = False) -> None:
    pictures = previews(film=film)

    def agent(number: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        return lambda reader, writer: Agent(token, pictures, number, eager=eager).serve(reader, writer)

    servers = [await asyncio.start_server(agent(number), "127.0.0.1", 0) for number in range(count)]
    mean = sum(len(one.picture) for one in pictures) / len(pictures)
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    print(json.dumps({"ports": ports, "preview_bytes": round(mean)}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("token", type=Path)
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--film", action="store_true")
    given = parser.parse_args()
    asyncio.run(serve(given.count, given.token.read_bytes(), eager=given.eager, film=given.film))
