"""The person at a Windows desktop is asked, sees who acts, ends it: by hand, on the stand-in's display."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from deskwire.clipboard import Clip, PutClip, WantClip
from deskwire.control import Button, Consent, Control, ControlState, Done, InputOutcome
from deskwire.messages import Screen, ScreenState
from deskwire.packet import Packet
from support.peers.acting_console import ActingConsole
from support.peers.bare_console import has
from support.windows.asked import BEGIN, Asked
from support.windows.desktop_agent import DesktopAgent
from support.windows.host import WindowsHost
from support.windows.program import WindowsProgram
from support.xvfb import wait_for

# The first run on a machine builds the stand-in and its runtime.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def person(windows_desktop: WindowsHost) -> Iterator[WindowsProgram]:
    """The agent's side: asks, shows the sign, and says where the buttons are."""
    with WindowsProgram(windows_desktop) as program:
        program.run(BEGIN)
        yield program


@pytest.fixture
def sign(person: WindowsProgram) -> Iterator[WindowsProgram]:
    """The agent's side with the sign shown and no click on it yet."""
    person.run("clicks.clear(); sign.show('žofie@dešk & Co controls this computer - click to end')")
    wait_for(lambda: person.value("sign.area"), what="the sign")
    yield person
    person.run("sign.hide()")


def typed(windows_desktop: WindowsHost, *keys: str) -> None:
    windows_desktop.xdotool("key", *keys)


def test_no_answer_is_no_when_the_time_is_over(person: WindowsProgram) -> None:
    asked = Asked(person, seconds=1.0)
    assert "No answer within 1 s means No." in person.value("texts()")
    assert asked.answer.result(10) == "no"
    assert time.monotonic() - asked.began >= 1.0
    assert person.value("place('No')") is None


@pytest.mark.parametrize(
    ("label", "answer"), [("See and control", "see and control"), ("See", "see"), ("No", "no")]
)
def test_each_button_gives_its_answer(
    windows_desktop: WindowsHost, person: WindowsProgram, label: str, answer: str
) -> None:
    assert Asked(person, seconds=20.0).click(windows_desktop, label) == answer


def test_who_is_asked_for_a_look_only_cannot_give_more(
    windows_desktop: WindowsHost, person: WindowsProgram
) -> None:
    asked = Asked(person, seconds=20.0, control=False)
    assert person.value("place('See and control')") is None
    assert asked.click(windows_desktop, "See") == "see"


def test_a_strangers_name_stays_text(person: WindowsProgram) -> None:
    asked = Asked(person, seconds=20.0, name="ann&a\r\n\u202eYes")
    assert (
        person.value("texts()")[0]
        == "ann&a\ufffd\ufffd\ufffdYes\nwants to see this screen and to use its pointer and keyboard."
    )
    person.run("asker.cancel()")
    assert asked.answer.result(10) == "no"


def test_who_types_elsewhere_when_the_question_comes_answers_nothing(
    windows_desktop: WindowsHost, person: WindowsProgram
) -> None:
    asked = Asked(person, seconds=20.0)
    before = windows_desktop.screenshot()
    typed(windows_desktop, "a", "space", "b", "Return")
    wait_for(lambda: not np.array_equal(windows_desktop.screenshot(), before), what="the notepad's letters")
    assert not asked.answer.done()
    assert asked.click(windows_desktop, "See") == "see"


@pytest.mark.parametrize("key", ["Return", "Escape", "space"])
def test_keys_in_the_question_say_no_unless_another_button_was_chosen(
    windows_desktop: WindowsHost, person: WindowsProgram, key: str
) -> None:
    asked = Asked(person, seconds=20.0)
    x, y = person.value("place('No')")
    windows_desktop.xdotool("mousemove", str(x), str(y - 100), "click", "1")
    typed(windows_desktop, key)
    assert asked.answer.result(10) == "no"


def test_the_chosen_button_can_be_pressed_by_a_key(
    windows_desktop: WindowsHost, person: WindowsProgram
) -> None:
    asked = Asked(person, seconds=20.0)
    x, y = person.value("place('No')")
    windows_desktop.xdotool("mousemove", str(x), str(y - 100), "click", "1")
    time.sleep(0.6)
    typed(windows_desktop, "Tab", "space")
    assert asked.answer.result(10) == "see"


def test_a_click_in_the_first_moment_is_no_yes(windows_desktop: WindowsHost, person: WindowsProgram) -> None:
    person.run("import deskagent.consent.windows.asker as module; module.QUIET = 30.0")
    try:
        asked = Asked(person, seconds=200.0)
        x, y = person.value("place('See and control')")
        windows_desktop.xdotool("mousemove", str(x), str(y), "click", "1")
        time.sleep(0.3)
        assert not asked.answer.done()
        person.run("asker.cancel()")
        assert asked.answer.result(10) == "no"
    finally:
        person.run("module.QUIET = 0.5")


def test_a_locked_desktop_is_not_asked(person: WindowsProgram) -> None:
    """Wine has no lock screen: the answer of Windows is imitated here."""
    person.run(
        "module = __import__('deskagent.consent.windows.asker', fromlist=['']); there = module.input_desktop"
    )
    person.run("module.input_desktop = lambda: (None, 5); said.clear()")
    try:
        assert person.value("asker.ask(Question('anna', True, 60.0))") == "no"
    finally:
        person.run("module.input_desktop = there")
    (line,) = person.value("said")
    assert line.startswith("no person can be asked: the session is locked")


def shows_the_sign(windows_desktop: WindowsHost, area: list[int]) -> bool:
    """Looks for the sign's amber near this area's left edge."""
    x, y, _width, height = area
    color = windows_desktop.screenshot()[y + height // 2, x + 4].astype(int)
    return bool(np.all(np.abs(color - (60, 180, 250)) < 20))


def test_the_sign_is_there_and_gone(windows_desktop: WindowsHost, sign: WindowsProgram) -> None:
    x, y, width, height = sign.value("sign.area")
    wait_for(lambda: shows_the_sign(windows_desktop, [x, y, width, height]), what="the sign in the picture")
    assert y == 0
    assert abs(x + width / 2 - 640) <= 1
    sign.run("sign.hide()")
    wait_for(lambda: not shows_the_sign(windows_desktop, [x, y, width, height]), what="the sign's end")
    assert sign.value("sign.area") is None


def test_a_click_on_the_sign_is_told_and_leaves_the_keyboard_where_it_was(
    windows_desktop: WindowsHost, sign: WindowsProgram
) -> None:
    front = sign.value("user32.GetForegroundWindow()")
    x, y, width, height = sign.value("sign.area")
    windows_desktop.xdotool("mousemove", str(x + width // 2), str(y + height // 2), "click", "1")
    wait_for(lambda: sign.value("clicks") == [1], what="the click")
    assert sign.value("user32.GetForegroundWindow()") == front


def test_the_sign_stays_in_the_middle_of_another_size(
    windows_desktop: WindowsHost, sign: WindowsProgram
) -> None:
    width = sign.value("sign.area")[2]
    windows_desktop.resize(1024, 768)
    try:
        wait_for(lambda: sign.value("sign.area")[0] == (1024 - width) // 2, what="the sign's new place")
        wait_for(
            lambda: shows_the_sign(windows_desktop, sign.value("sign.area")), what="the sign in the picture"
        )
    finally:
        windows_desktop.resize(1280, 720)


COVER = """
import ctypes
from ctypes import wintypes
user32 = ctypes.WinDLL("user32")
def cover():
    # White, above all windows, over the middle of the top edge.
    user32.CreateWindowExW(8, "EDIT", None, 0x90000000, 300, 0, 700, 60, None, None, None, None)
    message = wintypes.MSG()
    while user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
        user32.DispatchMessageW(ctypes.byref(message))
import threading
threading.Thread(target=cover, daemon=True).start()
"""


def test_another_program_cannot_close_the_sign(windows_desktop: WindowsHost, sign: WindowsProgram) -> None:
    area = sign.value("sign.area")
    sign.run(
        "user32.SendMessageW(ctypes.c_void_p(user32.FindWindowW(None, 'deskconsole sign')), 0x10, None, None)"
    )
    assert not sign.value("sign.gone")
    wait_for(lambda: shows_the_sign(windows_desktop, area), what="the sign")


def test_a_question_that_was_taken_away_before_it_opened_is_not_shown(person: WindowsProgram) -> None:
    person.run("early = asker_opener()(); early.cancel()")
    assert person.value("early.ask(Question('anna', True, 60.0))") == "no"


def test_a_window_that_covers_the_sign_does_so_for_a_moment_only(
    windows_desktop: WindowsHost, sign: WindowsProgram
) -> None:
    area = sign.value("sign.area")
    wait_for(lambda: shows_the_sign(windows_desktop, area), what="the sign in the picture")
    with WindowsProgram(windows_desktop) as other:
        other.run(COVER)
        wait_for(lambda: windows_desktop.screenshot()[40, 900].min() == 255, what="the other window")
        wait_for(lambda: shows_the_sign(windows_desktop, area), what="the sign above it")


def test_the_sign_ends_with_its_process(windows_desktop: WindowsHost) -> None:
    with WindowsProgram(windows_desktop) as agent:
        agent.run("from deskagent.consent.platforms import sign_opener; sign = sign_opener()(lambda: None)")
        agent.run("sign.show('žofie@dešk & Co controls this computer - click to end')")
        area = wait_for(lambda: agent.value("sign.area"), what="the sign")
        wait_for(lambda: shows_the_sign(windows_desktop, area), what="the sign in the picture")
    wait_for(lambda: not shows_the_sign(windows_desktop, area), what="its end")


@pytest.fixture(scope="module")
def agent(windows_desktop: WindowsHost) -> Iterator[DesktopAgent]:
    with DesktopAgent(windows_desktop) as agent:
        yield agent


def answered(windows_desktop: WindowsHost, person: WindowsProgram, label: str) -> None:
    """A hand at the host presses this button of the agent's question."""
    x, y = wait_for(lambda: person.value(f"place({label!r})"), what="the question")
    time.sleep(0.6)
    windows_desktop.xdotool("mousemove", str(x), str(y), "click", "1")


def test_no_picture_leaves_the_host_before_the_person_says_yes(
    windows_desktop: WindowsHost, person: WindowsProgram, agent: DesktopAgent
) -> None:
    with closing(ActingConsole(agent, consent=Consent.ALWAYS, console=16 * b"1")) as console:
        wait_for(lambda: person.value("place('See')"), what="the question")
        assert person.value("texts()")[0].startswith("anna@desk\n")
        assert not console.until(has(Packet), 1.0)
        answered(windows_desktop, person, "See")
        assert console.until(has(Packet))


def test_a_console_that_the_person_refuses_sees_nothing_and_is_told_why(
    windows_desktop: WindowsHost, person: WindowsProgram, agent: DesktopAgent
) -> None:
    with closing(ActingConsole(agent, consent=Consent.ALWAYS, console=16 * b"2")) as console:
        answered(windows_desktop, person, "No")
        assert console.until(
            lambda _: any(one.state is ScreenState.REFUSED for one in console.all(Screen)), 5
        )
        assert "said no" in console.all(Screen)[-1].reason
        assert console.connection.packets == 0


def test_the_question_goes_with_the_console_that_wanted_to_see(
    person: WindowsProgram, agent: DesktopAgent
) -> None:
    with closing(ActingConsole(agent, consent=Consent.ALWAYS, console=16 * b"5")):
        wait_for(lambda: person.value("place('See')"), what="the question")
    wait_for(lambda: person.value("place('See')") is None, what="the question's end")


AMBER = (60, 180, 250)


def amber(windows_desktop: WindowsHost) -> list[int]:
    """The columns of the top edge that have the sign's colour."""
    row = windows_desktop.screenshot()[2].astype(int)
    return list(map(int, np.flatnonzero(np.all(np.abs(row - AMBER) < 20, axis=1))))


@pytest.fixture
def acting(agent: DesktopAgent) -> Iterator[ActingConsole]:
    """A console that has control without a question, and sees the desktop."""
    # Another name each time: the agent remembers a click on the sign.
    with closing(ActingConsole(agent, consent=Consent.NEVER, console=os.urandom(16))) as console:
        assert console.take().state is ControlState.YOURS
        yield console


def clicked(console: ActingConsole, x: int, y: int) -> Done:
    """The console's own click, and what became of its press."""
    press = console.act(Button, x=x, y=y, button=1, down=True)
    console.done(console.act(Button, x=x, y=y, button=1, down=False))
    return console.done(press)


def test_who_sits_there_sees_that_somebody_acts_and_ends_it_by_a_click(
    windows_desktop: WindowsHost, acting: ActingConsole
) -> None:
    columns = wait_for(lambda: amber(windows_desktop), what="the sign in the picture")
    windows_desktop.xdotool("mousemove", str(columns[len(columns) // 2]), "10", "click", "1")
    assert acting.told(ControlState.FREE).reason == "ended at the host"
    wait_for(lambda: not amber(windows_desktop), what="the sign's end")


def test_a_console_cannot_click_the_sign(windows_desktop: WindowsHost, acting: ActingConsole) -> None:
    columns = wait_for(lambda: amber(windows_desktop), what="the sign in the picture")
    assert clicked(acting, columns[len(columns) // 2], 10).outcome is InputOutcome.BLOCKED
    assert acting.all(Control)[-1].state is ControlState.YOURS
    assert amber(windows_desktop)


def test_no_console_answers_the_question_for_the_person(
    windows_desktop: WindowsHost, person: WindowsProgram, agent: DesktopAgent, acting: ActingConsole
) -> None:
    with closing(ActingConsole(agent, consent=Consent.ALWAYS, console=16 * b"4")) as other:
        x, y = wait_for(lambda: person.value("place('See and control') or place('See')"), what="the question")
        time.sleep(0.6)
        assert clicked(acting, x, y).outcome is InputOutcome.BLOCKED
        assert person.value("place('See')")
        answered(windows_desktop, person, "No")
        assert other.until(lambda _: any(one.state is ScreenState.REFUSED for one in other.all(Screen)), 5)


def test_text_goes_both_ways_by_the_wire(windows_desktop: WindowsHost, acting: ActingConsole) -> None:
    windows_desktop.xdotool("mousemove", "300", "400", "click", "1", "key", "ctrl+a")
    assert acting.done(acting.act(PutClip, text="grüß\nx")).outcome is InputOutcome.DONE
    windows_desktop.xdotool("key", "ctrl+v")
    wait_for(lambda: windows_desktop.typed_text() == "grüß\r\nx", what="the text in notepad")
    windows_desktop.type_text("y\n")
    windows_desktop.xdotool("key", "ctrl+a", "ctrl+c")

    def fetched() -> str:
        answer = acting.clip(acting.act(WantClip))
        return answer.text if isinstance(answer, Clip) else ""

    wait_for(lambda: fetched() == "grüß\nxy\n", what="what notepad has copied")
