"""Sixteen logins at a time: who waits, who is let in next, and what lets a place go."""

from __future__ import annotations

import threading

import pytest

from answers import Answers
from deskconsole.errors import Cancelled
from deskconsole.ssh.login_queue import LoginQueue, Turn
from deskconsole.ssh.questions import QuestionsOf, SecretRequest


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
    assert waiting.wait(10)
    assert thread.is_alive()
    second.leave()
    thread.join(10)
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
    questions = QuestionsOf(Answers(["secret"]), "lab", asking.leave)
    assert questions.secret(SecretRequest("lab", "password", "Password")) == "secret"
    queue.turn().take(never)


def test_without_a_queue_every_turn_is_free() -> None:
    turn = Turn()
    for _ in range(100):
        turn.take(threading.Event())
    turn.leave()
