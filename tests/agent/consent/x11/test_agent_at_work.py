"""A real agent on an X desktop, with consoles that act and a person who sits there."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

from deskagent.capture.platforms import screen_opener
from deskagent.consent.question import ANSWER_TIME, QUIET, Answer, Question
from deskagent.consent.x11.asker import X11Asker
from deskagent.control.host_consent import HostConsent
from deskwire.clipboard import Clip, NoClip, PutClip, WantClip
from deskwire.control import AllUp, Button, Consent, ControlState, EndControl, InputOutcome, Pointer
from deskwire.messages import Screen, ScreenState, Welcome
from deskwire.packet import Packet
from support.peers.acting_console import ActingConsole
from support.peers.agent_process import AgentProcess
from support.peers.bare_console import has
from support.peers.served_here import served
from support.xvfb import Xvfb, wait_for

AMBER = (90, 200, 250)
SIGN = ("mousemove", "400", "8")


class Hall:
    """An X desktop with an agent, and the consoles that come."""

    def __init__(self, screen: Xvfb, agent: AgentProcess, stack: ExitStack) -> None:
        self.screen = screen
        self._agent = agent
        self._stack = stack

    def console(
        self,
        name: str = "anna@desk",
        consent: Consent = Consent.NEVER,
        agent: AgentProcess | None = None,
    ) -> ActingConsole:
        console = ActingConsole(agent or self._agent, name=name, consent=consent)
        self._stack.callback(console.close)
        return console

    def other_agent(self, folder: Path) -> AgentProcess:
        """One of another user on the same desktop."""
        return self._stack.enter_context(AgentProcess(folder, environment=self.screen.environment))

    def button(self, number: int) -> tuple[int, int]:
        """The place of No (0) or See (1) on the question that is open."""
        window = self.screen.wait_for_window("deskconsole question")
        x, y, width, height = self.screen.place(window)
        return x + width * (1 + 2 * number) // 4, y + height - 40

    def answer(self, number: int) -> float:
        """The person clicks on it until the question is gone, and returns when that was: what comes at once
        after the question does not count."""
        x, y = self.button(number)

        def answered() -> bool:
            self.screen.call("xdotool", "mousemove", str(x), str(y), "click", "1")
            return not self.screen.windows("deskconsole question")

        wait_for(answered, what="the end of the question")
        return time.monotonic()

    def copy(self, text: str, target: str = "UTF8_STRING") -> None:
        """The person copies something."""
        command = ("xclip", "-i", "-selection", "clipboard", "-t", target)
        subprocess.run(
            command,
            input=text.encode(),
            env=self.screen.environment,
            check=True,
            timeout=30,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # xclip ends before the process that it leaves has the clipboard.
        read = ("xclip", "-o", "-selection", "clipboard", "-t", target)
        wait_for(lambda: self.screen.call(*read) == text, what="the copied text")

    @property
    def sign_seen(self) -> bool:
        return bool((self.screen.screenshot()[:30] == AMBER).all(axis=2).any())


@pytest.fixture
def hall(screen: Xvfb, tmp_path: Path) -> Iterator[Hall]:
    with ExitStack() as stack:
        agent = stack.enter_context(AgentProcess(tmp_path, environment=screen.environment))
        yield Hall(screen, agent, stack)


def test_what_is_copied_at_the_host_is_sent_when_it_is_asked_for_and_not_before(hall: Hall) -> None:
    console = hall.console()
    console.take()
    for number in range(50):
        hall.copy(f"copied {number}")
    console.done(console.act(AllUp))
    assert not console.all(Clip)
    assert console.clip(console.act(WantClip)) == Clip(console.number, "copied 49")
    assert len(console.all(Clip)) == 1


def test_the_clipboard_goes_both_ways_and_what_cannot_go_is_told(hall: Hall) -> None:
    def fetch() -> Clip | NoClip:
        return console.clip(console.act(WantClip))

    console = hall.console()
    assert console.take().state is ControlState.YOURS
    for text in ("grüß\nx", "😀" * 50_000):
        put = console.act(PutClip, text=text)
        assert console.done(put).outcome is InputOutcome.DONE
        assert hall.screen.call("xclip", "-o", "-selection", "clipboard", "-t", "UTF8_STRING") == text
        hall.copy(text[::-1])
        assert fetch() == Clip(console.number, text[::-1])
    for content, target, reason in (
        ("x" * 64_001, "UTF8_STRING", "at most 64,000"),
        ("secret", "x-kde-passwordManagerHint", "as a secret"),
        ("pixels", "image/png", "holds no text"),
    ):
        hall.copy(content, target)
        answer = fetch()
        assert isinstance(answer, NoClip)
        assert reason in answer.reason


def test_the_person_sees_who_acts_and_ends_it(hall: Hall) -> None:
    console = hall.console()
    assert console.take().state is ControlState.YOURS
    wait_for(lambda: hall.sign_seen, what="the sign")
    press = console.act(Button, x=400, y=8, button=1, down=True)
    assert console.done(press).outcome is not InputOutcome.DONE
    console.done(console.act(Button, x=400, y=8, button=1, down=False))
    assert hall.sign_seen
    console.told(ControlState.YOURS, seconds=0.1)
    hall.screen.call("xdotool", *SIGN, "click", "1")
    assert console.told(ControlState.FREE).reason == "ended at the host"
    wait_for(lambda: not hall.sign_seen, what="its end")


def test_who_gives_control_back_takes_the_sign_along(hall: Hall) -> None:
    console = hall.console()
    console.take()
    wait_for(lambda: hall.sign_seen, what="the sign")
    console.send(EndControl())
    console.told(ControlState.FREE)
    wait_for(lambda: not hall.sign_seen, what="its end")


def test_nothing_is_seen_before_the_person_says_yes(hall: Hall) -> None:
    console = hall.console(consent=Consent.ALWAYS)
    assert console.until(has(Welcome))
    hall.button(1)
    assert not console.until(has(Packet), seconds=0.3)
    answered = hall.answer(1)
    assert console.until(has(Packet))
    assert time.monotonic() - answered < 5


def test_a_no_is_told_and_nothing_was_seen(hall: Hall) -> None:
    console = hall.console(consent=Consent.ALWAYS)
    assert console.until(has(Welcome))
    hall.answer(0)

    def refused(_: object) -> bool:
        return any(one.state is ScreenState.REFUSED for one in console.all(Screen))

    assert console.until(refused)
    assert not console.packets


@pytest.mark.parametrize("of_another_agent", [False, True])
def test_a_console_cannot_answer_the_question_for_another(
    hall: Hall, tmp_path_factory: pytest.TempPathFactory, *, of_another_agent: bool
) -> None:
    other = hall.other_agent(tmp_path_factory.mktemp("other")) if of_another_agent else None
    acting = hall.console(agent=other)
    acting.take()
    asking = hall.console("ben@hall", Consent.ALWAYS)
    x, y = hall.button(1)
    time.sleep(QUIET)
    for _ in range(3):
        press = acting.act(Button, x=x, y=y, button=1, down=True)
        assert acting.done(press).reason == "the person at the host is being asked"
        acting.done(acting.act(Button, x=x, y=y, button=1, down=False))
        asking.until(has(Packet), seconds=0.2)
    assert not asking.packets
    hall.answer(1)
    assert asking.until(has(Packet))
    assert acting.done(acting.act(Pointer, x=x, y=y)).outcome is InputOutcome.DONE


class Hasty(X11Asker):
    """Waits for a thirtieth of the time: the person's 30 s are one."""

    def ask(self, question: Question) -> Answer:
        assert question.seconds == ANSWER_TIME
        return super().ask(question._replace(seconds=question.seconds / 30))


def test_no_answer_in_time_is_told_as_a_no_and_nothing_was_seen(screen: Xvfb) -> None:
    manners = HostConsent(open_asker=Hasty)
    with (
        served(screen_opener(), consent=manners) as agent,
        closing(ActingConsole(agent, consent=Consent.ALWAYS)) as console,
    ):
        assert console.until(has(Welcome))
        began = time.monotonic()
        screen.wait_for_window("deskconsole question")
        assert console.until(has(Screen))
        assert time.monotonic() - began > 0.5
        refused = console.all(Screen)[-1]
        assert (refused.state, refused.reason) == (
            ScreenState.REFUSED,
            "the person at the host said no, or did not answer",
        )
        assert not console.packets
