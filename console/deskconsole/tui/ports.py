"""The ports: what the TUI needs from below, and no more. The command that starts it hands them in."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from deskconsole.common.progress import Progress
from deskconsole.diagnosis import Finding
from deskconsole.history.day import HostDay
from deskconsole.inventory.host import Host
from deskconsole.session.control_status import ControlStatus
from deskconsole.session.events import Event
from deskconsole.session.on_screen import OnScreen
from deskconsole.session.sent_inputs import InputResult, RoundTrips
from deskconsole.session.snapshot import Snapshot
from deskconsole.ssh.prompts import Questions
from deskwire.control import ChordName

if TYPE_CHECKING:
    from deskconsole.app.results import WakeResult
    from deskconsole.app.screenshot import SavedPicture
    from deskconsole.bootstrap.facts import Removed
    from deskconsole.picture.decoders.part import BGR
    from deskconsole.picture.preview import PreviewPicture


class ControlPort(Protocol):
    """The control of one host. What stands above `wait` returns at once; the rest blocks, and raises a

    `DeskconsoleError`. Inputs return their number, 0 where control is not ours: then nothing is sent. A text
    is sent in pieces, and returns the number of each.

    Each part of the console that needs control has a claim to it. It goes back to the host with the last
    one; a claim that is not held is released without effect.
    """

    @property
    def status(self) -> ControlStatus: ...

    @property
    def round_trips(self) -> RoundTrips: ...

    def take(self, *, force: bool = False, claim: str = "session") -> None: ...

    def release(self, claim: str = "session") -> None: ...

    def key(self, code: int, *, down: bool, text: str = "") -> int: ...

    def type(self, text: str) -> Sequence[int]: ...

    def chord(self, name: ChordName) -> int: ...

    def wait(self, number: int, timeout: float) -> InputResult: ...

    def put_clip(self, text: str, timeout: float) -> None: ...

    def fetch_clip(self, timeout: float) -> str: ...


class FleetPort(Protocol):
    """All sessions. What stands above `connect` is asked on the event loop and returns at once;

    everything else is called on a thread of its own, one call after the other, and may raise a
    `DeskconsoleError`, which is shown; `HostGone`, for a host that was removed meanwhile, where it matters.
    """

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The configured hosts, in the inventory's order."""
        ...

    @property
    def budget(self) -> int:
        """Bytes a second for all hosts together; 0: no bound."""
        ...

    def snapshots(self) -> Mapping[str, Snapshot]: ...

    def shown(self, on_screen: OnScreen) -> None:
        """Takes the hosts that are on the screen now: they come first where the budget is shared out."""
        ...

    def picture_numbers(self, names: Iterable[str]) -> Mapping[str, int]:
        """A number for each of these hosts that has a session: while it is the same, its picture is."""
        ...

    def picture(self, name: str, width: int, height: int) -> BGR | None:
        """The newest picture of a host as large as fits into width x height pixels; None before any."""
        ...

    @property
    def window_places(self) -> Path | None:
        """The file in which windows find the size and place that they had."""
        ...

    def preview(self, name: str) -> PreviewPicture | None:
        """The newest small picture of a host, as it came; None while it has the full stream."""
        ...

    def tiles(self, names: Collection[str], size: tuple[int, int]) -> None:
        """Takes which hosts are seen as tiles of the wall's window, with pictures of this size."""
        ...

    def control(self, name: str) -> ControlPort: ...

    def connect(self, name: str) -> None: ...

    def connect_all(self, names: Iterable[str]) -> None: ...

    def disconnect(self, name: str) -> None: ...

    def view(self, name: str, *, control: bool = False) -> None: ...

    def start_recording(self, name: str) -> None: ...

    def stop_recording(self, name: str) -> None: ...

    def request_refresh(self, name: str) -> None: ...

    def check_exact(self, name: str) -> None: ...

    def add(self, host: Host) -> None: ...

    def replace(self, name: str, host: Host) -> None: ...

    def remove(self, name: str) -> None: ...

    def reload(self, *, watching: bool = False) -> bool:
        """Takes over what another program wrote into the list of hosts; False if the hosts are the same.

        `watching`: this is one of many regular looks, not a request.
        """
        ...

    def close(self) -> None: ...


class Backend(Protocol):
    """Hosts, and what can be done with them. Its methods are called on threads and may block."""

    def open(self, questions: Questions, deliver: Callable[[Event], None]) -> FleetPort:
        """Makes the fleet, given whom to ask and where events go; called once, behind the first picture."""
        ...

    def record(self, event: Event) -> None:
        """Keeps an event for later consoles; returns at once."""
        ...

    def past_events(self) -> Sequence[Event]:
        """The events of earlier consoles, the oldest first; of other consoles that run now too."""
        ...

    def history(self, since: dt.date) -> Sequence[HostDay]:
        """The figures of hosts from this day on, by host and day. Raises a `DeskconsoleError`."""
        ...

    def examine(
        self,
        host: Host,
        questions: Questions,
        *,
        report: Callable[[Finding], None],
        begun: Callable[[str, Progress | None], None],
        cancelled: threading.Event,
    ) -> None:
        """Goes the whole way to one host's desktop, telling what it is at and what it finds.

        Ends soon after `cancelled` was set; may raise a `DeskconsoleError`.
        """
        ...

    def undeploy(self, host: Host, questions: Questions, *, cancelled: threading.Event) -> Removed:
        """Removes the agent and all of its files from one host, and tells what that was.

        Raises Cancelled soon after `cancelled` was set; may raise any other `DeskconsoleError`.
        """
        ...

    def save_picture(self, host: Host, *, cancelled: threading.Event) -> SavedPicture:
        """Saves the picture of a host that is connected; it equals the host's, if its link is not too slow.

        Raises Cancelled soon after `cancelled` was set; may raise any other `DeskconsoleError`.
        """
        ...

    def wake(self, host: Host) -> WakeResult:
        """Sends the packet that wakes a host. May raise a `DeskconsoleError`."""
        ...

    def shell_command(self, host: Host) -> list[str]:
        """The command line that opens a shell on a host. May raise a `DeskconsoleError`."""
        ...

    def remote_desktop(
        self,
        host: Host,
        questions: Questions,
        *,
        opened: Callable[[str], None],
        cancelled: threading.Event,
    ) -> None:
        """Shows a host in the Remote Desktop client of this computer, and returns when that has ended.

        `opened` is told the client's name once it runs. Raises Cancelled soon after `cancelled` was set; may
        raise any other `DeskconsoleError`.
        """
        ...
