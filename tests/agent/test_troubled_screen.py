"""What a console is told while the screen cannot be read, opened or sent, and what ends a link and what not.

The agent's real threads and a real socket; only the source of pictures is scripted.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing

import numpy as np
import pytest

from deskagent.capture.source import Grab, Grabber, GrabError, whole
from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.control.host_consent import HostConsent
from deskagent.control.view_only import ViewOnlyGate
from deskagent.delivery import link as link_module
from deskagent.delivery import server as server_module
from deskagent.delivery.console_feed import ConsoleFeed
from deskagent.delivery.display_feed import DisplayFeed, DisplayFeeds
from deskagent.delivery.link import ConsoleLink
from deskwire.connection import ConsoleConnection
from deskwire.errors import LocalProtocolError
from deskwire.geometry import Display, Rectangle
from deskwire.message import Message
from deskwire.messages import (
    WIRE_VERSION,
    Close,
    Digest,
    Displays,
    Hello,
    Ping,
    Refresh,
    Screen,
    ScreenState,
    WantRefresh,
    Welcome,
)
from deskwire.packet import Packet, Slice
from deskwire.triggers import Trigger
from support.peers.bare_console import Console, has
from support.peers.served_here import TOKEN, served


class Faulty(SyntheticGrabber):
    """Does at each grab what its script says, and at last grabs for good."""

    def __init__(self, *script: Exception | None) -> None:
        super().__init__("still", 1, 64, 48)
        self._script = list(script)

    def grab(self, region: Rectangle | None = None) -> Grab:
        fault = self._script.pop(0) if self._script else None
        if fault is not None:
            raise fault
        return super().grab(region)


@pytest.mark.parametrize("fault", [MemoryError(), ValueError("cannot reshape"), KeyError("left")], ids=repr)
def test_whatever_a_grab_raises_is_told_and_the_picture_comes_back(fault: Exception) -> None:
    grabber = Faulty(None, fault)
    with served(lambda _: grabber) as agent, closing(Console(agent)) as console:
        assert console.until(has(Screen, 2))
        failed, live = (event for event in console.events if isinstance(event, Screen))
        assert failed.state is ScreenState.GRAB_FAILED
        assert failed.reason.startswith(type(fault).__name__)
        assert live == Screen(ScreenState.LIVE)
        console.send(WantRefresh())
        assert console.until(lambda events: Refresh(Trigger.REQUEST) in events)
        assert console.until(has(Packet, 2))


@pytest.mark.parametrize(
    "fault", [GrabError("no X yet"), OSError("no X yet"), KeyError("no X yet")], ids=repr
)
def test_a_screen_that_opens_at_the_second_attempt_is_live_then(fault: Exception) -> None:
    faults = [fault]

    def open_grabber(_: int) -> Grabber:
        if faults:
            raise faults.pop()
        return Faulty()

    with served(open_grabber) as agent, closing(Console(agent)) as console:
        assert console.until(has(Packet))
        assert console.kinds() == [Welcome, Screen, Displays, Refresh, Packet]
        welcome, screen = console.events[:2]
        assert isinstance(welcome, Welcome)
        assert welcome.screen is ScreenState.GRAB_FAILED
        assert "no X yet" in welcome.screen_reason
        assert screen == Screen(ScreenState.LIVE)


class Lockable(SyntheticGrabber):
    """Grabs while it is not locked; knows without a grab that it is."""

    def __init__(self) -> None:
        super().__init__("still", 1, 64, 48)
        self.locked = False

    def check(self) -> None:
        if self.locked:
            raise GrabError("the session is locked", state=ScreenState.LOCKED)

    def grab(self, region: Rectangle | None = None) -> Grab:
        self.check()
        return super().grab(region)


def test_a_screen_that_is_locked_at_first_is_welcomed_as_such_and_begins_when_it_is_not() -> None:
    grabber = Lockable()
    grabber.locked = True
    with served(lambda _: grabber) as agent, closing(Console(agent)) as console:
        assert console.until(has(Welcome))
        (welcome,) = console.events
        assert isinstance(welcome, Welcome)
        assert (welcome.screen, welcome.screen_reason) == (ScreenState.LOCKED, "the session is locked")
        assert welcome.displays == tuple(grabber.displays())
        assert welcome.identity == welcome.displays[0].identity
        grabber.locked = False
        assert console.until(has(Packet))
        assert console.kinds() == [Welcome, Screen, Refresh, Packet]
        assert console.events[1] == Screen(ScreenState.LIVE)


def test_a_screen_that_was_locked_goes_on_from_the_picture_that_the_console_has() -> None:
    grabber = Lockable()
    with served(lambda _: grabber) as agent, closing(Console(agent)) as console:
        assert console.until(has(Packet))
        grabber.locked = True
        assert console.until(has(Screen))
        before = console.want_digest()  # What the console has is still known.
        grabber.locked = False
        assert console.until(has(Screen, 2))
        after = console.want_digest()
        assert console.kinds() == [Welcome, Refresh, Packet, Screen, Digest, Screen, Digest]
        locked, live = (event for event in console.events if isinstance(event, Screen))
        assert locked == Screen(ScreenState.LOCKED, "the session is locked")
        assert live == Screen(ScreenState.LIVE)
        assert before == after


def test_who_comes_while_the_screen_is_locked_is_not_shown_what_was_there_before() -> None:
    grabber = Lockable()
    with served(lambda _: grabber) as agent, closing(Console(agent)) as first:
        assert first.until(has(Packet))
        grabber.locked = True
        assert first.until(has(Screen))
        with closing(Console(agent)) as second:
            assert not second.until(has(Packet), seconds=1.0)
            welcome = second.events[0]
            assert isinstance(welcome, Welcome)
            assert welcome.screen is ScreenState.LOCKED
            grabber.locked = False
            assert second.until(has(Packet))
            assert [kind for kind in second.kinds() if kind is not Ping] == [Welcome, Screen, Refresh, Packet]


def test_a_locked_screen_is_asked_for_now_and_then_and_not_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demands = 0
    demand = DisplayFeed.demand

    def counted(broadcast: DisplayFeed) -> None:
        nonlocal demands
        demands += 1
        demand(broadcast)

    monkeypatch.setattr(DisplayFeed, "demand", counted)
    grabber = Lockable()
    with served(lambda _: grabber) as agent, closing(Console(agent)) as console:
        assert console.until(has(Packet))
        grabber.locked = True
        assert console.until(has(Screen))
        before = demands
        assert not console.until(has(Packet, 2), seconds=1.0)
        assert demands - before < 20


def test_a_reason_longer_than_a_text_is_cut() -> None:
    def open_grabber(_: int) -> Grabber:
        raise GrabError("no " * 1000)

    with served(open_grabber) as agent, closing(Console(agent)) as console:
        assert console.until(has(Welcome))


class Wide(SyntheticGrabber):
    """Five displays of 4K side by side, until one is taken away."""

    grabs = 0

    def displays(self) -> list[Display]:
        return [Display(0, 0, 0, 19200, 16, bytes(16))]

    def grab(self, region: Rectangle | None = None) -> Grab:
        self.grabs += 1
        return whole(np.zeros((16, 19200 if self.grabs == 1 else 15360, 4), np.uint8))


def test_a_desktop_too_large_for_the_wire_is_a_screen_without_a_picture() -> None:
    grabber = Wide("still")
    with served(lambda _: grabber) as agent, closing(Console(agent)) as console:
        assert console.until(has(Packet))
        assert console.kinds() == [Welcome, Screen, Screen, Refresh, Packet]
        failed = console.events[1]
        assert isinstance(failed, Screen)
        assert failed.state is ScreenState.GRAB_FAILED
        assert "19200 x 16" in failed.reason


def test_a_console_displaced_while_its_display_opens_is_told_and_the_next_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "MOST_CONSOLES", 1)
    opening, may_open = threading.Event(), threading.Event()

    def open_grabber(_: int) -> Grabber:
        opening.set()
        may_open.wait(60)
        return Faulty()

    with served(open_grabber) as agent, closing(Console(agent)) as first:
        assert opening.wait(60)
        with closing(Console(agent)) as second:
            assert first.until(has(Close))
            may_open.set()
            assert second.until(has(Packet))
            assert first.kinds() == [Close]


class Closed:
    """A sink whose link was closed from our own side."""

    def has_credit(self) -> bool:
        return True

    def send_packet(self, slices: tuple[Slice, ...], *, refresh: bool) -> int:
        raise LocalProtocolError("a packet on a link that is not open")

    def send(self, message: Message) -> None:
        raise LocalProtocolError(f"{type(message).__name__} on a closed link")


def test_a_link_closed_from_our_side_ends_its_pipeline_without_a_fault() -> None:
    ended = threading.Event()
    broadcast, hello = DisplayFeed(Faulty), Hello(WIRE_VERSION, (), packets=1, bytes=1000)
    pipeline = ConsoleFeed(broadcast, Closed(), hello, Trigger.FIRST_FRAME, ended.set)
    pipeline.open()
    pipeline.start()
    assert ended.wait(60)
    pipeline.close()
    broadcast.close()


def test_a_connection_that_got_no_thread_does_not_end_the_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    refused = threading.Event()

    def no_thread_once(thread: threading.Thread) -> None:
        if thread.name == "link" and not refused.is_set():
            refused.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    with served(lambda _: Faulty()) as agent:
        monkeypatch.setattr(threading.Thread, "start", no_thread_once)
        with agent.connect() as sock:
            assert sock.recv(1) == b""
        with closing(Console(agent)) as console:
            assert console.until(has(Packet))


def test_a_console_that_neither_reads_nor_speaks_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "SILENCE", 1.5)
    console = ConsoleConnection(TOKEN, Hello(WIRE_VERSION, (0,), packets=1, bytes=1000))
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ours.connect(listener.getsockname())
        theirs, _ = listener.accept()
        # Room for a few hundred answers: what a link over the network takes megabytes to fill.
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        link = ConsoleLink(
            theirs,
            TOKEN,
            DisplayFeeds(lambda _: Faulty()),
            lambda _: Trigger.FIRST_FRAME,
            ViewOnlyGate("shows only"),
            HostConsent(),
        )
        thread = threading.Thread(target=link.run, daemon=True)
        thread.start()
        ours.sendall(console.open())
        console.receive(ours.recv(4096))
        for number in range(3000):
            ours.sendall(console.send(Ping(number)))
        began = time.monotonic()
        thread.join(60)
        assert not thread.is_alive()
        assert time.monotonic() - began > 1, "it was hung up on before it fell silent"
