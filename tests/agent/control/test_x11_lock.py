"""The lock of an X desktop, as two agents take it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

from deskagent.control.desktop_lock import DesktopTaken, LockPurpose
from deskagent.control.x11_lock import X11Lock
from deskx11.connection import connect
from support.endless_property import ENDLESS, make_endless, memory_at_most
from support.xvfb import own_display, wait_for

ROUNDS = 20


@pytest.fixture(autouse=True)
def screen() -> Iterator[None]:
    """DISPLAY names it."""
    with own_display(320, 200):
        yield


def test_of_two_agents_that_take_the_desktop_at_the_same_moment_one_has_it() -> None:
    start, agreed = threading.Barrier(2, timeout=60), threading.Barrier(2, timeout=60)

    def agent(name: str) -> list[bool]:
        lock, had = X11Lock(LockPurpose.CONTROL), []
        for _ in range(ROUNDS):
            start.wait()
            try:
                lock.acquire(name, force=False)
                had.append(True)
            except DesktopTaken:
                had.append(False)
            agreed.wait()
            assert not had[-1] or lock.taken_by() is None
            lock.release()
        return had

    with ThreadPoolExecutor(2) as pool:
        anna, bob = pool.map(agent, ("anna", "bob"))
    assert [one + other for one, other in zip(anna, bob, strict=True)] == [1] * ROUNDS


def test_a_menu_that_has_grabbed_the_server_keeps_no_agent_from_taking_control() -> None:
    lock, other = X11Lock(LockPurpose.CONTROL), X11Lock(LockPurpose.CONTROL)
    lock.acquire("anna", force=False)
    assert other.is_held(), "its connection is there before the menu, which lets no new one in"
    taken: list[float] = []

    def take() -> None:
        lock.acquire("anna", force=False)
        other.acquire("bob", force=True)
        taken.append(time.monotonic())

    agent = threading.Thread(target=take, daemon=True)
    with closing(connect()) as menu:
        menu.grab_server()
        menu.sync()
        agent.start()
        # Only who is stopped takes longer.
        agent.join(60)
        ungrabbed = time.monotonic()
    agent.join(60)
    assert taken[0] < ungrabbed
    assert lock.taken_by() == "bob"
    other.release()
    lock.release()


def test_a_question_is_known_to_other_agents_until_its_agent_is_gone() -> None:
    asking, looking = X11Lock(LockPurpose.QUESTION), X11Lock(LockPurpose.QUESTION)
    assert not looking.is_held()
    asking.acquire("", force=False)
    wait_for(looking.is_held, what="the question")
    asking.release()
    wait_for(lambda: not looking.is_held(), what="the end of the question")
    looking.release()


def test_of_a_name_that_another_program_made_endless_the_begin_is_read() -> None:
    anna, bob = X11Lock(LockPurpose.CONTROL), X11Lock(LockPurpose.CONTROL)
    anna.acquire("anna", force=False)
    with closing(connect()) as other:
        name, kind = other.intern_atom("_DESKCONSOLE_CONTROL"), other.intern_atom("UTF8_STRING")
        make_endless(other.get_selection_owner(name), name, kind, b"w")
        with memory_at_most(ENDLESS // 4), pytest.raises(DesktopTaken, match=f"^{'w' * 64}$"):
            bob.acquire("bob", force=False)
    anna.release()


def test_a_desktop_that_was_taken_back_before_a_look_is_held() -> None:
    anna, bob = X11Lock(LockPurpose.CONTROL), X11Lock(LockPurpose.CONTROL)
    anna.acquire("anna", force=False)
    bob.acquire("bob", force=True)
    anna.acquire("anna", force=True)
    assert anna.taken_by() is None
    assert bob.taken_by() == "anna"
    bob.acquire("bob", force=True)
    assert anna.taken_by() == "bob"
    anna.release()
    bob.release()
