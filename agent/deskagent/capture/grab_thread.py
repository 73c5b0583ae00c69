"""The thread that grabs: one frame for each demand, at a pace, and never dead because a grab failed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from deskwire.geometry import Display
from deskwire.limits import size_fault

from .grab_cost import GrabCost
from .grabber import Grab, Grabber, GrabError
from .pacing import Pacing

_RETRY_INTERVAL = 0.5
"""Seconds between two attempts while grabs fail."""

_PATIENCE = 0.1
"""Seconds that the source's word is waited for at a time: what `close` may have to wait, and ten looks at the
system a second where nothing happens."""

_Step = TypeVar("_Step")

_log = logging.getLogger(__name__)


class GrabThread:
    """Grabs on a thread of its own, for `deliver`; the GrabError that there was instead is for `fail`.

    The system's capture objects belong to the thread that made them, so the grabber is opened, used and
    closed there. One that failed is opened again at the next demand, half a second later at the soonest.
    """

    def __init__(
        self,
        open_grabber: Callable[[], Grabber],
        deliver: Callable[[Grab], None],
        fail: Callable[[GrabError], None],
        pacing: Pacing,
    ) -> None:
        self._open_grabber = open_grabber
        self._deliver = deliver
        self._fail = fail
        self._pacing = pacing
        self._cost = GrabCost()
        self._by_place = False
        self._demanded = threading.Event()
        self._closing = threading.Event()
        self._grabber: Grabber | None = None
        self._displays: tuple[Display, ...] = ()
        self._opened = threading.Event()
        self._starting = threading.Lock()
        self._open_error: GrabError | None = None
        self._logged = ""
        self._thread = threading.Thread(target=self._run, name="grab", daemon=True)

    def start(self) -> None:
        """Opens the grabber; grabs come only when demanded. May be called again."""
        with self._starting:
            if self._thread.ident is None:
                self._thread.start()

    def demand(self) -> None:
        """One more frame, please; demands that nobody has answered yet are one demand."""
        self._demanded.set()

    @property
    def displays(self) -> tuple[Display, ...]:
        """The displays as last seen; empty while none could be opened."""
        return self._displays

    def wait_open(self, timeout: float = 5.0) -> GrabError | None:
        """Waits for the first attempt to open the grabber and returns why there is none, or None."""
        if not self._opened.wait(timeout):
            return GrabError(f"the screen did not open within {timeout:.0f} s")
        return self._open_error

    def close(self) -> None:
        """Ends the thread, after the grab that it may be in."""
        self._closing.set()
        self._demanded.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        self._open_error = self._guarded(self._open)
        self._opened.set()
        failed = self._open_error is not None
        if failed:
            self._guarded(self._let_go)
        started = time.perf_counter()
        while self._next_demand(started, failed=failed):
            started = time.perf_counter()
            fault = self._guarded(self._look)
            failed = fault is not None
            if fault is not None:
                self._guarded(self._let_go)
                self._fail(fault)
            else:
                self._pacing.grabbed(time.perf_counter() - started)
        self._guarded(self._let_go)

    def _guarded(self, step: Callable[[], _Step]) -> _Step | GrabError:
        """What a step with the grabber gives, or a GrabError, whatever it raised."""
        try:
            return step()
        except GrabError as error:
            return error
        except Exception as error:  # noqa: BLE001
            # Capture libraries raise what they like (KeyError, ValueError, MemoryError at a change of mode).
            # An exception that ended this thread would leave the link alive and its last picture standing,
            # shown as live; told as a failed grab it is seen, and the next attempt begins from scratch.
            fault = GrabError(": ".join(filter(None, (type(error).__name__, str(error)))))
            if str(fault) != self._logged:
                self._logged = str(fault)
                _log.exception("the screen's library failed")
            return fault

    def _open(self) -> None:
        self._grabber = self._open_grabber()
        self._displays = tuple(self._grabber.displays())
        self._grabber.check()

    def _look(self) -> None:
        grab = self._grab()
        area = grab.area
        self._cost.begin(area.area, time.process_time())
        self._deliver(grab)
        if self._grabber is not None:
            self._by_place = self._grabber.spare(area, self._cost.pause(area.area))

    def _grab(self) -> Grab:
        if self._grabber is None:
            self._grabber = self._open_grabber()
        grab = self._grabber.grab()
        if (fault := size_fault(*grab.size)) is not None:
            raise GrabError(fault)
        self._displays = tuple(self._grabber.displays())
        return grab

    def _let_go(self) -> None:
        grabber, self._grabber = self._grabber, None
        if grabber is not None:
            grabber.close()

    def _next_demand(self, started: float, *, failed: bool) -> bool:
        """Waits for a demand and for the pace; False when it is time to end."""
        self._demanded.wait()
        self._demanded.clear()
        while not self._closing.is_set():
            now = time.perf_counter()
            due = started + self._interval(now, failed=failed)
            if due <= now:
                if self._has_news():
                    return True
                continue
            # In short steps, so that a change of pace counts at once; by `sleep`, because on Windows all else
            # that waits with a timeout goes by a clock that ticks every 15.6 ms.
            time.sleep(min(due - now, 0.02))
        return False

    def _interval(self, now: float, *, failed: bool) -> float:
        if failed:
            return _RETRY_INTERVAL
        return 0.0 if self._by_place else self._pacing.interval(now)

    def _has_news(self) -> bool:
        """Waits a moment for the source's word that something changed; what fails here fails in the grab."""
        grabber = self._grabber
        if grabber is None or self._guarded(lambda: grabber.wait(_PATIENCE)) is not False:
            return True
        self._cost.end(time.process_time())
        return False
