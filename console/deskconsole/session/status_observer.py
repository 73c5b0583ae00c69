"""Writes what the links of one host bring into the session's status, and tells the events of it.

It decides nothing about the links.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from deskconsole.common.errors import DeskconsoleError, Stale
from deskconsole.common.progress import StepId
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.picture.preview import HEIGHT, WIDTH, PreviewPicture, is_black
from deskwire.geometry import Display
from deskwire.messages import Preview as PreviewMessage
from deskwire.messages import Screen, ScreenState, Welcome
from deskwire.packet import Packet

from .events import (
    AgentHeard,
    AgentSilent,
    Event,
    Failure,
    PictureDiffers,
    ScreenHidden,
    ScreenSeen,
    StreamResumed,
    StreamStarted,
)
from .host_events import HostEvents
from .host_window import HostWindow
from .link_observer import LinkObserver
from .shown_display import ShownDisplay
from .snapshot import Exactness
from .state import State
from .statistics import StatisticsMeter
from .status import SessionStatus, StateDetails
from .steps import StepOutcome, Steps

_SILENT = Stale("nothing is heard from the agent")

_BLACK_EVERY = 1.0
"""Seconds between two looks at whether a full picture is black: at 1920 x 1080 it takes 0.1 ms, if so 0.2."""

_DECIDED_AT_THE_HOST = frozenset({ScreenState.ASKING, ScreenState.REFUSED})
"""Questions and refusals, of which a link may begin with one."""


class StatusObserver(LinkObserver):
    """Keeps status, steps and the window's title.

    `tell` gets the events, but for those that the host can cause alone. `unasked`: the console does not want
    the person at the host to be asked. `differs` is called when a comparison found that the two pictures are
    not equal. `largest_preview` tells the size of the largest preview that was asked for.
    """

    def __init__(
        self,
        display: ShownDisplay,
        status: SessionStatus,
        steps: Steps,
        meter: StatisticsMeter,
        framebuffer: Framebuffer,
        window: HostWindow,
        tell: Callable[[Event], None],
        host_events: HostEvents,
        differs: Callable[[], None],
        *,
        unasked: bool = False,
        largest_preview: Callable[[], tuple[int, int]] = lambda: (WIDTH, HEIGHT),
    ) -> None:
        self._display = display
        self._largest_preview = largest_preview
        self._status = status
        self._steps = steps
        self._meter = meter
        self._framebuffer = framebuffer
        self._window = window
        self._tell = tell
        self._host_events = host_events
        self._differs = differs
        self._unasked = unasked
        # Of the display that is shown, as the agent listed it.
        self._size: tuple[int, int] | None = None
        self._black_at = float("-inf")
        self.lost_at: float | None = None
        """Since when there has been no stream though there should be one."""
        self._loss: Failure | None = None

    @property
    def _host(self) -> str:
        return self._status.now.host

    def lost(self, error: DeskconsoleError) -> None:
        """There is no stream, and there will be one again."""
        if self.lost_at is None:
            self.lost_at = time.monotonic()
            self._loss = Failure.of(error)

    def welcomed(self, welcome: Welcome) -> None:
        self._steps.begin(StepId.FIRST_PICTURE)
        self.displays(welcome.displays)
        self._status.update(
            platform=welcome.platform,
            screen=welcome.screen.value,
            screen_reason=welcome.screen_reason,
            exactness=None,
            lossy=0,
            hostname=welcome.hostname,
            os_name=welcome.os_name,
            # What the launch told stands where the agent does not know.
            user=welcome.user or self._status.now.user,
        )
        self._status.move(State.STREAMING)
        self.show_state()
        if self.lost_at is None or self._loss is None:
            self._tell(StreamStarted(host=self._host, unasked=self._unasked))
        else:
            self._meter.reconnected()
            gap = time.monotonic() - self.lost_at
            self._tell(StreamResumed(host=self._host, after=gap, failure=self._loss))
            self.lost_at = None
        if welcome.screen in _DECIDED_AT_THE_HOST:
            self._tell_screen(welcome.screen, welcome.screen_reason)

    def drawn(self, number: int, packet: Packet) -> None:  # noqa: ARG002
        self._steps.end(StepOutcome.DONE)
        self._status.update(
            size=self._framebuffer.size, picture_at=time.time(), black=self._is_black(refresh=packet.refresh)
        )

    def _is_black(self, *, refresh: bool = False) -> bool:
        """Looks at the full picture, where the last look is not of just now."""
        now = time.monotonic()
        if not refresh and now - self._black_at < _BLACK_EVERY:
            return self._status.now.black
        self._black_at = now
        return is_black(self._framebuffer.pixels)

    def screen(self, screen: Screen) -> None:
        known = (self._status.now.screen, self._status.now.screen_reason)
        if known == (screen.state.value, screen.reason):
            return
        self._status.update(screen=screen.state.value, screen_reason=screen.reason)
        self._tell_screen(screen.state, screen.reason)
        self.show_state()

    def person(self, user: str) -> None:
        self._status.update(user=user)

    def silent(self, stale: bool) -> None:
        if stale:
            self._status.move(State.STALE, StateDetails.of(_SILENT))
        else:
            self._status.move(State.STREAMING)
        self.show_state()
        self._tell(
            AgentSilent(host=self._host, failure=Failure.of(_SILENT))
            if stale
            else AgentHeard(host=self._host)
        )

    def answered(self, round_trip: float) -> None:  # noqa: ARG002
        if self._status.now.current and self._status.now.picture_at is not None:
            self._status.update(picture_at=time.time())
        if self._framebuffer.size is not None:  # the last update of a burst may have come unseen
            self._status.update(black=self._is_black())

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:
        exact = ours == theirs
        self._status.update(exactness=Exactness(packet, exact, ours.hex(), time.time()))
        if not exact:
            self._tell(PictureDiffers(host=self._host, packet=packet))
            self._differs()

    def displays(self, displays: Sequence[Display]) -> None:
        for display in displays:
            if display.number == self._display.number and display.width and display.height:
                self._size = display.width, display.height

    def lossy(self, pixels: int) -> None:
        self._status.update(lossy=pixels)

    def previewed(self, preview: PreviewMessage) -> None:
        kept = PreviewPicture.received(preview, time.time(), self._largest_preview())
        self._steps.end(StepOutcome.DONE)
        size = self._size or self._status.now.size
        self._status.update(preview=kept, size=size, picture_at=kept.at, black=kept.black)

    def releasing(self) -> None:
        at = self._status.now.picture_at
        if self._framebuffer.size is not None:
            self._status.update(preview=PreviewPicture.made(self._framebuffer.pixels, at or time.time()))

    def ended(self) -> None:
        self._host_events.tell_count(self._host)

    def _tell_screen(self, state: ScreenState, reason: str) -> None:
        if state is ScreenState.LIVE:
            self._host_events.tell(ScreenSeen(host=self._host))
        else:
            self._host_events.tell(ScreenHidden(host=self._host, state=state.value, reason=reason))

    def show_state(self) -> None:
        """Tells the window whether what it shows is current, and else of when it is and why."""
        snapshot = self._status.now
        word = snapshot.screen if snapshot.state is State.STREAMING else snapshot.state.value
        loss = self._loss if self.lost_at is not None else None
        cause = snapshot.cause or (loss.reason if loss is not None else "")
        why = " ".join(f"{said.rstrip('.')}." for said in (cause, snapshot.advice) if said)
        self._window.state(word, stale=not snapshot.current, why=why, at=snapshot.picture_at)
