"""Two agents on one Windows desktop: only one lets its console act, both know of a question, and a crash
gives that back. And the host's policy file: who has written it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.windows.host import WindowsHost
from support.windows.program import WindowsProgram, put_agent

# The first run on a machine builds the stand-in and its runtime.
pytestmark = pytest.mark.timeout(600)

AGENT = r"""
import queue, threading
from deskagent.control.desktop_lock import DesktopTaken, LockPurpose
from deskagent.control.lock_platforms import desktop_lock
lock, question = desktop_lock(LockPurpose.CONTROL), desktop_lock(LockPurpose.QUESTION)
calls, answers = queue.Queue(), queue.Queue()

def work():  # as the input thread: a mutex belongs to its thread
    while True:
        call = calls.get()
        try:
            answers.put(call() or "done")
        except DesktopTaken:
            answers.put("taken")

threading.Thread(target=work, daemon=True).start()

def asked(call):
    calls.put(call)
    return answers.get(timeout=60)

acquire = lambda force=False: asked(lambda: lock.acquire("anna", force=force))
release = lambda: asked(lock.release)
ask = lambda: asked(lambda: question.acquire("", force=False))
answered = lambda: asked(question.release)
"""


@pytest.fixture(scope="module")
def windows() -> Iterator[WindowsHost]:
    with WindowsHost.start() as windows:
        put_agent(windows)
        yield windows


@pytest.fixture
def first(windows: WindowsHost) -> Iterator[WindowsProgram]:
    with WindowsProgram(windows) as program:
        program.run(AGENT)
        yield program


@pytest.fixture
def second(windows: WindowsHost) -> Iterator[WindowsProgram]:
    with WindowsProgram(windows) as program:
        program.run(AGENT)
        yield program


def test_two_agents_do_not_act_on_one_desktop(first: WindowsProgram, second: WindowsProgram) -> None:
    assert first.value("acquire()") == "done"
    assert first.value("acquire()") == "done", "what is held already is taken from itself"
    assert second.value("acquire()") == "taken"
    assert second.value("acquire(force=True)") == "taken", "a mutex cannot be taken by force"
    first.value("release()")
    assert second.value("acquire()") == "done"
    assert first.value("acquire()") == "taken"


def test_an_agent_that_dies_gives_the_desktop_back(first: WindowsProgram, second: WindowsProgram) -> None:
    assert first.value("acquire()") == "done"
    first.end()
    assert second.value("acquire()") == "done"


def test_an_agent_knows_that_another_one_asks_until_that_is_answered_or_gone(
    first: WindowsProgram, second: WindowsProgram
) -> None:
    assert second.value("question.is_held()") is False
    assert first.value("ask()") == "done"
    assert second.value("question.is_held()") is True
    assert second.value("ask()") == "taken", "two questions are open at once"
    first.value("answered()")
    assert second.value("question.is_held()") is False
    first.value("ask()")
    first.end()
    assert second.value("question.is_held()") is False


def test_a_policy_counts_by_who_owns_and_can_change_it(windows: WindowsHost, first: WindowsProgram) -> None:
    folder = windows.drive_c / "ProgramData" / "deskconsole"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.toml").write_text('control = "never"\n')
    first.run("from deskagent.consent import policy; file = policy.policy_path()")
    texts = [first.value(f"policy._windows_security({path})") for path in ("file", "file.parent")]
    owners = [re.match(r"O:(S-1-5-[\d-]+|[A-Z]{2})", text) for text in texts]
    assert all(owners), texts
    trusted = {"SY", "BA", *(owner[1] for owner in owners if owner is not None)}
    first.run(f"policy._TRUSTED = {sorted(trusted)!r}")
    assert first.value("str(policy.read_policy().control)") == "never", texts
    first.run("policy._TRUSTED = ['SY']")
    assert first.value("str(policy.read_policy().control)") == "allow"
    assert "is passed over" in first.value("policy.read_policy().mistake")
