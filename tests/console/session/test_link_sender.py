"""A link sends all of it, in order, however slowly the agent reads, and no other thread waits for that."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from deskconsole.session import link_sender
from deskconsole.session.link_sender import LinkSender

TICK = 0.1
"""Seconds for which a call of a link's transport may last."""

CLIP = bytes(range(256)) * 250
"""A message as long as a clipboard of 64,000 letters."""


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A link with little room in it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ours.settimeout(TICK)
        theirs.settimeout(10)
        yield ours, theirs


def _sender(end: socket.socket) -> LinkSender:
    sender = LinkSender(end)
    sender.start()
    return sender


def _check_until_it_raises(sender: LinkSender) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        sender.check()
        time.sleep(0.005)


def test_a_clipboard_arrives_whole_over_a_link_of_50_kilobytes_a_second(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    sender = _sender(ours)
    sender.put(CLIP[:20_000])
    sender.put(b"the key after it")
    got = b""
    while len(got) < 20_016:
        got += theirs.recv(8192)
        time.sleep(0.16)  # Longer than a tick: each 8 kB must not have to go within one.
    assert got == CLIP[:20_000] + b"the key after it"
    sender.check()
    sender.end()


def test_who_sends_does_not_wait_for_an_agent_that_does_not_read(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    sender = _sender(ours)
    for _ in range(10):
        sender.put(CLIP)  # Would block for ever: nothing reads yet.
    got = 0
    while got < 10 * len(CLIP):
        got += len(theirs.recv(65536))
    sender.end()


def test_an_agent_that_never_reads_ends_the_link(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_sender, "STUCK_AFTER", 0.2)
    sender = _sender(ends[0])
    sender.put(CLIP)
    with pytest.raises(TimeoutError):
        _check_until_it_raises(sender)
    sender.end()


def test_what_an_agent_that_reads_slowly_asks_for_does_not_fill_the_memory(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_sender, "MOST_WAITING", 100_000)
    sender = _sender(ends[0])
    for _ in range(3):
        sender.put(CLIP)
    with pytest.raises(TimeoutError):
        sender.check()
    sender.end()


def test_a_link_that_breaks_while_it_sends_says_so(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    sender = _sender(ours)
    theirs.close()
    sender.put(CLIP)
    with pytest.raises(OSError, match="Broken pipe"):
        _check_until_it_raises(sender)
    sender.end()


def test_the_goodbye_goes_before_the_end(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    before = threading.active_count()
    sender = _sender(ours)
    sender.put(b"goodbye")
    sender.end(within=10)
    assert theirs.recv(100) == b"goodbye"
    assert threading.active_count() == before
