"""The person at the host sees who acts and ends it by a click: the agent's real threads and sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.consent.policy import Policy, PolicyRule
from deskagent.consent.question import Answer
from deskagent.control import given_consents, host_sign
from deskagent.control.desktop_control import ControlTools, DesktopControl
from deskagent.control.host_consent import HostConsent
from deskagent.control.host_sign import sign_text
from deskagent.input.device import DeviceGone
from deskwire.control import (
    Button,
    Control,
    ControlState,
    EndControl,
    InputOutcome,
    Key,
    WantControl,
)
from deskwire.messages import Close, ScreenState, Welcome
from deskwire.packet import Packet
from support.peers.acting_console import ActingConsole
from support.peers.bare_console import has
from support.peers.hosted_here import hosted
from support.peers.person import Person
from support.peers.served_here import served
from support.recorded_device import RecordedDevice
from support.xvfb import wait_for

SHIFT = 0x2A


def test_ones_own_desktop_asks_nothing_and_shows_a_sign_only_while_it_is_controlled() -> None:
    with hosted() as (agent, person, _), closing(ActingConsole(agent)) as console:
        assert console.until(has(Packet))
        assert person.text == ""
        console.take()
        wait_for(lambda: person.text == "anna@desk controls this computer - click to end")
        console.close()
        wait_for(lambda: person.text == "")
        assert not person.questions


def test_a_click_on_the_sign_at_the_host_ends_control() -> None:
    with hosted() as (agent, person, device), closing(ActingConsole(agent)) as console:
        console.take()
        console.done(console.act(Key, code=SHIFT, down=True))
        wait_for(lambda: person.text)
        person.click()
        assert console.told(ControlState.FREE).reason == "ended at the host"
        wait_for(lambda: not device.keys_down)
        wait_for(lambda: person.text == "")


def test_a_click_on_the_sign_ends_the_watching_of_anothers_desktop() -> None:
    with hosted(is_other=lambda: True) as (agent, person, _), closing(ActingConsole(agent)) as console:
        person.answers.put(Answer.SEE)
        wait_for(lambda: person.text)
        person.click()
        assert console.until(has(Close))
        close = console.all(Close)[0]
        assert (close.reason, close.again) == ("ended at the host", False)


def test_a_console_cannot_click_the_sign() -> None:
    with hosted() as (agent, person, device), closing(ActingConsole(agent)) as console:
        console.take()
        wait_for(lambda: person.area)
        done = console.done(console.act(Button, x=150, y=10, button=1, down=True))
        assert done.outcome is InputOutcome.BLOCKED
        assert "sign" in done.reason
        assert not device.buttons_down


def test_a_name_cannot_pretend_on_the_sign() -> None:
    with hosted() as (agent, person, _), closing(ActingConsole(agent, name="anna\u202e\n\x1b[1m")) as console:
        assert console.until(has(Control))
        console.send(WantControl())
        wait_for(lambda: person.text)
        assert person.text.isprintable()


def test_a_long_name_and_many_names_do_not_push_the_rest_off_the_screen() -> None:
    acts = sign_text("all is well" + 50 * " " + "w" * 3, ())
    assert acts == "all is well www controls this computer - click to end"
    for text in (sign_text("w" * 64, ()), sign_text("", [f"console {number}" for number in range(8)])):
        assert text.endswith(" this computer - click to end")
        assert len(text) < 80
    assert sign_text("", ["anna", "bob", "anna"]) == "anna, bob can see this computer - click to end"
    assert sign_text("", ()) == ""


@pytest.mark.parametrize("rule", [PolicyRule.ALLOW, PolicyRule.ASK])
def test_a_click_on_the_sign_lasts_and_then_the_person_is_asked(
    monkeypatch: pytest.MonkeyPatch, rule: PolicyRule
) -> None:
    with (
        hosted(policy=lambda: Policy(control=rule)) as (agent, person, _),
        closing(ActingConsole(agent, console=b"1" * 16)) as console,
    ):
        person.answers.put(Answer.CONTROL)
        assert console.take().state is ControlState.YOURS
        asked = len(person.questions)
        wait_for(lambda: person.text)
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
        hosted(open_sign=open_sign, policy=lambda: Policy(sign_always=True)) as (agent, person, device),
        closing(ActingConsole(agent)) as console,
    ):
        assert console.until(has(Welcome))
        welcome = console.all(Welcome)[0]
        assert welcome.screen is ScreenState.REFUSED
        assert "demands a sign, which cannot be shown: no room" in welcome.screen_reason
        console.awaits_picture = False
        answer = console.take()
        assert answer.state is ControlState.REFUSED
        assert "demands a sign" in answer.reason
        assert not console.packets
        usable = True
        assert console.take().state is ControlState.YOURS
        console.done(console.act(Key, code=SHIFT, down=True))
        assert console.until(has(Packet)), "it acts and sees nothing"
        wait_for(lambda: "controls" in person.text)
        usable, person.gone = False, True
        assert console.until(has(Close)), "it acts though the sign is gone for good"
        close = console.all(Close)[0]
        assert "demands a sign, which cannot be shown" in close.reason
        assert close.again
        wait_for(lambda: not device.keys_down)


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
    with hosted() as (agent, person, _), closing(ActingConsole(agent)) as console:
        console.take()
        wait_for(lambda: person.text)
        person.text, person.gone = "", True
        wait_for(lambda: person.text)
        assert "controls this computer" in person.text


def test_a_sign_that_does_not_open_holds_up_neither_the_console_nor_its_end() -> None:
    go_on = threading.Event()

    def stuck(_: Callable[[], None]) -> Person:
        go_on.wait(600)
        return Person()

    with hosted(open_sign=stuck) as (agent, _, device), closing(ActingConsole(agent)) as console:
        try:
            assert console.take().state is ControlState.YOURS
            console.done(console.act(Key, code=SHIFT, down=True))
            console.send(EndControl())
            console.told(ControlState.FREE)
            wait_for(lambda: not device.keys_down)
        finally:
            go_on.set()
