"""The person at the host is asked before a console sees or acts: the agent's real threads and sockets."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.consent.policy import Policy, PolicyRule
from deskagent.consent.question import Answer, Question
from deskagent.control import desktop_control, given_consents, host_consent
from deskagent.control.client import ControlClient
from deskagent.control.desktop_control import ControlTools, DesktopControl
from deskagent.control.desktop_lock import DesktopTaken, NoLock
from deskagent.control.host_consent import HostConsent
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
from deskwire.messages import Screen, ScreenState, Welcome
from deskwire.packet import Packet
from support.peers.acting_console import ActingConsole
from support.peers.bare_console import Console, has
from support.peers.hosted_here import hosted
from support.peers.person import Person
from support.peers.served_here import served
from support.recorded_device import RecordedDevice
from support.xvfb import wait_for

SHIFT = 0x2A
ASKED = Policy(see=PolicyRule.ASK)


def test_not_a_pixel_of_anothers_desktop_is_sent_before_the_answer() -> None:
    with hosted(is_other=lambda: True) as (agent, person, _), closing(ActingConsole(agent)) as console:
        assert console.until(has(Welcome))
        assert console.all(Welcome)[0].screen is ScreenState.ASKING
        wait_for(lambda: len(person.questions) == 1)
        assert (person.questions[0].console, person.questions[0].control) == ("anna@desk", False)
        console.catch_up()
        assert not console.packets
        person.answers.put(Answer.SEE)
        assert console.until(has(Packet))
        assert console.all(Screen) == [Screen(ScreenState.LIVE)]
        wait_for(lambda: "anna@desk can see" in person.text)


def test_a_no_is_told_and_the_screen_stays_hidden_and_uncontrolled() -> None:
    with hosted(is_other=lambda: True) as (agent, person, device), closing(ActingConsole(agent)) as console:
        person.answers.put(Answer.NO)
        assert console.until(has(Screen))
        assert console.all(Screen)[0].state is ScreenState.REFUSED
        console.awaits_picture = False
        assert console.take().state is ControlState.REFUSED
        assert len(person.questions) == 1, "the person was asked again at once"
        assert not console.packets
        assert ("press", SHIFT, True) not in device.calls


def test_a_console_of_before_hears_the_reason_as_a_screen_that_cannot_be_read() -> None:
    with hosted(is_other=lambda: True) as (agent, person, _), closing(Console(agent)) as console:
        assert console.until(has(Welcome))
        person.answers.put(Answer.NO)
        assert console.until(has(Screen))
        welcome, screen = console.events
        assert isinstance(welcome, Welcome)
        assert isinstance(screen, Screen)
        assert (welcome.screen, screen.state) == (ScreenState.GRAB_FAILED, ScreenState.GRAB_FAILED)
        assert "said no" in screen.reason


def test_control_is_asked_once_more_only_where_the_answer_was_to_see() -> None:
    with hosted(is_other=lambda: True) as (agent, person, _):
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
        hosted(policy=lambda: policy) as (agent, person, _),
        closing(ActingConsole(agent, consent=hello)) as console,
    ):
        assert console.until(has(Welcome))
        assert (console.all(Welcome)[0].screen is ScreenState.ASKING) == asks
        person.answers.put(Answer.NO)


def test_nothing_is_injected_while_a_question_is_open_and_nothing_stays_down() -> None:
    with hosted() as (agent, person, device), closing(ActingConsole(agent)) as anna:
        anna.take()
        anna.done(anna.act(Key, code=SHIFT, down=True))
        with closing(ActingConsole(agent, name="bob@hall", consent=Consent.ALWAYS)) as bob:
            wait_for(lambda: len(person.questions) == 1)
            wait_for(lambda: not device.keys_down)
            done = anna.done(anna.act(Button, x=5, y=5, button=1, down=True))
            assert done.outcome is InputOutcome.BLOCKED
            assert "being asked" in done.reason
            person.answers.put(Answer.SEE)
            assert bob.until(has(Packet))
        assert anna.done(anna.act(Button, x=5, y=5, button=1, down=True)).outcome is InputOutcome.DONE


def test_a_console_that_asks_again_and_again_is_asked_about_once() -> None:
    with (
        hosted(policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, person, _),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Control))
        console.send(*[WantControl()] * 50)
        console.catch_up()
        person.answers.put(Answer.NO)
        console.told(ControlState.REFUSED)
        assert len(person.questions) == 1


def test_a_question_of_a_console_that_has_gone_is_taken_away() -> None:
    with hosted() as (agent, person, _):
        console = ActingConsole(agent, consent=Consent.ALWAYS)
        wait_for(lambda: len(person.questions) == 1)
        console.close()
        wait_for(lambda: person.cancelled == 1)


def test_a_host_where_nobody_can_be_asked_refuses_and_says_why() -> None:
    with (
        hosted(open_asker=None, is_other=lambda: True) as (agent, _, _),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Screen))
        assert console.all(Screen)[0].state is ScreenState.REFUSED
        assert "cannot be asked" in console.all(Screen)[0].reason


def test_a_yes_counts_for_nothing_where_the_policy_has_forbidden_control_meanwhile() -> None:
    policies = [Policy(control=PolicyRule.ASK)]
    with (
        hosted(policy=lambda: policies[-1]) as (agent, person, _),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Control))
        console.send(WantControl())
        wait_for(lambda: person.questions)
        policies.append(Policy(control=PolicyRule.NEVER))
        person.answers.put(Answer.CONTROL)
        console.told(ControlState.OFF)
        assert ControlState.YOURS not in [one.state for one in console.all(Control)]


def test_a_no_is_forgotten_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given_consents, "NO_LASTS", 0.2)
    with (
        hosted(policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, person, _),
        closing(ActingConsole(agent)) as console,
    ):
        person.answers.put(Answer.NO)
        assert console.take().state is ControlState.REFUSED
        time.sleep(0.3)
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS


def test_the_policy_can_forbid_control_and_says_so() -> None:
    with (
        hosted(policy=lambda: Policy(control=PolicyRule.NEVER)) as (agent, _, _),
        closing(ActingConsole(agent)) as console,
    ):
        answer = console.take()
        assert answer.state is ControlState.OFF
        assert "policy" in answer.reason
        assert "keyboard" not in console.all(Welcome)[0].may


def test_a_question_that_fails_means_no_and_the_next_one_comes() -> None:
    class Failing(Person):
        def ask(self, question: Question) -> Answer:
            if not self.questions:
                self.questions.append(question)
                raise ValueError("a library's own")
            return super().ask(question)

    person = Failing()
    with (
        hosted(open_asker=lambda: person, policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, _, _),
        closing(ActingConsole(agent)) as console,
    ):
        answer = console.take()
        assert (answer.state, answer.reason) == (
            ControlState.REFUSED,
            "the person at the host cannot be asked: ValueError",
        )
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS


def test_a_console_that_does_not_want_control_any_more_has_its_question_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host_consent, "_NO_PAUSE", 0.1)
    with (
        hosted(policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, person, _),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Control))
        console.send(WantControl())
        wait_for(lambda: len(person.questions) == 1)
        console.send(EndControl())
        console.told(ControlState.FREE)
        wait_for(lambda: person.cancelled == 1)
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS, "its own end counted as a no of the person"


def test_the_last_request_counts_while_the_person_is_asked() -> None:
    with (
        hosted(policy=lambda: Policy(control=PolicyRule.ASK)) as (agent, person, _),
        closing(ActingConsole(agent)) as anna,
        closing(ActingConsole(agent, name="bob@hall")) as bob,
    ):
        assert anna.until(has(Control))
        anna.send(WantControl())
        wait_for(lambda: len(person.questions) == 1)
        assert bob.until(has(Control))
        bob.send(WantControl())
        bob.catch_up()
        bob.send(WantControl(force=True))
        bob.catch_up()
        person.answers.put(Answer.CONTROL)
        anna.told(ControlState.YOURS)
        person.answers.put(Answer.CONTROL)
        bob.told(ControlState.YOURS)


def test_a_console_that_may_act_after_a_no_sees_what_it_acts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given_consents, "NO_LASTS", 0.1)
    with hosted(is_other=lambda: True) as (agent, person, _), closing(ActingConsole(agent)) as console:
        person.answers.put(Answer.NO)
        assert console.until(has(Screen))
        time.sleep(0.2)
        console.awaits_picture = False
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS
        assert console.until(has(Packet))


def test_a_console_with_a_new_name_each_time_cannot_ask_without_end() -> None:
    with hosted(is_other=lambda: True) as (agent, person, _):
        for name in range(4):
            with closing(ActingConsole(agent, console=bytes([name + 1]) * 16)) as console:
                person.answers.put(Answer.NO)
                assert console.until(has(Welcome))
                time.sleep(0.2)
        assert len(person.questions) == 1


def test_who_asks_while_a_grant_is_being_begun_hears_who_has_it() -> None:
    ready = threading.Event()

    def opened() -> RecordedDevice:
        assert ready.wait(60)
        return RecordedDevice()

    manners = HostConsent()
    ready.set()
    gate = DesktopControl(ControlTools(opened), manners)
    assert gate._cleared.wait(60)
    ready.clear()
    with (
        served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent,
        closing(ActingConsole(agent)) as anna,
        closing(ActingConsole(agent, name="bob@hall")) as bob,
    ):
        assert anna.until(has(Control))
        assert bob.until(has(Control))
        anna.send(WantControl())
        anna.catch_up()
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
    with hosted(open_asker=lambda: person, open_sign=person.opened_sign, is_other=lambda: True) as (
        agent,
        _,
        _,
    ):
        console = ActingConsole(agent, console=b"1" * 16)
        wait_for(lambda: len(person.questions) == 1)
        console.close()
        wait_for(lambda: person.cancelled == 1)
        person.answers.put(Answer.SEE)
        with closing(ActingConsole(agent, console=b"1" * 16)) as again:
            assert again.until(has(Welcome))
            wait_for(lambda: len(person.questions) == 2)
            again.catch_up()
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
        wait_for(lambda: not manners.asking)

    manners._consents.forget = answered_meanwhile  # type: ignore[method-assign]
    gate = DesktopControl(ControlTools(RecordedDevice), manners)
    with served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent:
        console = ActingConsole(agent)
        wait_for(lambda: len(person.questions) == 1)
        console.close()
        wait_for(lambda: not manners.asking)
    assert not manners._consents._by_console


def test_consoles_that_ask_and_leave_at_once_cannot_ask_without_end() -> None:
    with hosted(is_other=lambda: True) as (agent, person, _):
        for number in range(3):
            with closing(ActingConsole(agent, console=bytes([number + 1]) * 16)) as console:
                assert console.until(has(Welcome))
                wait_for(lambda: person.questions)
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
        wait_for(lambda: lock.tries)
        consent.close()
        assert consent._thread is not None
        consent._thread.join(60)
        assert not consent._thread.is_alive()
        assert not person.questions


def test_control_ends_soon_after_the_policy_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktop_control, "_REVIEW", 0.1)
    policies = [Policy()]
    with (
        hosted(policy=lambda: policies[-1]) as (agent, person, device),
        closing(ActingConsole(agent)) as console,
    ):
        console.take()
        console.done(console.act(Key, code=SHIFT, down=True))
        policies.append(Policy(control=PolicyRule.NEVER))
        assert console.told(ControlState.OFF).reason == "the policy of this host allows no control"
        wait_for(lambda: not device.keys_down and not person.text)
