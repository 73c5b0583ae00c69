"""Sixteen logins at a time: who waits, who is let in next, and what lets a place go."""

from __future__ import annotations

import threading
import time

import pytest

from deskconsole.common.errors import Cancelled
from deskconsole.ssh.login_queue import APART, AT_FIRST, LoginQueue, LoginTurn
from deskconsole.ssh.prompts import HostQuestions, SecretRequest
from support.answers import Answers


def test_one_more_than_there_are_places_waits_and_says_so() -> None:
    queue, never = LoginQueue(2), threading.Event()
    first, second = queue.turn(), queue.turn()
    waiting = threading.Event()
    third = queue.turn(waiting.set)
    first.take(never)
    second.take(never)
    assert not waiting.is_set()
    thread = threading.Thread(target=third.take, args=(never,))
    thread.start()
    assert waiting.wait(60)
    assert thread.is_alive()
    second.leave()
    thread.join(60)
    assert not thread.is_alive()


def test_a_place_is_left_once_however_often_that_is_said() -> None:
    queue, never = LoginQueue(1), threading.Event()
    first = queue.turn()
    first.take(never)
    first.take(never)
    first.leave()
    first.leave()
    queue.turn().take(never)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        queue.turn().take(cancelled)


def test_a_person_who_thinks_keeps_no_place() -> None:
    queue, never = LoginQueue(1), threading.Event()
    asking = queue.turn()
    asking.take(never)
    questions = HostQuestions(Answers(["secret"]), "lab", asking.leave)
    assert questions.secret(SecretRequest("lab", "password", "Password")) == "secret"
    queue.turn().take(never)


def test_an_answer_waits_for_its_turn_again() -> None:
    """Thirty host keys that are trusted in one list are not thirty logins at once."""
    queue, never = LoginQueue(1), threading.Event()
    asking, other = queue.turn(), queue.turn()
    asking.take(never)
    waiting = threading.Event()
    asking.waiting = waiting.set
    questions = HostQuestions(Answers(["secret"]), "lab", asking.leave, lambda: asking.take(never))
    asking.leave()
    other.take(never)
    answered = threading.Thread(target=questions.secret, args=(SecretRequest("lab", "password", "Password"),))
    answered.start()
    assert waiting.wait(60)
    other.leave()
    answered.join(60)
    assert not answered.is_alive()
    with pytest.raises(Cancelled):
        queue.turn().take(_cancelled())


def test_one_that_a_person_waits_for_goes_before_those_that_came_earlier() -> None:
    queue, never = LoginQueue(1), threading.Event()
    holder = queue.turn()
    holder.take(never)
    came: list[str] = []

    def wait_for(name: str) -> tuple[LoginTurn, threading.Thread]:
        waits = threading.Event()
        turn = queue.turn(waits.set)

        def run() -> None:
            turn.take(never)
            came.append(name)
            turn.leave()

        thread = threading.Thread(target=run)
        thread.start()
        assert waits.wait(60)
        return turn, thread

    waiters = [wait_for(name) for name in ("one", "two", "three")]
    waiters[2][0].hurry()
    holder.leave()
    for _, thread in waiters:
        thread.join(60)
    assert came == ["three", "one", "two"]


def test_who_gives_up_keeps_no_place_and_loses_none() -> None:
    queue, never = LoginQueue(1), threading.Event()
    holder = queue.turn()
    holder.take(never)
    with pytest.raises(Cancelled):
        queue.turn().take(_cancelled())

    def refuse() -> None:
        raise Cancelled("no more")

    with pytest.raises(Cancelled):
        queue.turn(refuse).take(never)
    holder.leave()
    queue.turn().take(never)


def _cancelled() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_connections_begin_one_after_the_other_but_not_those_that_a_person_waits_for() -> None:
    queue, never = LoginQueue(), threading.Event()
    began = time.monotonic()
    for _ in range(AT_FIRST + 5):
        queue.turn().begin(never)
    assert time.monotonic() - began >= 5 * APART
    awaited = queue.turn()
    awaited.waiting = lambda: pytest.fail("a person waits for it")
    awaited.hurry()
    awaited.begin(never)


def test_a_connection_that_has_not_begun_is_hurried_or_cancelled() -> None:
    queue = LoginQueue()
    for _ in range(10_000):  # minutes
        queue.delay()
    cancelled, never, waits = threading.Event(), threading.Event(), threading.Event()
    hurried = queue.turn(waits.set)
    thread = threading.Thread(target=hurried.begin, args=(never,))
    thread.start()
    assert waits.wait(60)
    before = queue.delay()
    hurried.hurry()
    thread.join(60)
    assert not thread.is_alive()
    assert queue.delay() < before + APART, "its time is free for the next"
    with pytest.raises(Cancelled):
        queue.turn(cancelled.set).begin(cancelled)


def test_without_a_queue_every_turn_is_free() -> None:
    turn = LoginTurn()
    for _ in range(100):
        turn.take(threading.Event())
    turn.leave()
