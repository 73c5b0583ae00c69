"""The clipboard of an X desktop, with xclip and xterm as the programs of its user."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

from deskagent.clipboard.board import Board, ClipRefused
from deskagent.clipboard.platforms import board_opener
from deskx11.selection import Selection, SelectionRefused
from support.xvfb import Xvfb, wait_for

UMLAUTS = "grüß\nx"
LARGE = "😀" * 50_000
"""200,000 bytes: more than one property holds."""


@pytest.fixture(scope="module")
def screen() -> Iterator[Xvfb]:
    with Xvfb(640, 400) as display, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", display.display)
        patch.delenv("XAUTHORITY", raising=False)
        yield display


@pytest.fixture
def board(screen: Xvfb) -> Iterator[Board]:
    board = board_opener()()
    yield board
    board.close()


def copy(screen: Xvfb, text: str, target: str = "UTF8_STRING") -> None:
    """Another program owns the clipboard with this text."""
    copying = subprocess.Popen(
        ("xclip", "-i", "-selection", "clipboard", "-t", target),
        env=screen.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # xclip goes to the background once it owns it.
    copying.communicate(text.encode(), timeout=30)


def pasted(screen: Xvfb, target: str = "UTF8_STRING") -> str:
    """The text that another program gets."""
    return screen.call("xclip", "-o", "-selection", "clipboard", "-t", target)


@pytest.mark.parametrize("text", [UMLAUTS, LARGE, ""], ids=["small", "in pieces", "empty"])
def test_what_was_put_is_what_other_programs_paste(screen: Xvfb, board: Board, text: str) -> None:
    board.put(text)
    assert pasted(screen) == text


@pytest.mark.parametrize("text", [UMLAUTS, LARGE], ids=["small", "in pieces"])
def test_what_other_programs_copied_is_fetched(screen: Xvfb, board: Board, text: str) -> None:
    copy(screen, text)
    assert board.fetch() == text


def test_xterm_pastes_what_was_put(screen: Xvfb, board: Board, tmp_path: Path) -> None:
    file = tmp_path / "pasted"
    screen.run("xterm", "-xrm", "*selectToClipboard: true", "-T", "pasting", "-e", f"cat > {file}")
    window = str(screen.wait_for_window("pasting"))
    board.put("echo grüße\n")
    screen.call("xdotool", "mousemove", "--window", window, "50", "50", "windowfocus", "--sync", window)
    wait_for(file.exists)
    screen.call("xdotool", "key", "shift+Insert")
    wait_for(lambda: file.read_text() == "echo grüße\n", timeout=10, what="the text")


def test_a_program_of_before_unicode_gets_its_letters(screen: Xvfb, board: Board) -> None:
    board.put("grüß")
    asked = ("xclip", "-o", "-selection", "clipboard", "-t", "STRING")
    found = subprocess.run(asked, env=screen.environment, capture_output=True, check=True, timeout=30)
    assert found.stdout == "grüß".encode("latin-1")


def test_a_program_of_before_unicode_is_fetched_from(screen: Xvfb, board: Board) -> None:
    copy(screen, "plain", "STRING")
    assert board.fetch() == "plain"


def test_line_ends_and_control_characters_do_not_travel(screen: Xvfb, board: Board) -> None:
    copy(screen, "one\r\ntwo\rthree\t\x1b[31m\x00\x9b!")
    assert board.fetch() == "one\ntwo\nthree\t[31m!"
    board.put("a\x1bb")
    assert pasted(screen) == "ab"


def test_too_long_a_text_is_refused_and_what_was_there_stays(screen: Xvfb, board: Board) -> None:
    copy(screen, UMLAUTS)
    with pytest.raises(ClipRefused, match="has 64,001 characters; the clipboard takes at most 64,000"):
        board.put("x" * 64_001)
    assert pasted(screen) == UMLAUTS
    copy(screen, "x" * 64_001)
    with pytest.raises(ClipRefused, match="at most 64,000"):
        board.fetch()
    copy(screen, "x" * 300_000)
    with pytest.raises(ClipRefused, match="more than 256,000 bytes"):
        board.fetch()
    assert len(pasted(screen)) == 300_000


def test_a_secret_of_a_password_manager_is_refused(screen: Xvfb, board: Board) -> None:
    copy(screen, "secret", "x-kde-passwordManagerHint")
    with pytest.raises(ClipRefused, match="password manager has marked the clipboard as a secret"):
        board.fetch()


def test_a_clipboard_without_text_is_refused(screen: Xvfb, board: Board) -> None:
    copy(screen, "pixels", "image/png")
    with pytest.raises(ClipRefused, match="holds no text"):
        board.fetch()
    board.put("x")
    board.close()
    with pytest.raises(ClipRefused, match="is empty"):
        board.fetch()


def test_an_owner_that_hangs_is_refused_in_time(screen: Xvfb) -> None:
    from Xlib import X

    from deskx11.connection import connect

    owner = connect()
    window = owner.screen().root.create_window(0, 0, 1, 1, 0, 0, X.InputOnly)
    window.set_selection_owner(owner.intern_atom("CLIPBOARD"), X.CurrentTime)
    owner.sync()
    began = time.monotonic()
    with pytest.raises(SelectionRefused, match="does not answer"):
        Selection().fetch(patience=0.2)
    assert time.monotonic() - began < 10
    owner.close()


def test_the_thread_that_serves_ends_when_another_program_owns_the_clipboard(
    screen: Xvfb, board: Board
) -> None:
    def serving() -> int:
        return sum(thread.name == "clipboard" for thread in threading.enumerate())

    for text in ("one", "two", "three"):
        board.put(text)
    assert pasted(screen) == "three"
    wait_for(lambda: serving() == 1, timeout=10, what="the end of the others")
    copy(screen, "mine")
    wait_for(lambda: serving() == 0, timeout=10, what="the end of the last")
    assert board.fetch() == "mine"


def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(ClipRefused, match="no X server answers"):
        board_opener()()
