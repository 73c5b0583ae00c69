"""The clipboard of the window: typed on the host, put there and fetched, when a key asks for it."""

from __future__ import annotations

from collections.abc import Callable

from support.screens.control_stage import ControlStage, typed_lines
from support.screens.selection import copy, pasted
from support.xvfb import wait_for


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


def test_the_clipboard_goes_to_the_host_and_comes_from_it_on_request_only(stage: ControlStage) -> None:
    stage.open()
    copy(stage.console, "grüß\nx")
    stage.chord("p")
    wait_for(lambda: pasted(stage.host) == "grüß\nx", what="the host's clipboard")
    copy(stage.host, "of the host")
    assert pasted(stage.console) == "grüß\nx"
    stage.chord("c")
    wait_for(lambda: pasted(stage.console) == "of the host", what="the console's clipboard")
