"""The input thread outlives whatever a device raises, and a text ends where control ends."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

import pytest

from deskagent.control.desktop_lock import NoLock
from deskagent.control.input_thread import InputThread
from deskagent.input.device import KeyboardLayout
from deskwire.control import InputOutcome, Key, Pointer, Typing
from deskwire.geometry import Rectangle
from support.recorded_device import RecordedDevice

WAIT = 20
A = 0x1E


class Sitter:
    """A console's link, and what the input thread asks of control."""

    hello = None
    area = Rectangle(0, 0, 100, 100)
    aims = True
    obstacle = ""

    def __init__(self) -> None:
        self.told: queue.Queue[Any] = queue.Queue()
        self.events: queue.Queue[str] = queue.Queue()
        self.allowed = True

    @property
    def heard(self) -> float:
        return time.monotonic()

    def tell(self, message: Any) -> None:
        self.told.put(message)

    def injected(self, number: int, at: float) -> None:
        pass

    def allows(self, _client: object, _grant: int) -> bool:
        return self.allowed

    def refusal(self, _client: object, _message: object) -> str:
        return ""

    def transfer_clip(self, _client: object, _message: object, _look: object) -> bool:
        return False

    def review(self) -> None:
        pass

    def begun(self, _client: object, _grant: int) -> None:
        self.events.put("begun")

    def not_begun(self, _client: object, _grant: int, why: Exception) -> None:
        self.events.put(f"not begun: {why}")

    def lost(self, _client: object, _grant: int, why: Exception) -> None:
        self.events.put(f"lost: {why}")


class BadDesk(RecordedDevice):
    """Fails as a library does: with exceptions that are no part of its contract."""

    def move(self, x: int, y: int) -> None:
        raise OSError(5, "the move failed")

    def close(self) -> None:
        raise OSError(5, "the close failed")


class BadLock(NoLock):
    def release(self) -> None:
        raise OSError(5, "the release failed")


class TakenLock(NoLock):
    """Another agent takes the desktop as soon as `by` is its console's name."""

    def __init__(self) -> None:
        self.by: str | None = None

    def taken_by(self) -> str | None:
        return self.by


class SlowDesk(RecordedDevice):
    def __init__(self) -> None:
        super().__init__()
        self.writing, self.go_on = threading.Event(), threading.Event()

    def write(self, text: str) -> None:
        super().write(text)
        self.writing.set()
        assert self.go_on.wait(WAIT)


def begin(thread: InputThread, sitter: Sitter) -> str:
    thread.begin(sitter, 1, "desk", force=False)  # type: ignore[arg-type]
    return sitter.events.get(timeout=WAIT)


def test_a_device_and_a_lock_that_fail_at_each_step_end_control_and_not_the_thread() -> None:
    sitter = Sitter()
    thread = InputThread(BadDesk, BadLock(), NoLock(), sitter)  # type: ignore[arg-type]
    try:
        for number in (1, 2):
            assert begin(thread, sitter) == "begun"
            thread.put(sitter, 1, Pointer(grant=1, n=number, x=1, y=1))  # type: ignore[arg-type]
            assert sitter.events.get(timeout=WAIT) == "lost: input failed: OSError"
    finally:
        thread.close()


def test_a_device_that_does_not_open_for_a_reason_of_its_own_is_told() -> None:
    def no_device() -> RecordedDevice:
        raise OSError(5, "no device")

    sitter = Sitter()
    thread = InputThread(no_device, NoLock(), NoLock(), sitter)  # type: ignore[arg-type]
    try:
        assert begin(thread, sitter) == "not begun: input failed: OSError"
    finally:
        thread.close()


@pytest.mark.parametrize("how", ["closed", "not allowed"])
def test_a_text_ends_where_control_ends(how: str) -> None:
    sitter, desk = Sitter(), SlowDesk()
    thread = InputThread(lambda: desk, NoLock(), NoLock(), sitter)  # type: ignore[arg-type]
    assert begin(thread, sitter) == "begun"
    thread.put(sitter, 1, Typing(grant=1, n=1, text="x" * 200))  # type: ignore[arg-type]
    assert desk.writing.wait(WAIT)
    if how == "closed":
        closing = threading.Thread(target=thread.close)
        closing.start()
        closing.join(0.05)
    else:
        sitter.allowed = False
    desk.go_on.set()
    assert sitter.told.get(timeout=WAIT).outcome is InputOutcome.BLOCKED
    assert sum(call[0] == "write" for call in desk.calls) == 1
    thread.close()


def test_an_agent_that_lost_the_desktop_releases_only_what_it_holds() -> None:
    sitter, desk, lock = Sitter(), RecordedDevice(KeyboardLayout({(A, 0): "a"})), TakenLock()
    thread = InputThread(lambda: desk, lock, NoLock(), sitter)  # type: ignore[arg-type]
    assert begin(thread, sitter) == "begun"
    thread.put(sitter, 1, Key(grant=1, n=1, code=A, down=True, text="a"))  # type: ignore[arg-type]
    sitter.told.get(timeout=WAIT)
    before = len(desk.calls)
    lock.by = "bob"
    assert sitter.events.get(timeout=WAIT) == "lost: bob"
    assert desk.calls[before:] == [("press", A, False), ("close",)]
    thread.close()


class NoLocksDesk(RecordedDevice):
    def keyboard(self) -> tuple[KeyboardLayout, int]:
        raise OSError(5, "the locks cannot be read")


def test_everything_goes_up_before_a_device_that_fails_as_a_console_begins_is_closed() -> None:
    sitter, desk = Sitter(), NoLocksDesk()
    thread = InputThread(lambda: desk, NoLock(), NoLock(), sitter)  # type: ignore[arg-type]
    assert begin(thread, sitter) == "not begun: input failed: OSError"
    assert desk.calls == [("release_all",), ("release_all",), ("close",)]
    thread.close()
