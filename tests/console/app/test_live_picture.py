"""The exact picture of a session that streams on: the second try, and screens that cannot be seen."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest

from deskconsole.app import live_picture as tried
from deskconsole.common.errors import StreamError
from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskwire.messages import ScreenState


class BusySession:
    """Answers the comparison that is asked for as the nth."""

    name = "cinema"
    linked = True

    def __init__(self, nth: int, screen: str = ScreenState.LIVE) -> None:
        self.framebuffer = SimpleNamespace(pixels=np.zeros((2, 3, 3), np.uint8))
        self.observers: set[LinkObserver] = set()
        self._left = nth
        self._screen = screen

    def check_exact(self) -> None:
        self._left -= 1
        if self._left == 0:
            for observer in self.observers:
                observer.compared(1, b"same", b"same")

    def snapshot(self) -> Snapshot:
        return Snapshot(self.name, State.STREAMING, screen=self._screen)


def test_a_film_has_a_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tried, "_ANSWER", 0.1)
    pixels, _ = tried.live_picture(BusySession(2))  # type: ignore[arg-type]
    assert pixels.shape == (2, 3, 3)
    with pytest.raises(StreamError, match="no exact picture of cinema came within"):
        tried.live_picture(BusySession(3))  # type: ignore[arg-type]


def test_a_locked_screen_is_said_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(StreamError, match="cinema has no picture, locked") as caught:
        tried.live_picture(BusySession(9, ScreenState.LOCKED))  # type: ignore[arg-type]
    assert caught.value.remedy.startswith("Unlock it there")
    assert time.monotonic() - began < 5, "not after the time for an answer"
