"""The question on an X desktop, answered as a person does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

from Xlib import X
from Xlib.display import Display

from deskagent.consent.platforms import asker_opener
from deskagent.consent.question import Answer, Asker, Question
from deskagent.consent.x11 import asker as x11_asker
from deskagent.consent.x11.core_font import shown_text
from support.screens.viewer_stage import run_window_manager
from support.xvfb import Xvfb, wait_for

LONG = 20.0


class Asking:
    """A question that is open, and the person before it."""

    def __init__(self, screen: Xvfb, asker: Asker, question: Question) -> None:
        self.screen = screen
        self._thread = ThreadPoolExecutor(1)
        self.answer: Future[Answer] = self._thread.submit(asker.ask, question)
        self.window = screen.wait_for_window("deskconsole question")
        self.x, self.y, self.width, self.height = screen.place(self.window)

    def click(self, button: int, of: int = 3) -> None:
        """On a button, from the left."""
        x = self.x + self.width * (2 * button + 1) // (2 * of)
        self.screen.call("xdotool", "mousemove", str(x), str(self.y + self.height - 40), "click", "1")

    def click_until_answered(self, button: int, of: int = 3) -> Answer:
        def answered() -> bool:
            if not self.answer.done():
                self.click(button, of)
            return self.answer.done()

        wait_for(answered, what="an answer")
        return self.answer.result()


@pytest.fixture
def asker(screen: Xvfb) -> Iterator[Asker]:
    asker = asker_opener()()
    yield asker
    asker.cancel()


@pytest.mark.parametrize(("button", "answer"), list(enumerate(Answer)))
def test_each_button_gives_its_answer(screen: Xvfb, asker: Asker, button: int, answer: Answer) -> None:
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=LONG))
    assert asking.click_until_answered(button) is answer


def test_a_question_to_see_offers_no_control(screen: Xvfb, asker: Asker) -> None:
    asking = Asking(screen, asker, Question("anna@desk", control=False, seconds=LONG))
    assert asking.click_until_answered(1, of=2) is Answer.SEE


def test_no_answer_in_time_is_a_no(asker: Asker) -> None:
    began = time.monotonic()
    assert asker.ask(Question("anna@desk", control=True, seconds=0.3)) is Answer.NO
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("Return",), Answer.NO),
        (("Escape",), Answer.NO),
        (("Tab", "Return"), Answer.SEE),
        (("Left", "space"), Answer.CONTROL),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else str(value),
)
def test_keys_answer_once_it_was_clicked(
    screen: Xvfb, asker: Asker, keys: tuple[str, ...], answer: Answer
) -> None:
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=LONG))
    screen.call("xdotool", "mousemove", str(asking.x + 10), str(asking.y + 10))

    def focused() -> bool:
        screen.call("xdotool", "click", "1")
        focus = connection.get_input_focus().focus
        return bool(getattr(focus, "id", focus) == asking.window)

    connection = Display(screen.display)
    wait_for(focused)
    connection.close()
    screen.call("xdotool", "key", *keys)
    assert asking.answer.result(10) is answer


def test_who_was_clicking_when_it_came_has_not_answered(
    screen: Xvfb, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(x11_asker, "QUIET", 60.0)  # The machine may be busy.
    screen.call("xdotool", "mousemove", "560", "240")
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=LONG))
    asking.click(2)
    assert not asking.answer.done()
    asker.cancel()
    assert asking.answer.result(10) is Answer.NO


def test_a_cancel_that_comes_before_the_window_counts(asker: Asker) -> None:
    asker.cancel()
    began = time.monotonic()
    assert asker.ask(Question("anna@desk", control=True, seconds=LONG)) is Answer.NO
    assert time.monotonic() - began < LONG / 2


def test_another_program_cannot_answer_by_sent_events(screen: Xvfb, asker: Asker) -> None:
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=1.5))
    while not asking.answer.done():
        x, y = str(asking.width * 5 // 6), str(asking.height - 40)
        screen.run("xdotool", "mousemove", "--window", str(asking.window), x, y).wait()
        # With --window xdotool sends the event instead of pressing the button.
        screen.run("xdotool", "click", "--window", str(asking.window), "1").wait()
    assert asking.answer.result() is Answer.NO


def test_it_comes_back_above_a_window_that_covers_it(screen: Xvfb, asker: Asker) -> None:
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=LONG))
    screen.run("xterm", "-fullscreen", "-T", "covering", "-e", "sleep 60")
    covering = screen.wait_for_window("covering")
    screen.call("xdotool", "windowsize", str(covering), "800", "500", "windowraise", str(covering))
    assert asking.click_until_answered(1) is Answer.SEE


@pytest.mark.parametrize("pointer", [100, 900])
def test_it_comes_on_the_monitor_where_the_pointer_is(screen: Xvfb, asker: Asker, pointer: int) -> None:
    screen.resize(1024, 768)
    screen.call("xrandr", "--setmonitor", "left", "512/100x768/100+0+0", "screen")
    screen.call("xrandr", "--setmonitor", "right", "512/100x768/100+512+0", "none")
    screen.call("xdotool", "mousemove", str(pointer), "300")
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=LONG))
    assert asking.x // 512 == (asking.x + asking.width) // 512 == pointer // 512


def test_a_full_screen_window_of_a_window_manager_is_no_lock(screen: Xvfb, asker: Asker) -> None:
    run_window_manager(screen)
    screen.run("xterm", "-fullscreen", "-T", "film", "-e", "sleep 60")
    screen.wait_for_window("film")
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=LONG))
    assert asking.click_until_answered(2) is Answer.CONTROL


def lock(screen: Xvfb) -> Any:
    """A window as xsecurelock and i3lock have it: above all, no window manager knows it."""
    connection = Display(screen.display)
    window = connection.screen().root.create_window(
        0, 0, 800, 500, 0, X.CopyFromParent, override_redirect=True
    )
    window.map()
    connection.sync()
    return connection


def test_a_locked_screen_asks_no_question(screen: Xvfb, asker: Asker) -> None:
    locked = lock(screen)
    began = time.monotonic()
    assert asker.ask(Question("anna@desk", control=True, seconds=LONG)) is Answer.NO
    assert time.monotonic() - began < LONG / 2
    locked.close()


def test_a_screen_saver_that_is_on_asks_no_question(screen: Xvfb, asker: Asker) -> None:
    screen.call("xset", "s", "activate")
    began = time.monotonic()
    assert asker.ask(Question("anna@desk", control=True, seconds=LONG)) is Answer.NO
    assert time.monotonic() - began < LONG / 2


def test_a_server_with_its_built_in_fonts_alone_asks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(800, 500, options=("-fp", "built-ins")) as plain:
        monkeypatch.setenv("DISPLAY", plain.display)
        asking = Asking(plain, asker_opener()(), Question("Žofie@desk", control=True, seconds=LONG))
        assert asking.click_until_answered(1) is Answer.SEE


def test_a_lock_ends_the_question(screen: Xvfb, asker: Asker) -> None:
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=LONG))
    locked = lock(screen)
    assert asking.answer.result(LONG / 2) is Answer.NO
    locked.close()


def test_a_server_that_goes_away_is_a_no(screen: Xvfb, asker: Asker) -> None:
    asking = Asking(screen, asker, Question("anna@desk", control=True, seconds=LONG))
    screen.kill()
    assert asking.answer.result(LONG / 2) is Answer.NO
    assert asker.ask(Question("anna@desk", control=True, seconds=LONG)) is Answer.NO


def test_a_host_without_a_server_has_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(OSError, match="no X server answers"):
        asker_opener()()


def test_a_strangers_name_is_written_as_data() -> None:
    name = "Žofie \x1b[1m\N{RIGHT-TO-LEFT OVERRIDE}x\n😀"
    assert shown_text(name, unicode=True) == "Žofie ?[1m?x??"
    assert shown_text(name, unicode=False) == "Zofie ?[1m?x??"
