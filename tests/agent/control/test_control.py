"""Who may act on a host, and what becomes of what is sent: a real agent's threads and sockets, a device that
records."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.control.desktop_control import ControlTools, DesktopControl
from deskagent.control.host_consent import HostConsent
from deskagent.control.view_only import ViewOnlyGate
from deskagent.delivery.display_feed import DisplayFeeds
from deskagent.delivery.link import ConsoleLink
from deskagent.input.device import DeviceGone, InputBlocked, KeyboardLayout
from deskwire.control import (
    AllUp,
    Button,
    Control,
    ControlState,
    Done,
    EndControl,
    InputOutcome,
    Key,
    Pointer,
    Typing,
    WantControl,
)
from deskwire.messages import WIRE_VERSION, Feature, Hello, Ping, Welcome
from deskwire.packet import Packet
from deskwire.triggers import Trigger
from support.peers.acting_console import ActingConsole
from support.peers.bare_console import Console, has
from support.peers.served_here import TOKEN, ServedHere, served
from support.recorded_device import RecordedDevice

A, SHIFT = 0x1E, 0x2A


class Desk(RecordedDevice):
    """Records what consoles did, without what the agent does around it."""

    def __init__(self) -> None:
        super().__init__(KeyboardLayout({(A, 0): "a", (SHIFT, 0): ""}))
        self.busy = threading.Event()
        self.busy.set()
        self.writing = threading.Event()
        """A text has begun to be typed."""
        self.fault: Exception | None = None

    def acted(self) -> list[tuple[object, ...]]:
        """All that went down, moved or was typed, and the buttons that went up."""
        return [
            call for call in self.calls if call[0] not in {"release_all", "close"} and call[-1] is not False
        ]

    def write(self, text: str) -> None:
        self.writing.set()
        self.busy.wait(600)
        if self.fault is not None:
            raise self.fault
        super().write(text)

    @property
    def down(self) -> set[int]:
        return self.keys_down | self.buttons_down


@contextmanager
def desk(**consent: Any) -> Iterator[tuple[ServedHere, Desk]]:
    device = Desk()
    manners = HostConsent(**consent)
    gate = DesktopControl(ControlTools(lambda: device), manners)
    with served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent:
        yield agent, device


@contextmanager
def two_consoles(agent: ServedHere) -> Iterator[tuple[ActingConsole, ActingConsole]]:
    with closing(ActingConsole(agent)) as anna, closing(ActingConsole(agent, name="bob@hall")) as bob:
        yield anna, bob


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Waits for something that happens in the agent."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def test_who_asks_gets_control_and_its_inputs_are_injected_in_their_order() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        assert console.take() == Control(ControlState.YOURS, grant=1)
        console.act(Key, code=A, down=True, text="a")
        console.act(Key, code=A, down=False)
        console.act(Button, x=3, y=4, button=1, down=True)
        console.act(Button, x=5, y=4, button=1, down=False)
        last = console.act(Typing, text="grüße")
        assert console.done(last) == Done(last)
        assert device.acted() == [
            ("press", A, True),
            ("button", 1, True, 3, 4),
            ("button", 1, False, 5, 4),
            ("write", "grüße"),
        ]


def test_a_console_that_does_not_know_control_is_told_nothing_of_it() -> None:
    with desk() as (agent, _), closing(Console(agent)) as old, closing(ActingConsole(agent)) as console:
        assert old.until(has(Packet))
        console.take()
        old.catch_up()
        assert not [one for one in old.events if isinstance(one, Control)]


def test_an_input_that_was_never_allowed_ends_the_link() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        assert console.until(has(Welcome))
        console.grant = 1
        console.act(Key, code=A, down=True)
        assert console.is_ended()
        assert not device.acted()


def test_a_second_console_is_told_who_acts_and_takes_it_only_by_force() -> None:
    with desk() as (agent, device), two_consoles(agent) as (anna, bob):
        anna.take()
        anna.done(anna.act(Key, code=SHIFT, down=True))
        assert device.keys_down == {SHIFT}
        assert bob.take() == Control(ControlState.OTHER, holder="anna@desk")
        device.busy.clear()
        anna.act(Typing, text="before it")
        assert device.writing.wait(60)
        anna.act(Typing, text="not after it")
        bob.send(WantControl(force=True))
        assert anna.told(ControlState.OTHER) == Control(
            ControlState.OTHER, holder="bob@hall", reason="bob@hall took control"
        )
        anna.act(Typing, text="too late")
        device.busy.set()
        assert bob.told(ControlState.YOURS) == Control(ControlState.YOURS, grant=2)
        assert not device.down
        bob.grant = 2
        last = bob.act(Typing, text="bob")
        assert bob.done(last) == Done(last)
        texts = [call[1] for call in device.calls if call[0] == "write"]
        assert texts == ["before it", "bob"]
        anna.catch_up()  # else an input that was on its way has ended the link


def test_the_same_console_on_a_new_link_goes_on_though_the_old_link_seems_to_live() -> None:
    with desk() as (agent, _), closing(ActingConsole(agent, console=b"c" * 16)) as before:
        before.take()
        with closing(ActingConsole(agent, console=b"c" * 16)) as after:
            assert after.take() == Control(ControlState.YOURS, grant=2)


@pytest.mark.parametrize("how", ["link", "given back", "all up", "agent"])
def test_nothing_stays_down_when_control_ends(how: str) -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        console.take()
        console.act(Button, x=1, y=1, button=1, down=True)
        console.done(console.act(Key, code=SHIFT, down=True))
        assert (device.keys_down, device.buttons_down) == ({SHIFT}, {1})
        if how == "link":
            console.close()
        elif how == "given back":
            console.send(EndControl())
        elif how == "all up":
            console.act(AllUp)
        else:
            agent.close()
        assert until(lambda: not device.down)


def test_what_is_held_is_released_when_the_console_falls_silent() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        console.take()
        console.done(console.act(Key, code=SHIFT, down=True))
        began = time.monotonic()
        while time.monotonic() - began < 1.6:
            console.send(Ping(1))
            time.sleep(0.1)
        assert device.keys_down == {SHIFT}, "it was released though the console spoke"
        assert until(lambda: not device.down)


def test_what_was_typed_before_control_is_given_back_is_typed() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        console.take()
        device.busy.clear()
        for text in ("one", "two", "three"):
            console.act(Typing, text=text)
        console.send(EndControl())
        device.busy.set()
        console.told(ControlState.FREE)
        assert [call[1] for call in device.calls if call[0] == "write"] == ["one", "two", "three"]


def test_moves_that_wait_are_one_move_and_a_click_keeps_its_place() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        console.take()
        device.busy.clear()
        console.act(Typing, text="-")
        for x in range(100):
            console.act(Pointer, x=x, y=7)
        console.act(Button, x=99, y=7, button=3, down=True)
        for x in range(100):
            console.act(Pointer, x=x, y=8)
        last = console.act(Button, x=99, y=8, button=3, down=False)
        console.catch_up()
        device.busy.set()
        console.done(last)
        assert [call for call in device.calls if call[0] in {"move", "button"}] == [
            ("move", 99, 7),
            ("button", 3, True, 99, 7),
            ("move", 99, 8),
            ("button", 3, False, 99, 8),
        ]


def test_a_place_outside_of_the_picture_is_dropped_and_a_release_is_not() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        console.take()
        number = console.act(Pointer, x=640, y=0)
        assert console.done(number).outcome is InputOutcome.DROPPED
        console.done(console.act(Button, x=1, y=1, button=1, down=True))
        number = console.act(Button, x=9000, y=9000, button=1, down=False)
        assert console.done(number) == Done(number)
        assert not device.down


def test_an_agent_that_is_flooded_ends_the_link_and_lets_go() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        console.take()
        console.done(console.act(Key, code=SHIFT, down=True))
        device.busy.clear()
        console.act(Typing, text="-")
        with contextlib.suppress(OSError):
            for _ in range(5000):
                console.act(Key, code=A, down=True)
        device.busy.set()
        assert console.is_ended()
        assert until(lambda: not device.down)


def test_numbers_that_go_back_end_the_link() -> None:
    with desk() as (agent, _), closing(ActingConsole(agent)) as console:
        console.take()
        console.done(console.act(AllUp))
        console.number = 0
        console.act(AllUp)
        with pytest.raises(AssertionError):
            console.done(2, seconds=3)


def test_a_device_that_blocks_says_why_and_control_goes_on() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        console.take()
        device.fault = InputBlocked("the window in front belongs to a program with more rights")
        number = console.act(Typing, text="x")
        assert console.done(number) == Done(number, InputOutcome.BLOCKED, str(device.fault))
        device.fault = None
        number = console.act(Typing, text="y")
        assert console.done(number) == Done(number)


def test_a_device_that_is_gone_ends_control_with_its_reason() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        console.take()
        device.fault = DeviceGone("the X server is gone" + "!" * 2000)
        console.act(Typing, text="x")
        assert console.told(ControlState.FREE).reason.startswith("the X server is gone!")
        device.fault = None
        assert console.take().state is ControlState.YOURS


def test_an_answer_to_a_console_that_has_just_gone_is_nobodys_fault() -> None:
    ours, theirs = socket.socketpair()
    with closing(ours):
        gate, consent = ViewOnlyGate("shows only"), HostConsent()
        feeds = DisplayFeeds(lambda _: SyntheticGrabber("still"))
        link = ConsoleLink(theirs, TOKEN, feeds, lambda _: Trigger.FIRST_FRAME, gate, consent)
        link.hello = Hello(WIRE_VERSION, (), packets=1, bytes=1, speaks=tuple(Feature))
        link.close()
        link.tell(Done(1))  # The input thread would take the error for a fault of the device.


def test_an_agent_that_only_shows_says_so_and_takes_no_input() -> None:
    with served(lambda _: SyntheticGrabber("still")) as agent, closing(ActingConsole(agent)) as console:
        assert console.take().state is ControlState.OFF
        assert console.all(Welcome)[0].may == ()
        console.grant = 1
        console.act(Key, code=A, down=True)
        assert console.is_ended()


def test_a_long_text_does_not_keep_another_console_waiting() -> None:
    with desk() as (agent, device), two_consoles(agent) as (anna, bob):
        anna.take()
        assert bob.take().state is ControlState.OTHER
        device.busy.clear()
        last = anna.act(Typing, text="ü" * 1000)
        assert device.writing.wait(60)
        bob.send(WantControl(force=True))
        anna.told(ControlState.OTHER)
        device.busy.set()
        bob.told(ControlState.YOURS)
        assert sum(len(str(call[1])) for call in device.acted() if call[0] == "write") < 100
        assert anna.done(last).outcome is InputOutcome.BLOCKED
