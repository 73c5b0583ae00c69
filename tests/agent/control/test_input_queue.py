"""The queue of inputs: whatever comes, nothing but moves is ever left out, and the order stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskagent.control.input_queue import InputQueue
from deskwire.clipboard import PutClip
from deskwire.control import AllUp, Button, Pointer, Typing
from deskwire.errors import RemoteProtocolError

KINDS = st.sampled_from([Pointer, Button, AllUp])


def made(kind: type[Any], number: int) -> Any:
    if kind is AllUp:
        return AllUp(grant=1, n=number)
    place = {"grant": 1, "n": number, "x": number, "y": 0}
    return Pointer(**place) if kind is Pointer else Button(button=1, down=True, **place)


def taken(queue: InputQueue) -> list[Any]:
    return [queue.next().message for _ in range(len(queue))]


@given(st.lists(KINDS, max_size=60))
def test_only_moves_that_another_follows_are_left_out(kinds: list[type[Any]]) -> None:
    queue, client = InputQueue(), object()
    sent = [made(kind, number) for number, kind in enumerate(kinds, 1)]
    for message in sent:
        queue.add(client, 1, message)  # type: ignore[arg-type]
    expected = [
        one
        for one, following in zip(sent, [*sent, None][1:], strict=True)
        if not (isinstance(one, Pointer) and isinstance(following, Pointer))
    ]
    assert taken(queue) == expected


def test_a_long_queue_keeps_one_move_and_every_press() -> None:
    queue, client = InputQueue(), object()
    presses = []
    for number in range(1, 4001, 2):
        presses.append(made(Button, number))
        queue.add(client, 1, presses[-1])  # type: ignore[arg-type]
        queue.add(client, 1, made(Pointer, number + 1))  # type: ignore[arg-type]
    waiting = taken(queue)
    assert [one for one in waiting if isinstance(one, Button)] == presses
    assert sum(isinstance(one, Pointer) for one in waiting) < 600
    assert waiting[-1] == made(Pointer, 4000)


def test_what_an_earlier_console_left_takes_no_room_from_the_next() -> None:
    queue, anna, bob = InputQueue(), object(), object()
    for number in range(1, 901):
        queue.add(anna, 1, Typing(grant=1, n=number, text="x" * 1024))  # type: ignore[arg-type]
    for number in range(1, 201):
        queue.add(bob, 2, Typing(grant=2, n=number, text="y" * 1024))  # type: ignore[arg-type]
    assert [one.text for one in taken(queue)] == ["y" * 1024] * 200


def test_more_than_can_be_injected_is_a_fault() -> None:
    queue, client = InputQueue(), object()
    for number in range(1, 4097):
        queue.add(client, 1, made(AllUp, number))  # type: ignore[arg-type]
    with pytest.raises(RemoteProtocolError, match="4096 inputs"):
        queue.add(client, 1, made(AllUp, 4097))  # type: ignore[arg-type]


def test_texts_that_wait_have_a_bound_in_characters() -> None:
    queue, client = InputQueue(), object()
    for number in range(1, 251):
        queue.add(client, 1, Typing(grant=1, n=number, text="x" * 4_000))  # type: ignore[arg-type]
    with pytest.raises(RemoteProtocolError):
        queue.add(client, 1, Typing(grant=1, n=251, text="x" * 4_000))  # type: ignore[arg-type]
    queue.next()
    queue.add(client, 1, Typing(grant=1, n=251, text="x" * 4_000))  # type: ignore[arg-type]


def test_of_texts_for_the_clipboard_that_nothing_pastes_the_newest_waits_in_its_place() -> None:
    queue, client = InputQueue(), object()
    sent: list[Any] = [made(Button, 1)]
    sent += [PutClip(grant=1, n=number, text="x" * 60_000) for number in range(2, 100)]
    displaced = [queue.add(client, 1, one) for one in sent]  # type: ignore[arg-type]
    assert [one.message for one in displaced if one] == sent[1:-1]
    assert taken(queue) == [sent[0], sent[-1]]


def test_a_text_for_the_clipboard_that_a_key_may_paste_is_never_left_out() -> None:
    queue, client = InputQueue(), object()
    sent: list[Any] = []
    for number in range(1, 20, 2):
        sent += [PutClip(grant=1, n=number, text=str(number)), made(Button, number + 1)]
    assert not any(queue.add(client, 1, one) for one in sent)  # type: ignore[arg-type]
    assert taken(queue) == sent


def test_texts_that_are_rejected_as_too_many_leave_the_queue_to_later_consoles() -> None:
    queue, client, later = InputQueue(), object(), object()
    for number in range(1, 251):
        queue.add(client, 1, Typing(grant=1, n=number, text="x" * 4_000))  # type: ignore[arg-type]
    for number in (251, 252, 253):
        with pytest.raises(RemoteProtocolError):
            queue.add(client, 1, PutClip(grant=1, n=number, text="x"))  # type: ignore[arg-type]
    taken(queue)
    clips = [PutClip(grant=2, n=number, text="x" * 60_000) for number in (1, 2, 3)]
    displaced = [queue.add(later, 2, one) for one in clips]  # type: ignore[arg-type]
    assert [one and one.message for one in displaced] == [None, *clips[:-1]]
    assert taken(queue) == clips[-1:]
