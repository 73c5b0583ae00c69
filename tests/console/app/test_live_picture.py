"""The picture of a session that streams on: exact, the newest of a slow link, or none."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from deskconsole.app import live_picture as tried
from deskconsole.common.errors import StreamError
from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.snapshot import Exactness, Snapshot
from deskconsole.session.state import State
from deskwire.messages import ScreenState
from deskwire.packet import Packet


class BusySession:
    """Draws packets while the full stream is watched, and answers a comparison where it is `quick`."""

    name = "cinema"
    linked = True

    def __init__(self, screen: str = ScreenState.LIVE, *, quick: bool = False, draws: bool = True) -> None:
        pixels = np.zeros((2, 3, 3), np.uint8)
        self.framebuffer = SimpleNamespace(pixels=pixels, digest=lambda: b"mine")
        self.observers: set[LinkObserver] = set()
        self._screen, self._quick, self._draws = screen, quick, draws
        self._full_until = 0.0

    def watch_full(self, seconds: float) -> None:
        self._full_until = time.monotonic() + seconds

    def check_exact(self) -> None:
        if self._quick:
            for observer in self.observers:
                observer.compared(7, b"same", b"same")

    def snapshot(self) -> Snapshot:
        if self._draws and time.monotonic() < self._full_until:
            for observer in self.observers:
                observer.drawn(8, cast("Packet", None))
        return Snapshot(self.name, State.STREAMING, screen=self._screen)


def taken(session: BusySession) -> Exactness:
    pixels, snapshot = tried.live_picture(session)  # type: ignore[arg-type]
    assert pixels.shape == (2, 3, 3)
    assert snapshot.exactness is not None
    return snapshot.exactness


def test_a_comparison_says_which_picture_is_exact() -> None:
    exactness = taken(BusySession(quick=True))
    assert (exactness.exact, exactness.packet, exactness.digest) == (True, 7, b"same".hex())


def test_a_film_over_a_slow_link_gives_its_newest_picture_and_does_not_call_it_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tried, "_ANSWER", 0.1)
    exactness = taken(BusySession())
    assert (exactness.exact, exactness.packet, exactness.digest) == (False, 8, b"mine".hex())


def test_a_host_that_sends_nothing_is_said_to_send_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tried, "_ANSWER", 0.1)
    monkeypatch.setattr(tried, "_NEWEST", 0.1)
    with pytest.raises(StreamError, match="no picture of cinema came within"):
        taken(BusySession(draws=False))


def test_a_locked_screen_is_said_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(StreamError, match="cinema has no picture, locked") as caught:
        taken(BusySession(ScreenState.LOCKED))
    assert caught.value.remedy.startswith("Unlock it there")
    assert time.monotonic() - began < 5, "not after the time for an answer"
