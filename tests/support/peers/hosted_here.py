"""An agent on threads of the test's own process, with a person at its desktop and a device that notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.control.desktop_control import ControlTools, DesktopControl
from deskagent.control.host_consent import HostConsent
from support.recorded_device import RecordedDevice

from .person import Person
from .served_here import ServedHere, served


@contextmanager
def hosted(**consent: Any) -> Iterator[tuple[ServedHere, Person, RecordedDevice]]:
    """The agent, the person, and the device; `consent` are arguments of HostConsent."""
    person, device = Person(), RecordedDevice()
    manners = HostConsent(**{"open_asker": lambda: person, "open_sign": person.opened_sign, **consent})
    gate = DesktopControl(ControlTools(lambda: device), manners)
    with served(lambda _: SyntheticGrabber("still", 1, 640, 480), gate, manners) as agent:
        yield agent, person, device
