"""Shows the desktop of a program that sends the article's packets to a port: plain TCP, no SSH, no agent.

It knows no hosts and no sessions. One sender is served at a time, one after another; what a sender does
wrong ends its connection and nothing else.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.safe_text import safe_text
from deskconsole.common.signals import take_interrupt
from deskconsole.picture.decoders import Decoder
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.viewer.process import Viewer
from deskwire.encodings import ARTICLE_ENCODINGS
from deskwire.errors import RemoteProtocolError
from deskwire.packet import COUNT, IDENTITY_SIZE, INFO, Packet
from deskwire.reader import PacketReader
from deskwire.triggers import Trigger

UNKNOWN_TRIGGER = "unknown"
"""The article's packets do not say why a refresh was sent. The first packet of a connection is a
`first frame`, one of another size a `geometry change`; any other is this."""

FIRST_PACKET_DEADLINE = 10.0
"""Seconds that a sender has for its first packet: somebody who says nothing must not keep the next one out.
Later silence is no fault, for a resting screen sends nothing."""

_TICK = 0.1
_READ_SIZE = 256 * 1024


@dataclass(slots=True)
class ReceiverReport:
    """The counts of what came in, over all connections; every figure as docs/statistics.md defines it."""

    connections: int = 0
    faults: int = 0
    """Connections that were closed because of what came in on them."""
    slices: int = 0
    packets: int = 0
    updates: int = 0
    refreshes: Counter[str] = field(default_factory=Counter)
    """Refreshes by trigger, as far as it can be told."""
    received: int = 0
    saved_against_refreshes: int = 0
    saved_against_raw: int = 0
    width: int = 0
    height: int = 0
    digest: str = ""
    """The last picture's, in hexadecimal; empty before the first."""

    def as_dict(self) -> dict[str, Any]:
        """The figures under their names, ready for JSON."""
        return {name: getattr(self, name) for name in self.__slots__} | {"refreshes": dict(self.refreshes)}


def listen(
    port: int,
    host: str = "127.0.0.1",
    *,
    identity: bool = True,
    seconds: float | None = None,
    show: bool = True,
    say: Callable[[str], None] | None = None,
    every_second: Callable[[ReceiverReport], None] | None = None,
) -> ReceiverReport:
    """Receives at `host`:`port` for so many seconds, or until the window is closed or Ctrl+C.

    `identity`: whether the senders put 16 bytes of identity before each packet. `show`: in a window.
    `say` gets sentences for the user, by default on stderr; port 0 takes a free one and says which.
    `every_second` gets the figures while they change; there is no digest in them.

    Raises ConfigurationError where the port cannot be had, ViewerError where there can be no window.
    """
    say = say or _say_on_stderr
    end = None if seconds is None else time.monotonic() + seconds
    with ExitStack() as stack:
        server = stack.enter_context(_bind(host, port))
        framebuffer = Framebuffer()
        stack.callback(framebuffer.close)
        closed = threading.Event()
        screen = _Screen(framebuffer)
        if show:
            screen.viewer = Viewer(f"port {port}", framebuffer, lambda _reason: closed.set())
            stack.callback(screen.viewer.close)
        if not _is_loopback(host):
            say("Warning: the article's packets are neither encrypted nor authenticated; anybody who"
                f" reaches {host} can watch, and show pictures here.")  # fmt: skip
        say(f"Listening on {host}:{server.getsockname()[1]}.")
        clock = _Clock(end, closed, screen.report, every_second)
        try:
            while clock.running():
                with _accepted(server) as accepted:
                    if accepted is not None:
                        _serve(*accepted, screen, clock, say, identity=identity)
        except KeyboardInterrupt:
            take_interrupt()
            say("Interrupted.")
        if framebuffer.size is not None:
            screen.report.digest = framebuffer.digest().hex()
        return screen.report


class _Clock:
    """When to end, and when to show figures."""

    def __init__(
        self,
        end: float | None,
        closed: threading.Event,
        report: ReceiverReport,
        every_second: Callable[[ReceiverReport], None] | None,
    ) -> None:
        self._end = end
        self._closed = closed
        self._report = report
        self._every_second = every_second
        self._told = (0.0, 0)

    def running(self) -> bool:
        """Asked at every tick; tells the figures on the side."""
        now = time.monotonic()
        at, received = self._told
        if self._every_second is not None and now - at >= 1 and received != self._report.received:
            self._told = (now, self._report.received)
            self._every_second(self._report)
        return not self._closed.is_set() and (self._end is None or now < self._end)


class _Screen:
    """The picture, the window it may be in, and what was counted on the way."""

    def __init__(self, framebuffer: Framebuffer) -> None:
        self.framebuffer = framebuffer
        self.viewer: Viewer | None = None
        self.report = ReceiverReport()
        self._last_refresh = 0

    def state(self, text: str, *, stale: bool) -> None:
        """The window's title."""
        if self.viewer is not None:
            self.viewer.state(text, stale=stale)

    def show(self, packet: Packet, decoder: Decoder, *, first: bool) -> None:
        """Puts a packet into the picture and counts it; raises RemoteProtocolError for a bad body."""
        trigger = self._refresh(packet, decoder, first=first) if packet.refresh else None
        for rectangle, body in packet.slices:
            if body[0] not in ARTICLE_ENCODINGS:
                raise RemoteProtocolError(
                    f"a slice of encoding 0x{body[0]:02x}, which is neither PNG nor JPEG"
                )
            decoder.decode(body, self.framebuffer.view(rectangle))
        self._count(packet, trigger)
        if self.viewer is not None:
            self.viewer.damaged(self.report.packets, [part.rectangle for part in packet.slices])

    def _refresh(self, packet: Packet, decoder: Decoder, *, first: bool) -> str:
        _, _, width, height = packet.slices[0].rectangle
        trigger = UNKNOWN_TRIGGER
        if first:
            trigger = Trigger.FIRST_FRAME.value
        elif self.framebuffer.size != (width, height):
            trigger = Trigger.GEOMETRY.value
        decoder.restart(width, height)
        generation = self.framebuffer.generation
        self.framebuffer.reset(width, height)
        if self.viewer is not None and self.framebuffer.generation != generation:
            self.viewer.resized()
        self.report.width, self.report.height = width, height
        return trigger

    def _count(self, packet: Packet, trigger: str | None) -> None:
        size = COUNT.size + (0 if packet.identity is None else IDENTITY_SIZE)
        size += sum(INFO.size + len(part.body) for part in packet.slices)
        report = self.report
        report.packets += 1
        report.slices += len(packet.slices)
        report.saved_against_raw += report.width * report.height * 3 - size
        if trigger is not None:
            report.refreshes[trigger] += 1
            self._last_refresh = size
        else:
            report.updates += 1
            report.saved_against_refreshes += self._last_refresh - size


def _serve(
    connection: socket.socket,
    peer: str,
    screen: _Screen,
    clock: _Clock,
    say: Callable[[str], None],
    *,
    identity: bool,
) -> None:
    """Shows what one sender sends, until it leaves, breaks the rules, or time is up."""
    screen.report.connections += 1
    say(f"{peer} sends.")
    screen.state("live", stale=False)
    packets = PacketReader(identity=identity, messages=False)
    decoder = Decoder()
    first = True
    deadline = time.monotonic() + FIRST_PACKET_DEADLINE
    farewell = f"{peer} left."
    try:
        while clock.running():
            if first and time.monotonic() > deadline:
                raise RemoteProtocolError(f"no whole packet within {FIRST_PACKET_DEADLINE:.0f} s")
            try:
                data = connection.recv(_READ_SIZE)
            except TimeoutError:
                continue
            if not data:
                break
            screen.report.received += len(data)
            for packet in packets.feed(data):
                if isinstance(packet, Packet):
                    screen.show(packet, decoder, first=first)
                    first = False
        else:
            return
    except RemoteProtocolError as error:
        screen.report.faults += 1
        farewell = f"{peer} does not send the article's packets: {safe_text(str(error))}."
    except OSError as error:
        farewell = f"The connection from {peer} broke: {error.strerror or error}."
    say(farewell)
    screen.state("the sender left", stale=True)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # Asked for alone: what create_server raises no longer tells that it was the name.
        socket.getaddrinfo(host, None, family)
        server = socket.create_server((host, port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        raise ConfigurationError(
            f"cannot listen on {host}:{port}: {_no_port(error)}",
            remedy="Choose another port with --port, or another address of this machine with --host.",
        ) from None
    server.settimeout(_TICK)
    return server


def _no_port(error: Exception) -> str:
    """Why a port cannot be had; Python puts the address into the system's words."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return "there is no address of that name"
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return "another program listens there"
    if code == errno.EADDRNOTAVAIL:
        return "this machine has no such address"
    return str(error) if code is None else os.strerror(code)


@contextmanager
def _accepted(server: socket.socket) -> Iterator[tuple[socket.socket, str] | None]:
    """The next connection and its name, or None where none came within a tick."""
    try:
        connection, address = server.accept()
    except (TimeoutError, ConnectionError):
        yield None
        return
    with connection:
        connection.settimeout(_TICK)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        yield connection, f"{address[0]}:{address[1]}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _say_on_stderr(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
