"""The thread that grabs: one frame for each demand, when it is due, and never dead because a grab failed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from deskwire.geometry import Display, Rectangle
from deskwire.limits import size_fault

from .due_regions import DueRegions
from .grab_cost import GrabCost
from .pacing import Pacing
from .source import Grab, Grabber, GrabError

_RETRY_INTERVAL = 0.5
"""Seconds between two attempts while grabs fail."""

_LONGEST_WAIT = 0.1
"""Seconds that the source's changes are waited for at a time: what `close` may have to wait, and ten calls to
the system a second where nothing happens."""

_OPEN_WITHIN = 5.0
"""Seconds in which a screen must open."""

_Result = TypeVar("_Result")

_log = logging.getLogger(__name__)


class GrabThread:
    """Grabs on a separate thread. `deliver` gets the picture and the time of `perf_counter` at which the grab
    began; `fail` gets the GrabError if there was one.

    The system's capture objects belong to the thread that made them, so the grabber is opened, used and
    closed there. One that failed is opened again at the next demand, half a second later at the soonest.
    Where the source tells the places that change, each place has its own pace (`GrabCost`); else all of the
    display has one (`pacing`).
    """

    def __init__(
        self,
        open_grabber: Callable[[], Grabber],
        deliver: Callable[[Grab, float], None],
        fail: Callable[[GrabError], None],
        pacing: Pacing,
    ) -> None:
        self._open_grabber = open_grabber
        self._deliver = deliver
        self._fail = fail
        self._pacing = pacing
        self._cost = GrabCost()
        self._demanded = threading.Event()
        self._closing = threading.Event()
        self._grabber: Grabber | None = None
        self._due: DueRegions | None = None
        """None while nothing was grabbed from this grabber."""
        self._displays: tuple[Display, ...] = ()
        self._opened = threading.Event()
        self._starting = threading.Lock()
        self._open_error: GrabError | None = None
        self._logged = ""
        self._thread = threading.Thread(target=self._run, name="grab", daemon=True)

    def open(self) -> GrabError | None:
        """Opens the grabber, if that was not done yet, and returns why there is none, or None. Grabs come
        only when demanded."""
        with self._starting:
            if self._thread.ident is None:
                self._thread.start()
        if not self._opened.wait(_OPEN_WITHIN):
            return GrabError(f"the screen did not open within {_OPEN_WITHIN:.0f} s")
        return self._open_error

    def demand(self) -> None:
        """Asks for one more frame; demands that were not answered yet are one demand."""
        self._demanded.set()

    @property
    def displays(self) -> tuple[Display, ...]:
        """The displays as last seen; empty while none could be opened."""
        return self._displays

    def close(self) -> None:
        """Ends the thread, after the grab that it may be in."""
        self._closing.set()
        self._demanded.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        fault = self._open_error = self._guarded(self._open)
        self._opened.set()
        started = time.perf_counter()
        while True:
            if fault is not None:
                self._guarded(self._let_go)
            self._demanded.wait()
            self._demanded.clear()
            if fault is not None:
                self._pause(started, lambda _now: _RETRY_INTERVAL)
            region = self._next_region(started)
            if self._closing.is_set():
                break
            started = time.perf_counter()
            fault = self._guarded(partial(self._look, region))
            if fault is None:
                self._pacing.grabbed(time.perf_counter() - started)
            else:
                self._fail(fault)
        self._guarded(self._let_go)

    def _guarded(self, step: Callable[[], _Result]) -> _Result | GrabError:
        """Returns what a step with the grabber gives, or a GrabError, whatever it raised."""
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

    def _let_go(self) -> None:
        grabber, self._grabber, self._due = self._grabber, None, None
        if grabber is not None:
            grabber.close()

    def _next_region(self, started: float) -> Rectangle | None:
        """Waits for what is worth a grab, None for all of the display, or until this thread is to end."""
        grabber, due = self._grabber, self._due
        if grabber is None or due is None:
            return None
        while not self._closing.is_set():
            now = time.perf_counter()
            waiting = due.next(now)
            timeout = _LONGEST_WAIT if waiting is None else min(_LONGEST_WAIT, max(0.0, waiting[1] - now))
            changed = self._guarded(partial(grabber.next, timeout))
            if isinstance(changed, GrabError):
                return None  # what failed here fails in the grab
            if changed is None:
                self._pause(started, self._pacing.interval)
                return None
            now = time.perf_counter()
            due.add(changed, now)
            waiting = due.next(now)
            if waiting is not None and waiting[1] <= now:
                return waiting[0]
            if not changed and timeout == _LONGEST_WAIT:  # else a place waits: this counts for its look
                self._cost.end(time.process_time())
        return None

    def _pause(self, started: float, interval: Callable[[float], float]) -> None:
        """Waits until the interval since `started` is over."""
        while not self._closing.is_set():
            now = time.perf_counter()
            end = started + interval(now)
            if end <= now:
                return
            # In short steps, so that a change of pace counts at once; by `sleep`, because on Windows all else
            # that waits with a timeout goes by a clock that ticks every 15.6 ms.
            time.sleep(min(end - now, 0.02))

    def _look(self, region: Rectangle | None) -> None:
        if self._grabber is None:
            self._grabber = self._open_grabber()
        began = time.perf_counter()
        grab = self._grabber.grab(region)
        if (fault := size_fault(*grab.size)) is not None:
            raise GrabError(fault)
        self._displays = tuple(self._grabber.displays())
        if self._due is None or grab.area.size == grab.size:
            self._due = DueRegions()
        else:
            self._due.take(grab.area)
        self._cost.begin(grab.area.area, time.process_time())
        self._deliver(grab, began)
        self._due.spare(grab.area, time.perf_counter() + self._cost.pause(grab.area.area))
