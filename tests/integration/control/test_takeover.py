"""Control that goes from one console's window to another console."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deskconsole.session import link_loop
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from support.screens.control_stage import ControlStage
from support.xvfb import wait_for


@contextmanager
def _other_console(stage: ControlStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session of another console with the same host."""
    other = Session("other", DirectRoute(stage.agent.address, stage.agent.token), 0, lambda _: None)
    try:
        # Two sessions of one program are the same console for a host.
        with monkeypatch.context() as patch:
            patch.setattr(link_loop, "CONSOLE_ID", bytes(16))
            other.connect()
            wait_for(lambda: other.control.status.may, what="the other console")
        yield other
    finally:
        other.close()


def test_what_is_typed_when_control_ends_by_itself_is_no_order_to_the_window(
    stage: ControlStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _other_console(stage, monkeypatch) as other:
        stage.open()
        stage.xdotool("key", "a")
        other.control.take(force=True)
        stage.console.wait_for_window("^lab-01 - live - deskconsole")
        stage.xdotool("key", "--delay", "100", "f", "q", "q", "f")
        assert stage.width != 1280
        assert stage.session.snapshot().viewing

        def closed() -> bool:
            time.sleep(1.1)
            stage.xdotool("key", "q")
            return not stage.session.snapshot().viewing

        wait_for(closed, what="the window's own key after a rest")


def test_control_of_another_console_is_taken_only_with_a_chord_of_its_own(
    stage: ControlStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _other_console(stage, monkeypatch) as other:
        other.control.take()
        wait_for(lambda: other.control.status.yours, what="its control")
        stage.open(control=False)
        stage.point(20, 20)
        stage.tap_host_key()
        wait_for(lambda: stage.session.control.status.holder, what="the holder")
        assert other.control.status.yours
        stage.chord("t")
        stage.console.wait_for_window("^lab-01 - controlled - deskconsole$")
        wait_for(lambda: not other.control.status.yours, what="the other's loss")
