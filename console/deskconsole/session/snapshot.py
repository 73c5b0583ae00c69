"""A snapshot of a session: an immutable copy of all that is known of it at one moment, for all that show it.

Every figure is defined in docs/statistics.md; the names there are the names here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from deskconsole.common.progress import Progress
from deskwire.messages import ScreenState, WatchMode

from .control_status import NOT_CONNECTED, ControlStatus
from .host_screen import SCREEN_REMEDIES
from .sent_inputs import RoundTrips
from .state import LIVE, State
from .steps import SessionStep

if TYPE_CHECKING:
    from deskconsole.picture.preview import PreviewPicture


@dataclass(frozen=True, slots=True)
class Sample:
    """One whole second of a stream, for charts."""

    updates: int
    slices: int
    received: int
    """Bytes on the wire."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of one session since it was first connected; they continue over reconnects."""

    slices: int = 0
    packets: int = 0
    """Refreshes and updates."""
    updates: int = 0
    refreshes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """The number of refreshes that each named trigger caused."""
    received: int = 0
    """Bytes on the wire from the agent: packets and messages, without SSH's own."""
    saved_against_refreshes: int = 0
    """Bytes that were not sent because an update was not a refresh, by the size of the last refresh."""
    saved_against_raw: int = 0
    """Bytes that were not sent against width x height x 3 for every packet."""
    slices_per_second: float = 0.0
    updates_per_second: float = 0.0
    bytes_per_second: float = 0.0
    """Means over the last five seconds."""
    round_trip: float | None = None
    """Seconds of the last heartbeat, there and back."""
    reconnects: int = 0
    previews: int = 0
    """Small pictures that came in place of the full stream."""
    preview_bytes: float = 0.0
    """Mean size of the last of them."""
    history: tuple[Sample, ...] = ()
    """The last five minutes, one sample a second, oldest first."""

    @property
    def saved_share(self) -> float | None:
        """Part (0 to 1) of the bytes that refreshes for every update would have cost; None before any."""
        whole = self.received + self.saved_against_refreshes
        return self.saved_against_refreshes / whole if self.updates else None


@dataclass(frozen=True, slots=True)
class Exactness:
    """The last comparison of the host's framebuffer with the console's, by digest."""

    packet: int
    exact: bool
    digest: str
    """The console's own, in hexadecimal."""
    at: float
    """Unix time."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of all that is known of one session at one moment; it never changes."""

    host: str
    state: State = State.IDLE
    since: float = 0.0
    """Unix time at which this state was entered."""
    reason: str = ""
    """The reason of the state, one sentence; empty where the state says it all."""
    remedy: str = ""
    """One sentence that says what can be done about it, or empty."""
    screen: str = "live"
    """The host's word for its screen: `live`, or the name of what is wrong with it."""
    screen_reason: str = ""
    """The host's own words for that."""
    black: bool = False
    """The newest picture is black all over."""
    progress: Progress | None = None
    steps: tuple[SessionStep, ...] = ()
    """The way of the current or last attempt, up to the first picture."""
    attempt: int = 0
    """Which attempt to reconnect is running or waited for."""
    retry_at: float | None = None
    """Unix time of the next attempt."""
    unreachable: bool = False
    """The host was never reached since it was connected; it is tried again slowly."""
    size: tuple[int, int] | None = None
    """Width and height of the framebuffer in pixels."""
    picture_at: float | None = None
    """Unix time at which the console's picture was last known to be that of now."""
    platform: str = ""
    agent: str = ""
    """Content hash of the deployed agent."""
    session: int | None = None
    """Number of the Windows session whose desktop the agent shows; None before, and on other systems."""
    user: str = ""
    """The person logged on at the desktop; empty where the host does not tell."""
    hostname: str = ""
    """The host's own name; empty, as the next one, before it was connected."""
    os_name: str = ""
    """The host's system: `Debian GNU/Linux 12 (bookworm)`, `Windows 11 Pro 23H2`."""
    exactness: Exactness | None = None
    lossy: int = 0
    """Pixels of the framebuffer that are only nearly the host's, as the agent said last."""
    preview: PreviewPicture | None = None
    """The last small picture."""
    watch: str = WatchMode.FULL
    """The kind of stream that is wanted: `full` or `preview`."""
    statistics: Statistics = field(default_factory=Statistics)
    viewing: bool = False
    """A window shows this host now."""
    recording_since: float | None = None
    """Unix time of the first packet of the recording that runs now; before it, when that was asked for."""
    recording_waits: bool = False
    """No picture has come yet that the recording could keep."""
    control: ControlStatus = NOT_CONNECTED
    """Who acts on the host."""
    round_trips: RoundTrips = field(default_factory=RoundTrips)
    """Round trips of this console's inputs."""

    @property
    def current(self) -> bool:
        """True if the picture is that of now."""
        return self.state in LIVE and self.screen == ScreenState.LIVE

    @property
    def lossy_share(self) -> float | None:
        """Part (0 to 1) of the picture that is only nearly the host's; None where there are but previews."""
        if self.watch != WatchMode.FULL or self.size is None:
            return None
        width, height = self.size
        return min(1.0, self.lossy / (width * height))

    @property
    def cause(self) -> str:
        """The reason why there is no current picture: the link's, else the host's words for its screen."""
        return self.screen_reason if self.state in LIVE else self.reason

    @property
    def advice(self) -> str:
        """One sentence that says what to do where the link is wrong, else where the host's screen is."""
        if self.remedy or self.state not in LIVE:
            return self.remedy
        return SCREEN_REMEDIES.get(self.screen, "")
