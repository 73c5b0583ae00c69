"""Who may act on a host, and what becomes of what is sent: a real agent's threads and sockets, a device that
records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.control.desktop_control import ControlTools, DesktopControl
from deskagent.control.host_courtesy import HostCourtesy
from deskagent.input.recorded import RecordedDevice
from deskwire.control import (
    Button,
    Control,
    ControlState,
    Done,
    Key,
    Typing,
)
from deskwire.messages import Ping, Welcome
from deskwire.packet import Packet
from support.peers.acting_console import ActingConsole
from support.peers.bare_console import Console, has
from support.peers.plain_injector import PlainInjector
from support.peers.served_here import ServedHere, served

A = 0x1E


class Desk(RecordedDevice):
    """A device that is never really closed, so that a test sees all that was done to it."""

    def acted(self) -> list[tuple[object, ...]]:
        """What consoles did, without what the agent does around it."""
        return [call for call in self.calls if call[0] not in {"release_all", "close"}]


@contextmanager
def desk(**courtesy: object) -> Iterator[tuple[ServedHere, Desk]]:
    device = Desk()
    manners = HostCourtesy(**courtesy)  # type: ignore[arg-type]
    gate = DesktopControl(ControlTools(lambda: PlainInjector(device)), manners)
    with served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent:
        yield agent, device


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
            ("press", A, False),
            ("button", 1, True, 3, 4),
            ("button", 1, False, 5, 4),
            ("write", "grüße"),
        ]


def test_a_console_that_does_not_know_control_is_told_nothing_of_it() -> None:
    with desk() as (agent, _), closing(Console(agent)) as old, closing(ActingConsole(agent)) as console:
        assert old.until(has(Packet))
        console.take()
        old.send(Ping(7))
        assert old.until(lambda events: any(getattr(one, "number", None) == 7 for one in events))
        assert not [one for one in old.events if isinstance(one, Control)]


def test_an_input_that_was_never_allowed_ends_the_link() -> None:
    with desk() as (agent, device), closing(ActingConsole(agent)) as console:
        assert console.until(has(Welcome))
        console.grant = 1
        console.act(Key, code=A, down=True)
        assert not console.until(lambda _: False, seconds=10), "the link goes on"
        assert not device.acted()
