"""The records of SendInput are laid out as in Windows' headers (64 bits)."""

from __future__ import annotations

import ctypes

from deskwin32.input_event import InputEvent, KeyRecord, MouseRecord, key_event, mouse_event


def test_records_have_the_sizes_that_sendinput_checks() -> None:
    assert ctypes.sizeof(InputEvent) == 40
    assert ctypes.sizeof(MouseRecord) == 32
    assert KeyRecord.extra.offset == 16
    assert InputEvent.record.offset == 8


def test_a_turn_towards_the_user_is_negative() -> None:
    assert ctypes.c_int32(mouse_event(data=-120).record.mouse.data).value == -120
    assert key_event(scan=0xD83D).record.key.scan == 0xD83D
