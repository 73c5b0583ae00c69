"""The clipboard of an X desktop, with xclip and xterm as the programs of its user."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

from Xlib import X, Xatom
from Xlib.protocol import event

from deskagent.clipboard.platforms import clipboard_opener
from deskagent.clipboard.system_clipboard import ClipRefused, SystemClipboard
from deskx11.connection import connect
from deskx11.selection import Selection, SelectionRefused
from support.endless_property import ENDLESS, make_endless, memory_at_most
from support.xvfb import Xvfb, own_display, wait_for

UMLAUTS = "grüß\nx"
LARGE = "😀" * 50_000
"""200,000 bytes: more than one property holds."""


@pytest.fixture(scope="module")
def screen() -> Iterator[Xvfb]:
    with own_display(640, 400) as server:
        yield server


@pytest.fixture
def clipboard(screen: Xvfb) -> Iterator[SystemClipboard]:
    clipboard = clipboard_opener()()
    yield clipboard
    clipboard.close()


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
    copying.communicate(text.encode(), timeout=60)


def pasted(screen: Xvfb, target: str = "UTF8_STRING") -> str:
    """The text that another program gets."""
    return screen.call("xclip", "-o", "-selection", "clipboard", "-t", target)


@pytest.mark.parametrize("text", [UMLAUTS, LARGE, ""], ids=["small", "in pieces", "empty"])
def test_what_was_put_is_what_other_programs_paste(
    screen: Xvfb, clipboard: SystemClipboard, text: str
) -> None:
    clipboard.put(text)
    assert pasted(screen) == text


@pytest.mark.parametrize("text", [UMLAUTS, LARGE], ids=["small", "in pieces"])
def test_what_other_programs_copied_is_fetched(screen: Xvfb, clipboard: SystemClipboard, text: str) -> None:
    copy(screen, text)
    assert clipboard.fetch() == text


def test_xterm_pastes_what_was_put(screen: Xvfb, clipboard: SystemClipboard, tmp_path: Path) -> None:
    file = tmp_path / "pasted"
    screen.run("xterm", "-xrm", "*selectToClipboard: true", "-T", "pasting", "-e", f"cat > {file}")
    window = str(screen.wait_for_window("pasting"))
    clipboard.put("echo grüße\n")
    screen.call("xdotool", "mousemove", "--window", window, "50", "50", "windowfocus", "--sync", window)
    wait_for(file.exists)
    screen.call("xdotool", "key", "shift+Insert")
    wait_for(lambda: file.read_text() == "echo grüße\n", what="the text")


def test_a_program_of_before_unicode_gets_its_letters(screen: Xvfb, clipboard: SystemClipboard) -> None:
    clipboard.put("grüß")
    asked = ("xclip", "-o", "-selection", "clipboard", "-t", "STRING")
    found = subprocess.run(asked, env=screen.environment, capture_output=True, check=True, timeout=30)
    assert found.stdout == "grüß".encode("latin-1")


def test_a_program_of_before_unicode_is_fetched_from(screen: Xvfb, clipboard: SystemClipboard) -> None:
    copy(screen, "plain", "STRING")
    assert clipboard.fetch() == "plain"


def test_line_ends_and_control_characters_do_not_travel(screen: Xvfb, clipboard: SystemClipboard) -> None:
    copy(screen, "one\r\ntwo\rthree\t\x1b[31m\x00\x9b!")
    assert clipboard.fetch() == "one\ntwo\nthree\t[31m!"
    clipboard.put("a\x1bb")
    assert pasted(screen) == "ab"


def test_too_long_a_text_is_refused_and_what_was_there_stays(
    screen: Xvfb, clipboard: SystemClipboard
) -> None:
    copy(screen, UMLAUTS)
    with pytest.raises(ClipRefused, match="has 64,001 characters; the clipboard takes at most 64,000"):
        clipboard.put("x" * 64_001)
    assert pasted(screen) == UMLAUTS
    copy(screen, "x" * 64_001)
    with pytest.raises(ClipRefused, match="at most 64,000"):
        clipboard.fetch()
    copy(screen, "x" * 300_000)
    with pytest.raises(ClipRefused, match="more than 256,000 bytes"):
        clipboard.fetch()
    assert len(pasted(screen)) == 300_000


def test_a_secret_of_a_password_manager_is_refused(screen: Xvfb, clipboard: SystemClipboard) -> None:
    copy(screen, "secret", "x-kde-passwordManagerHint")
    with pytest.raises(ClipRefused, match="password manager has marked the clipboard as a secret"):
        clipboard.fetch()


def test_a_clipboard_without_text_is_refused(screen: Xvfb, clipboard: SystemClipboard) -> None:
    copy(screen, "pixels", "image/png")
    with pytest.raises(ClipRefused, match="holds no text"):
        clipboard.fetch()
    clipboard.put("x")
    clipboard.close()
    with pytest.raises(ClipRefused, match="is empty"):
        clipboard.fetch()


@contextmanager
def stranger(answer: Callable[[Any, Any, threading.Event], None]) -> Iterator[None]:
    """A program that owns the clipboard; `answer` gets its connection, each request, and hears of the end."""
    with closing(connect()) as owner:
        owner.set_error_handler(lambda *_: None)
        window = owner.screen().root.create_window(0, 0, 1, 1, 0, 0, X.InputOnly)
        window.set_selection_owner(owner.intern_atom("CLIPBOARD"), X.CurrentTime)
        owner.sync()
        ends = threading.Event()

        def serve() -> None:
            while not ends.wait(0.01):
                while not ends.is_set() and owner.pending_events():
                    if (one := owner.next_event()).type == X.SelectionRequest:
                        answer(owner, one, ends)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield
        finally:
            ends.set()
            serving.join(60)


def flood(owner: Any, request: Any, ends: threading.Event) -> None:
    """Sends the one who asks more events than it can read, for up to 20 s, in place of an answer."""
    message = struct.pack("=BBHIII20x", X.ClientMessage, 32, 0, 0, request.requestor.id, 1)[:32]
    one = struct.pack("=BBHII", 25, 0, 11, request.requestor.id, 0) + message
    until = time.monotonic() + 20
    while not ends.wait(0.02) and time.monotonic() < until:
        owner.display.socket.sendall(one * 5000)


@pytest.mark.parametrize("answer", [lambda *_: None, flood], ids=["silent", "a flood of events"])
def test_an_owner_that_does_not_answer_is_refused_in_time(screen: Xvfb, answer: Callable[..., None]) -> None:
    with stranger(answer):
        began = time.monotonic()
        with pytest.raises(SelectionRefused, match="does not answer"):
            Selection().fetch(patience=0.2)
        assert time.monotonic() - began < 10


def test_of_forms_without_end_only_the_begin_is_read(screen: Xvfb) -> None:
    def answer(owner: Any, request: Any, _ends: threading.Event) -> None:
        forms = struct.pack("=I", owner.intern_atom("image/png"))
        make_endless(request.requestor, request.property, Xatom.ATOM, forms, bits=32)
        told = event.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=request.property,
        )
        request.requestor.send_event(told)
        owner.flush()

    refused = pytest.raises(SelectionRefused, match="holds no text")
    with stranger(answer), memory_at_most(ENDLESS // 2), refused:
        Selection().fetch(patience=20)


def test_the_thread_that_serves_ends_when_another_program_owns_the_clipboard(
    screen: Xvfb, clipboard: SystemClipboard
) -> None:
    def serving() -> int:
        return sum(thread.name == "clipboard" for thread in threading.enumerate())

    for text in ("one", "two", "three"):
        clipboard.put(text)
    assert pasted(screen) == "three"
    wait_for(lambda: serving() == 1, what="the end of the others")
    copy(screen, "mine")
    wait_for(lambda: serving() == 0, what="the end of the last")
    assert clipboard.fetch() == "mine"


def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(ClipRefused, match="no X server answers"):
        clipboard_opener()()
