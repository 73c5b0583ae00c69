"""Bytes of terminals become keys and pastes, whatever a clipboard or another program puts into them."""

from __future__ import annotations

import pytest
from textual import events
from textual.message import Message

from deskconsole.tui.terminal_parser import TerminalParser


def parsed(*pieces: str) -> list[str]:
    """The keys, and the pastes as `paste: text`."""
    parser = TerminalParser()
    return [_said(message) for piece in pieces for message in parser.feed(piece)]


def _said(message: Message) -> str:
    if isinstance(message, events.Key):
        return message.key
    return f"paste: {message.text}" if isinstance(message, events.Paste) else type(message).__name__


PASTE = "\x1b[200~one\x1b[97;1:3ux\x1b]0;title\x07\r\n\ttwo\x1b\x1b[A\x9b31m\x1b[201~q"


def test_an_escape_in_a_paste_presses_no_key_however_the_paste_is_cut() -> None:
    wanted = ["paste: one[97;1:3ux]0;title\r\n\ttwo[A31m", "q"]
    assert parsed(PASTE) == wanted
    assert parsed(*PASTE) == wanted
    for at in range(1, len(PASTE)):
        assert parsed(PASTE[:at], PASTE[at:]) == wanted


@pytest.mark.parametrize(
    ("sequence", "keys"),
    [
        ("\x1b[97;1:3ub", ["b"]),
        ("\x1b[97;5:1u", ["ctrl+a"]),
        ("\x1b[97;5:2u", ["ctrl+a"]),
        ("\x1b[1;5A\x1b[1;5:3A", ["ctrl+up"]),
        ("\x1b[97:65;2:1;65u", ["A"]),
        ("\x1b[99999999999;1uz", ["z"]),
        ("\x1b[97;1;99999999999uz", ["z"]),
        ("\x1b[3;5~\x1b[5~\x1b[Z", ["ctrl+delete", "pageup", "shift+tab"]),
        ("\x1b[<128;5;5M", []),
        ("\x1b[<0;5;5M", ["MouseDown"]),
    ],
)
def test_no_key_of_a_terminal_is_an_error(sequence: str, keys: list[str]) -> None:
    assert parsed(sequence) == keys


def test_a_lone_escape_waits_for_no_paste() -> None:
    parser = TerminalParser()
    assert list(parser.feed("\x1b")) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual._parser.get_time", lambda: float("inf"))
        assert [_said(message) for message in parser.tick()] == ["escape"]


def test_an_answer_about_graphics_that_comes_late_presses_no_key() -> None:
    assert parsed("j\x1b_Gi=1;OK\x1b\\\x1b[6;20;10t\x1b[?62;4cq") == ["j", "q"]
