"""One short link to an agent: greeted, the first picture drawn, compared by digest, and left again."""

from __future__ import annotations

import threading
import time

from deskconsole.common.errors import Cancelled, DeskconsoleError
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session.host_screen import NO_PICTURE_AFTER
from deskconsole.session.link_loop import LinkLoop
from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.link_sender import Transport
from deskconsole.ssh.cancelling import closing_when
from deskwire.messages import Screen, ScreenState, Welcome
from deskwire.packet import Packet

from .findings import DoctorStep

PICTURE_WITHIN = 25.0
"""Seconds for greeting, first picture and comparison together; greetings have less by the stream's own."""


class StreamProbe(LinkObserver):
    """The findings of one link to an agent. `run` is called once."""

    def __init__(self) -> None:
        self.welcome: Welcome | None = None
        self.state = ScreenState.LIVE
        """The state of the host's screen, as the agent said last."""
        self.reason = ""
        """Its system's own words for that."""
        self.size: tuple[int, int] | None = None
        """Width and height of the picture; None where none came."""
        self.flat = False
        """The picture has one colour only."""
        self.exact: bool | None = None
        """The digests agree; None where they were not compared."""
        self.at: dict[DoctorStep, float] = {}
        """The ends of steps by the monotonic clock, without those that it did not come to."""
        self.failure: DeskconsoleError | None = None
        """The error that ended the link before all that."""
        self._framebuffer = Framebuffer()
        self._over = threading.Event()
        self._link: LinkLoop | None = None
        self._timers: list[threading.Timer] = []

    def run(self, transport: Transport, token: bytes, display: int, cancelled: threading.Event) -> None:
        """Runs the link. Raises Cancelled only; a failure is kept."""
        self._link = LinkLoop(transport, token, display, self._framebuffer, (self,))
        self._end_within(PICTURE_WITHIN)
        try:
            with closing_when(cancelled, self._over.set):
                self._link.run(self._over)
        except Cancelled:
            if cancelled.is_set():
                raise
        except DeskconsoleError as error:
            self.failure = error
        finally:
            for timer in self._timers:
                timer.cancel()
                timer.join()
            self.size = self._framebuffer.size
            if self.size is not None:
                pixels = self._framebuffer.pixels
                self.flat = bool((pixels == pixels[0, 0]).all())
            self._framebuffer.close()

    def _end_within(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self._over.set)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def welcomed(self, welcome: Welcome) -> None:
        self.at[DoctorStep.TOKEN] = time.monotonic()
        self.welcome = welcome
        self.screen(Screen(welcome.screen, welcome.screen_reason))
        self.at[DoctorStep.VERSIONS] = time.monotonic()

    def drawn(self, number: int, packet: Packet) -> None:  # noqa: ARG002
        if number == 1 and self._link is not None:
            self.at[DoctorStep.PICTURE] = time.monotonic()
            self._link.want_digest(at_once=True)

    def screen(self, screen: Screen) -> None:
        # An agent that goes to and fro is not waited for again each time.
        if screen.state is not ScreenState.LIVE and len(self._timers) == 1:
            self._end_within(NO_PICTURE_AFTER)
        self.state, self.reason = screen.state, screen.reason

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:  # noqa: ARG002
        self.at[DoctorStep.EXACT] = time.monotonic()
        self.exact = ours == theirs
        self._over.set()
