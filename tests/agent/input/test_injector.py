"""Keys and buttons that are held go up, whatever the system blocks meanwhile."""

from __future__ import annotations

import pytest

from deskagent.input.device import InputBlocked, KeyboardLayout
from deskagent.input.injector import Injector
from deskwire.control import CAPS_LOCK, Key
from deskwire.keys import ALT, LOCK_KEYS
from support.recorded_device import RecordedDevice

A = 0x1E


class BlockedDesk(RecordedDevice):
    """A window of more rights may come to the front: a press fails then; a release works, and raises too."""

    def __init__(self) -> None:
        super().__init__(KeyboardLayout({(A, 0): "a"}))
        self.blocked = False

    def press(self, code: int, *, down: bool) -> None:
        if not (self.blocked and down):
            super().press(code, down=down)
        self._fail()

    def button(self, number: int, *, down: bool, x: int, y: int) -> None:
        super().button(number, down=down, x=x, y=y)
        self._fail()

    def release_all(self) -> None:
        self.calls.append(("release_all",))  # it does not know what is down
        self._fail()

    def _fail(self) -> None:
        if self.blocked:
            raise InputBlocked("a window of more rights is in front")


def test_each_key_and_button_goes_up_though_the_system_blocks_the_mask_and_every_release() -> None:
    desk = BlockedDesk()
    injector = Injector(desk)
    injector.button(1, down=True, x=3, y=4)
    for number, code in enumerate((A, ALT), 1):
        injector.key(Key(grant=1, n=number, code=code, down=True, text="a" if code == A else ""))
    assert desk.keys_down == {A, ALT}
    desk.blocked = True
    with pytest.raises(InputBlocked):
        injector.release_all()
    assert not desk.keys_down
    assert not desk.buttons_down
    assert desk.calls[-1] == ("release_all",)
    assert not injector.held


class BlockedRelease(RecordedDevice):
    """A release of everything is blocked; a moment later the window in front is another one."""

    def release_all(self) -> None:
        raise InputBlocked("a window of more rights is in front")


def test_the_locks_are_put_back_though_a_release_before_them_is_blocked() -> None:
    desk = BlockedRelease()
    injector = Injector(desk)
    injector.begin()
    desk.locks = CAPS_LOCK
    desk.calls.clear()
    injector.end()
    caps = next(code for code, lock in LOCK_KEYS.items() if lock == CAPS_LOCK)
    assert desk.calls == [("press", caps, True), ("press", caps, False)]
