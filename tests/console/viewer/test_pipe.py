"""Both ends of the pipe to a window: nothing waits, nothing that matters is lost, nothing piles up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import get_args

import pytest

from deskconsole.viewer.inbox import Inbox, ThreadedInbox
from deskconsole.viewer.input_outbox import InputOutbox
from deskconsole.viewer.mailbox import Mailbox
from deskconsole.viewer.messages import (
    ClipText,
    CloseWindow,
    Damage,
    DoneTimes,
    FigureLines,
    KeyInput,
    LapseNotice,
    Map,
    Notice,
    PlaceWindow,
    PlayPlace,
    PointerInput,
    Raise,
    Status,
    ToWindow,
    WhoControls,
    line,
    to_console,
    to_window,
)
from deskconsole.viewer.outbox import Outbox
from deskwire.control import ControlState
from deskwire.geometry import Rectangle

_MAP = Map("/dev/shm/picture", 80, 60, 1)
_STATUS = Status("lab-01 - live - deskconsole", "live", stale=False)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for end in (reader, writer):
        try:
            os.close(end)
        except OSError:  # the test closed it
            continue


def _damage(packet: int) -> Damage:
    return Damage(packet, (Rectangle(packet % 64, 0, 1, 1), Rectangle(0, packet % 32, 2, 2)))


def _taken(inbox: Inbox[ToWindow] | ThreadedInbox[ToWindow]) -> list[ToWindow]:
    """All up to and with `CloseWindow`."""
    taken: list[ToWindow] = []
    while CloseWindow() not in taken:
        if inbox.wait(60):
            taken += inbox.take()
    return taken


@pytest.mark.parametrize("kind", [Inbox, ThreadedInbox])
def test_queued_messages_are_merged_and_the_end_of_the_pipe_closes(
    kind: type[Inbox[ToWindow] | ThreadedInbox[ToWindow]], pipe: tuple[int, int]
) -> None:
    reader, writer = pipe
    for message in (_damage(1), _MAP, _damage(2), _damage(3), _STATUS):
        os.write(writer, line(message))
    os.close(writer)
    taken = _taken(kind(reader, Mailbox(), to_window))
    assert _MAP in taken
    assert _STATUS in taken
    assert [m.packet for m in taken if isinstance(m, Damage)][-1] == 3
    assert taken[-1] == CloseWindow()


def test_lines_may_come_in_pieces(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    inbox = Inbox(reader, Mailbox(), to_window)
    text = line(_damage(5)) + line(_STATUS)
    taken: list[ToWindow] = []
    for position in range(len(text)):
        os.write(writer, text[position : position + 1])
        assert inbox.wait(60)
        taken += inbox.take()
    assert taken == [_damage(5), _STATUS]
    assert not inbox.wait(0)


@pytest.mark.parametrize("kind", [Inbox, ThreadedInbox])
def test_message_that_cannot_be_read_closes_the_window(
    kind: type[Inbox[ToWindow] | ThreadedInbox[ToWindow]], pipe: tuple[int, int]
) -> None:
    reader, writer = pipe
    os.write(writer, b'{"type": "nonsense"}\n')
    os.close(writer)
    assert _taken(kind(reader, Mailbox(), to_window))[-1] == CloseWindow()


def test_a_reader_that_sleeps_finds_the_places_of_all_changes_and_no_more_than_fits(
    pipe: tuple[int, int],
) -> None:
    reader, writer = pipe
    outbox = Outbox(os.fdopen(writer, "wb", buffering=0), "out", Mailbox())
    outbox.put(_MAP)
    for packet in range(1, 20_001):
        outbox.put(_damage(packet))
    outbox.put(_STATUS)
    outbox.put(CloseWindow())
    with os.fdopen(reader, "rb", closefd=False) as lines:
        messages = [to_window.decode(text) for text in lines]
    outbox.join()
    assert messages[0] == _MAP
    assert messages[-2:] == [_STATUS, CloseWindow()]
    damages = [message for message in messages if isinstance(message, Damage)]
    assert damages[-1].packet == 20_000
    assert len(damages) < 2000
    assert [damage.packet for damage in damages] == sorted(damage.packet for damage in damages)
    covered = {r for damage in damages for r in damage.rectangles}
    assert {r for packet in range(64) for r in _damage(packet).rectangles} <= covered


def test_a_window_of_a_console_with_more_than_a_thousand_descriptors_hears_all(pipe: tuple[int, int]) -> None:
    import fcntl  # of Linux, as is the other
    import resource

    reader, writer = pipe
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    try:
        high = fcntl.fcntl(writer, fcntl.F_DUPFD_CLOEXEC, 1024)
        os.close(writer)
        outbox = Outbox(os.fdopen(high, "wb", buffering=0), "out", Mailbox())
        for packet in range(1, 2001):  # More than there is room for.
            outbox.put(_damage(packet))
        outbox.put(CloseWindow())
        with os.fdopen(reader, "rb", closefd=False) as lines:
            messages = [to_window.decode(text) for text in lines]
        outbox.join()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert messages[-1] == CloseWindow()


def test_a_reader_that_is_gone_is_no_error(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    outbox = Outbox(os.fdopen(writer, "wb", buffering=0), "out", Mailbox())
    os.close(reader)
    outbox.put(_STATUS)
    outbox.join()
    outbox.put(_damage(1))
    outbox.put(CloseWindow())


def test_the_newest_word_on_control_reaches_the_window_and_a_long_text_whole(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    text = "grüß\n" * 12_000
    outbox = Outbox(os.fdopen(writer, "wb", buffering=0), "to the window", Mailbox())
    for message in (_MAP, ClipText(text), WhoControls(ControlState.ASKING), WhoControls(ControlState.YOURS)):
        outbox.put(message)
    outbox.put(CloseWindow())
    taken = _taken(Inbox(reader, Mailbox(), to_window))
    assert ClipText(text) in taken
    assert [m for m in taken if isinstance(m, WhoControls)][-1].state is ControlState.YOURS
    outbox.join()


@pytest.mark.parametrize("kind", [Inbox, ThreadedInbox])
def test_every_kind_of_message_reaches_the_window(
    kind: type[Inbox[ToWindow] | ThreadedInbox[ToWindow]], pipe: tuple[int, int]
) -> None:
    reader, writer = pipe
    messages: list[ToWindow] = [
        *(_MAP, _damage(1), _STATUS, WhoControls(ControlState.YOURS), Notice("copied"), LapseNotice()),
        *(ClipText("x"), DoneTimes(0.004, 0.011), FigureLines(("live",)), PlaceWindow(0, 0, 9, 9)),
        *(PlayPlace("0:01"), Raise(), CloseWindow()),
    ]
    assert {type(message) for message in messages} == set(get_args(ToWindow))
    os.write(writer, b"".join(map(line, messages)))
    taken = _taken(kind(reader, Mailbox(), to_window))
    assert [message for message in messages if message not in taken] == []


def test_a_title_comes_after_the_control_that_it_tells_of() -> None:
    mailbox = Mailbox()
    controlled = Status("lab-01 - controlled - deskconsole", "live", stale=False)
    for message in (_STATUS, WhoControls(ControlState.YOURS), controlled):
        mailbox.put(message)
    assert mailbox.take() == [WhoControls(ControlState.YOURS), controlled]


def test_damage_that_melts_together_keeps_the_oldest_input(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    for packet, at in ((1, None), (2, 5.0), (3, 6.0)):
        os.write(writer, line(Damage(packet, (Rectangle(0, 0, 1, 1),), at)))
    os.close(writer)
    assert [m.input_at for m in _taken(Inbox(reader, Mailbox(), to_window)) if isinstance(m, Damage)] == [5.0]


def test_a_console_that_does_not_read_stops_no_window_and_gets_few_moves(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    outbox = InputOutbox(writer)
    keys = 0
    while not outbox.full:
        outbox.put(KeyInput(1.0, 0x1E, down=True, text="a"))
        keys += 1
        for x in range(5):
            outbox.put(PointerInput(1.0, x, keys))
    heard = b""
    while outbox.due is not None:
        heard += os.read(reader, 65536)
        outbox.flush()
    os.close(writer)
    while piece := os.read(reader, 65536):
        heard += piece
    messages = [to_console.decode(one) for one in heard.splitlines()]
    assert sum(isinstance(one, KeyInput) for one in messages) == keys
    waited = messages[-800:]
    assert sum(isinstance(one, PointerInput) for one in waited) <= 401
    assert messages[-1] == PointerInput(1.0, 4, keys)
