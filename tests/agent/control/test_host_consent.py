"""The person at the host is asked, sees who acts, and ends it: the agent's real threads and sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.consent.policy import Policy, PolicyRule
from deskagent.consent.question import Answer, Question
from deskagent.control import desktop_control, given_consents, host_consent, host_sign
from deskagent.control.client import ControlClient
from deskagent.control.desktop_control import ControlTools, DesktopControl
from deskagent.control.desktop_lock import DesktopTaken, NoLock
from deskagent.control.host_consent import HostConsent
from deskagent.input.device import DeviceGone
from deskwire.control import (
    Button,
    Consent,
    Control,
    ControlState,
    EndControl,
    InputOutcome,
    Key,
    WantControl,
)
from deskwire.messages import Close, Ping, Pong, Screen, ScreenState, Welcome
from deskwire.packet import Packet
from support.peers.acting_console import ActingConsole
from support.peers.bare_console import Console, has
from support.peers.person import Person
from support.peers.served_here import ServedHere, served
from support.recorded_device import RecordedDevice
from support.xvfb import wait_for

SHIFT = 0x2A
ASKED = Policy(see=PolicyRule.ASK)


@contextmanager
def host(**consent: Any) -> Iterator[tuple[ServedHere, Person, RecordedDevice]]:
    person, device = Person(), RecordedDevice()
    manners = HostConsent(**{"open_asker": lambda: person, "open_sign": person.opened_sign, **consent})
    gate = DesktopControl(ControlTools(lambda: device), manners)
    with served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent:
        yield agent, person, device


def speaks(console: Console) -> None:
    """Waits until all that the agent had to say before has come."""
    console.send(Ping(77))
    assert console.until(lambda events: Pong(77) in events)


def test_ones_own_desktop_asks_nothing_and_shows_a_sign_only_while_it_is_controlled() -> None:
    with host() as (agent, person, _), closing(ActingConsole(agent)) as console:
        assert console.until(has(Packet))
        assert person.text == ""
        console.take()
        wait_for(lambda: person.text == "anna@desk controls this computer - click to end", timeout=20)
        console.close()
        wait_for(lambda: person.text == "", timeout=20)
        assert not person.questions


def test_not_a_pixel_of_anothers_desktop_is_sent_before_the_answer() -> None:
    with host(is_other=lambda: True) as (agent, person, _), closing(ActingConsole(agent)) as console:
        assert console.until(has(Welcome))
        assert console.all(Welcome)[0].screen is ScreenState.ASKING
        wait_for(lambda: len(person.questions) == 1, timeout=20)
        assert (person.questions[0].console, person.questions[0].control) == ("anna@desk", False)
        speaks(console)
        assert not console.packets
        person.answers.put(Answer.SEE)
        assert console.until(has(Packet))
        assert console.all(Screen) == [Screen(ScreenState.LIVE)]
        wait_for(lambda: "anna@desk can see" in person.text, timeout=20)


def test_a_no_is_told_and_the_screen_stays_hidden_and_uncontrolled() -> None:
    with host(is_other=lambda: True) as (agent, person, device), closing(ActingConsole(agent)) as console:
        person.answers.put(Answer.NO)
        assert console.until(has(Screen))
        assert console.all(Screen)[0].state is ScreenState.REFUSED
        console.sees = False
        assert console.take().state is ControlState.REFUSED
        assert len(person.questions) == 1, "the person was asked again at once"
        assert not console.packets
        assert ("press", SHIFT, True) not in device.calls


def test_a_console_of_before_hears_the_reason_as_a_screen_that_cannot_be_read() -> None:
    with host(is_other=lambda: True) as (agent, person, _), closing(Console(agent)) as console:
        assert console.until(has(Welcome))
        person.answers.put(Answer.NO)
        assert console.until(has(Screen))
        welcome, screen = console.events
        assert isinstance(welcome, Welcome)
        assert isinstance(screen, Screen)
        assert (welcome.screen, screen.state) == (ScreenState.GRAB_FAILED, ScreenState.GRAB_FAILED)
        assert "said no" in screen.reason


def test_control_is_asked_once_more_only_where_the_answer_was_to_see() -> None:
    with host(is_other=lambda: True) as (agent, person, _):
        console = ActingConsole(agent, console=b"1" * 16)
        person.answers.put(Answer.SEE)
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS
        assert [one.control for one in person.questions] == [False, True]
        assert ControlState.ASKING in [one.state for one in console.all(Control)]
        console.close()
        again = ActingConsole(agent, console=b"1" * 16)
        again.told(ControlState.FREE)
        assert again.take().state is ControlState.YOURS
        assert len(person.questions) == 2, "the same console was asked about once more"
        again.close()
        with closing(ActingConsole(agent, console=b"2" * 16)) as other:
            other.told(ControlState.FREE)
            person.answers.put(Answer.CONTROL)
            assert other.take().state is ControlState.YOURS
            assert len(person.questions) == 3


@pytest.mark.parametrize(
    ("hello", "policy", "asks"),
    [
        (Consent.ALWAYS, Policy(), True),
        (Consent.NEVER, Policy(), False),
        (Consent.NEVER, ASKED, True),
        (Consent.OTHERS, Policy(control=PolicyRule.ASK), False),
    ],
)
def test_who_is_asked_before_a_picture(hello: Consent, policy: Policy, asks: bool) -> None:
    with (
        host(policy=lambda: policy) as (agent, person, _),
        closing(ActingConsole(agent, consent=hello)) as console,
    ):
        assert console.until(has(Welcome))
        assert (console.all(Welcome)[0].screen is ScreenState.ASKING) == asks
        person.answers.put(Answer.NO)


def test_nothing_is_injected_while_a_question_is_open_and_nothing_stays_down() -> None:
    with host() as (agent, person, device), closing(ActingConsole(agent)) as anna:
        anna.take()
        anna.done(anna.act(Key, code=SHIFT, down=True))
        with closing(ActingConsole(agent, name="bob@hall", consent=Consent.ALWAYS)) as bob:
            wait_for(lambda: len(person.questions) == 1, timeout=20)
            wait_for(lambda: not device.keys_down, timeout=20)
            done = anna.done(anna.act(Button, x=5, y=5, button=1, down=True))
            assert done.outcome is InputOutcome.BLOCKED
            assert "being asked" in done.reason
            person.answers.put(Answer.SEE)
            assert bob.until(has(Packet))
        assert anna.done(anna.act(Button, x=5, y=5, button=1, down=True)).outcome is InputOutcome.DONE


def test_a_console_that_asks_again_and_again_is_asked_about_once() -> None:
    with (
        host(policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, person, _),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Control))
        console.send(*[WantControl()] * 50)
        speaks(console)
        person.answers.put(Answer.NO)
        console.told(ControlState.REFUSED)
        assert len(person.questions) == 1


def test_a_question_of_a_console_that_has_gone_is_taken_away() -> None:
    with host() as (agent, person, _):
        console = ActingConsole(agent, consent=Consent.ALWAYS)
        wait_for(lambda: len(person.questions) == 1, timeout=20)
        console.close()
        wait_for(lambda: person.cancelled == 1, timeout=20)


def test_a_host_where_nobody_can_be_asked_refuses_and_says_why() -> None:
    with (
        host(open_asker=None, is_other=lambda: True) as (agent, _, _),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Screen))
        assert console.all(Screen)[0].state is ScreenState.REFUSED
        assert "cannot be asked" in console.all(Screen)[0].reason


def test_a_no_is_forgotten_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given_consents, "NO_LASTS", 0.2)
    with (
        host(policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, person, _),
        closing(ActingConsole(agent)) as console,
    ):
        person.answers.put(Answer.NO)
        assert console.take().state is ControlState.REFUSED
        time.sleep(0.3)
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS


def test_the_policy_can_forbid_control_and_says_so() -> None:
    with (
        host(policy=lambda: Policy(control=PolicyRule.NEVER)) as (agent, _, _),
        closing(ActingConsole(agent)) as console,
    ):
        answer = console.take()
        assert answer.state is ControlState.OFF
        assert "policy" in answer.reason
        assert "keyboard" not in console.all(Welcome)[0].may


def test_a_click_on_the_sign_at_the_host_ends_control() -> None:
    with host() as (agent, person, device), closing(ActingConsole(agent)) as console:
        console.take()
        console.done(console.act(Key, code=SHIFT, down=True))
        wait_for(lambda: person.text, timeout=20)
        person.click()
        assert console.told(ControlState.FREE).reason == "ended at the host"
        wait_for(lambda: not device.keys_down, timeout=20)
        wait_for(lambda: person.text == "", timeout=20)


def test_a_click_on_the_sign_ends_the_watching_of_anothers_desktop() -> None:
    with host(is_other=lambda: True) as (agent, person, _), closing(ActingConsole(agent)) as console:
        person.answers.put(Answer.SEE)
        wait_for(lambda: person.text, timeout=20)
        person.click()
        assert console.until(has(Close))
        close = console.all(Close)[0]
        assert (close.reason, close.again) == ("ended at the host", False)


def test_a_console_cannot_click_the_sign() -> None:
    with host() as (agent, person, device), closing(ActingConsole(agent)) as console:
        console.take()
        wait_for(lambda: person.area, timeout=20)
        done = console.done(console.act(Button, x=150, y=10, button=1, down=True))
        assert done.outcome is InputOutcome.BLOCKED
        assert "sign" in done.reason
        assert not device.buttons_down


def test_a_name_cannot_pretend_on_the_sign() -> None:
    with host() as (agent, person, _), closing(ActingConsole(agent, name="anna\u202e\n\x1b[1m")) as console:
        assert console.until(has(Control))
        console.send(WantControl())
        wait_for(lambda: person.text, timeout=20)
        assert person.text.isprintable()


@pytest.mark.parametrize("rule", [PolicyRule.ALLOW, PolicyRule.ASK])
def test_a_click_on_the_sign_lasts_and_then_the_person_is_asked(
    monkeypatch: pytest.MonkeyPatch, rule: PolicyRule
) -> None:
    with (
        host(policy=lambda: Policy(control=rule)) as (agent, person, _),
        closing(ActingConsole(agent, console=b"1" * 16)) as console,
    ):
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS
        asked = len(person.questions)
        wait_for(lambda: person.text, timeout=20)
        person.click()
        console.told(ControlState.FREE)
        assert console.take().state is ControlState.REFUSED
        assert len(person.questions) == asked
        monkeypatch.setattr(given_consents, "NO_LASTS", 0.0)
        if not asked:
            assert person.answers.get() is Answer.CONTROL
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS
        assert len(person.questions) == asked + 1


def test_a_question_that_fails_means_no_and_the_next_one_comes() -> None:
    class Failing(Person):
        def ask(self, question: Question) -> Answer:
            if not self.questions:
                self.questions.append(question)
                raise ValueError("a library's own")
            return super().ask(question)

    person = Failing()
    with (
        host(open_asker=lambda: person, policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, _, _),
        closing(ActingConsole(agent)) as console,
    ):
        answer = console.take()
        assert (answer.state, answer.reason) == (
            ControlState.REFUSED,
            "the person at the host cannot be asked: ValueError",
        )
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS


def test_without_the_sign_that_the_policy_demands_there_is_neither_picture_nor_control(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host_sign, "_AGAIN", 0.0)
    usable = False

    def open_sign(clicked: Callable[[], None]) -> Person:
        if not usable:
            raise OSError("no room for it")
        return person.opened_sign(clicked)

    with (
        host(open_sign=open_sign, policy=lambda: Policy(sign_always=True)) as (agent, person, _),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Welcome))
        welcome = console.all(Welcome)[0]
        assert welcome.screen is ScreenState.REFUSED
        assert "demands a sign, which cannot be shown: no room" in welcome.screen_reason
        console.sees = False
        answer = console.take()
        assert answer.state is ControlState.REFUSED
        assert "demands a sign" in answer.reason
        assert not console.packets
        usable = True
        assert console.take().state is ControlState.YOURS
        assert console.until(has(Packet)), "it acts and sees nothing"
        wait_for(lambda: "controls" in person.text, timeout=20)


def test_a_console_that_does_not_want_control_any_more_has_its_question_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host_consent, "_NO_PAUSE", 0.1)
    with (
        host(policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, person, _),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Control))
        console.send(WantControl())
        wait_for(lambda: len(person.questions) == 1, timeout=20)
        console.send(EndControl())
        console.told(ControlState.FREE)
        wait_for(lambda: person.cancelled == 1, timeout=20)
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS, "its own end counted as a no of the person"


def test_the_last_request_counts_while_the_person_is_asked() -> None:
    with (
        host(policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, person, _),
        closing(ActingConsole(agent)) as anna,
        closing(ActingConsole(agent, name="bob@hall")) as bob,
    ):
        assert anna.until(has(Control))
        anna.send(WantControl())
        wait_for(lambda: len(person.questions) == 1, timeout=20)
        assert bob.until(has(Control))
        bob.send(WantControl())
        speaks(bob)
        bob.send(WantControl(force=True))
        speaks(bob)
        person.answers.put(Answer.CONTROL)
        anna.told(ControlState.YOURS)
        person.answers.put(Answer.CONTROL)
        bob.told(ControlState.YOURS, seconds=10)


def test_a_console_that_may_act_after_a_no_sees_what_it_acts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given_consents, "NO_LASTS", 0.1)
    with host(is_other=lambda: True) as (agent, person, _), closing(ActingConsole(agent)) as console:
        person.answers.put(Answer.NO)
        assert console.until(has(Screen))
        time.sleep(0.2)
        console.sees = False
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS
        assert console.until(has(Packet))


def test_a_console_with_a_new_name_each_time_cannot_ask_without_end() -> None:
    with host(is_other=lambda: True) as (agent, person, _):
        for name in range(4):
            with closing(ActingConsole(agent, console=bytes([name + 1]) * 16)) as console:
                person.answers.put(Answer.NO)
                assert console.until(has(Welcome))
                time.sleep(0.2)
        assert len(person.questions) == 1


def test_who_asks_while_a_grant_is_being_begun_hears_who_has_it() -> None:
    ready = threading.Event()

    def opened() -> RecordedDevice:
        assert ready.wait(20)
        return RecordedDevice()

    manners = HostConsent()
    gate = DesktopControl(ControlTools(RecordedDevice), manners)
    gate._cleared.wait(20)
    gate._inputs._open_device = opened
    with (
        served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent,
        closing(ActingConsole(agent)) as anna,
        closing(ActingConsole(agent, name="bob@hall")) as bob,
    ):
        assert anna.until(has(Control))
        assert bob.until(has(Control))
        anna.send(WantControl())
        speaks(anna)
        bob.send(WantControl())
        assert bob.told(ControlState.OTHER).holder == "anna@desk"
        ready.set()
        anna.told(ControlState.YOURS)


def test_an_answer_that_comes_after_its_console_has_left_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host_consent, "_NO_PAUSE", 0.1)

    class Slow(Person):
        def cancel(self) -> None:
            self.cancelled += 1

    person = Slow()
    with host(open_asker=lambda: person, open_sign=person.opened_sign, is_other=lambda: True) as (
        agent,
        _,
        _,
    ):
        console = ActingConsole(agent, console=b"1" * 16)
        wait_for(lambda: len(person.questions) == 1, timeout=20)
        console.close()
        wait_for(lambda: person.cancelled == 1, timeout=20)
        person.answers.put(Answer.SEE)
        with closing(ActingConsole(agent, console=b"1" * 16)) as again:
            assert again.until(has(Welcome))
            wait_for(lambda: len(person.questions) == 2, timeout=20)
            speaks(again)
            assert not again.packets
            assert person.text == "", "the sign names a console that has left"
            person.answers.put(Answer.NO)


def test_an_answer_that_comes_while_its_console_leaves_is_not_kept_for_another_console() -> None:
    person = Person()
    manners = HostConsent(open_asker=lambda: person, open_sign=person.opened_sign, is_other=lambda: True)
    forget = manners._consents.forget

    def answered_meanwhile(client: ControlClient) -> None:
        forget(client)
        person.answers.put(Answer.SEE)
        wait_for(lambda: not manners.asking, timeout=20)

    manners._consents.forget = answered_meanwhile  # type: ignore[method-assign]
    gate = DesktopControl(ControlTools(RecordedDevice), manners)
    with served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent:
        console = ActingConsole(agent)
        wait_for(lambda: len(person.questions) == 1, timeout=20)
        console.close()
        wait_for(lambda: not manners.asking, timeout=20)
    assert not manners._consents._by_console


def test_consoles_that_ask_and_leave_at_once_cannot_ask_without_end() -> None:
    with host(is_other=lambda: True) as (agent, person, _):
        for number in range(3):
            with closing(ActingConsole(agent, console=bytes([number + 1]) * 16)) as console:
                assert console.until(has(Welcome))
                wait_for(lambda: person.questions, timeout=20)
                time.sleep(0.2)
        assert len(person.questions) == 1


def test_an_agent_that_ends_while_another_one_asks_shows_no_question() -> None:
    class Taken(NoLock):
        tries = 0

        def acquire(self, holder: str, *, force: bool) -> None:
            self.tries += 1
            raise DesktopTaken("")

    lock, person = Taken(), Person()
    consent = HostConsent(open_asker=lambda: person, is_other=lambda: True, question=lock)
    gate = DesktopControl(ControlTools(RecordedDevice), consent)
    with (
        served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, consent) as agent,
        closing(ActingConsole(agent)),
    ):
        wait_for(lambda: lock.tries, timeout=20)
        consent.close()
        assert consent._thread is not None
        consent._thread.join(20)
        assert not consent._thread.is_alive()
        assert not person.questions


def test_an_end_that_comes_late_does_not_end_the_control_of_the_next_console() -> None:
    manners = HostConsent()
    gate = DesktopControl(ControlTools(RecordedDevice), manners)
    with (
        served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent,
        closing(ActingConsole(agent)) as anna,
        closing(ActingConsole(agent, name="bob@hall")) as bob,
    ):
        anna.take()
        before = gate._grants.holder
        assert before is not None
        bob.told(ControlState.OTHER)
        assert bob.take(force=True).state is ControlState.YOURS
        manners.sign_clicked(before)
        gate.lost(before, anna.grant, DeviceGone("late"))
        assert bob.done(bob.act(Key, code=SHIFT, down=True)).outcome is InputOutcome.DONE


def test_a_sign_that_another_program_closed_is_opened_again() -> None:
    with host() as (agent, person, _), closing(ActingConsole(agent)) as console:
        console.take()
        wait_for(lambda: person.text, timeout=20)
        person.text, person.gone = "", True
        wait_for(lambda: person.text, timeout=20)
        assert "controls this computer" in person.text


def test_a_sign_that_does_not_open_holds_up_neither_the_console_nor_its_end() -> None:
    go_on = threading.Event()

    def stuck(_: Callable[[], None]) -> Person:
        go_on.wait(60)
        return Person()

    with host(open_sign=stuck) as (agent, _, device), closing(ActingConsole(agent)) as console:
        try:
            assert console.take().state is ControlState.YOURS
            console.done(console.act(Key, code=SHIFT, down=True))
            console.send(EndControl())
            console.told(ControlState.FREE)
            wait_for(lambda: not device.keys_down, timeout=20)
        finally:
            go_on.set()


def test_control_ends_soon_after_the_policy_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktop_control, "_REVIEW", 0.1)
    policies = [Policy()]
    with (
        host(policy=lambda: policies[-1]) as (agent, person, device),
        closing(ActingConsole(agent)) as console,
    ):
        console.take()
        console.done(console.act(Key, code=SHIFT, down=True))
        policies.append(Policy(control=PolicyRule.NEVER))
        assert console.told(ControlState.OFF).reason == "the policy of this host allows no control"
        wait_for(lambda: not device.keys_down and not person.text, timeout=20)
