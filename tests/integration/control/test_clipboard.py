"""The clipboard of the window: typed on the host, put there and fetched, when a key asks for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from Xlib import X
from Xlib.display import Display

from deskwire.clipboard import Clip, NoClip, PutClip, WantClip
from deskwire.connection import ConsoleConnection
from support.screens.control_stage import ControlStage, typed_lines
from support.screens.selection import copy, pasted
from support.xvfb import Xvfb, wait_for


def test_the_clipboard_is_typed_whatever_the_host_s_keys_give(
    stage: ControlStage, layouts: Callable[[str, str], None]
) -> None:
    layouts("ru", "us")
    before = stage.host.call("xmodmap", "-pke")
    typed = stage.type_into_file()
    stage.open()
    text = "Zażółć 你好 😀 €\n" * 20
    copy(stage.console, text)
    stage.chord("v")
    assert typed_lines(typed, 20) == text.splitlines()
    wait_for(lambda: stage.host.call("xmodmap", "-pke") == before, what="the keys of before")


def change_clipboard(screen: Xvfb, times: int) -> None:
    """So many programs, one after another, own the clipboard there."""
    with closing(Display(screen.display)) as display:
        for _ in range(times):
            window = display.screen().root.create_window(0, 0, 1, 1, 0, 0, X.InputOnly)
            window.set_selection_owner(display.intern_atom("CLIPBOARD"), X.CurrentTime)
        display.sync()


def test_the_clipboard_goes_to_the_host_and_comes_from_it_on_request_only(
    stage: ControlStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfers: list[type] = []
    sends, receives = ConsoleConnection.send, ConsoleConnection.receive

    def send(link: ConsoleConnection, message: Any) -> bytes:
        transfers.extend([type(message)] * isinstance(message, PutClip | WantClip))
        return sends(link, message)

    def receive(link: ConsoleConnection, data: Any) -> list[Any]:
        events = receives(link, data)
        transfers.extend(type(one) for one in events if isinstance(one, Clip | NoClip))
        return [*events]

    monkeypatch.setattr(ConsoleConnection, "send", send)
    monkeypatch.setattr(ConsoleConnection, "receive", receive)
    stage.open()
    for screen in (stage.console, stage.host):
        change_clipboard(screen, 50)
    stage.hold("a")
    stage.xdotool("keyup", "a")
    stage.wait_until_released()
    assert not transfers, "a clipboard that changed went over the wire unasked"
    copy(stage.console, "grüß\nx")
    stage.chord("p")
    wait_for(lambda: pasted(stage.host) == "grüß\nx", what="the host's clipboard")
    copy(stage.host, "of the host")
    assert pasted(stage.console) == "grüß\nx"
    stage.chord("c")
    wait_for(lambda: pasted(stage.console) == "of the host", what="the console's clipboard")
    assert transfers == [PutClip, WantClip, Clip]
