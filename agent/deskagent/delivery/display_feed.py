"""One display for all consoles that look at it: one thread that grabs, one picture, one comparison."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from deskagent.capture.grab_thread import GrabThread
from deskagent.capture.pacing import Pacing
from deskagent.capture.source import Grab, Grabber, GrabberOpener, GrabError
from deskagent.picture.screen import Change, Picture
from deskwire.geometry import Display


class Watcher(Protocol):
    """Who is told. Called on the grabbing thread while the picture is locked: it only takes note."""

    @property
    def copies(self) -> bool:
        """True if its console can copy within its picture."""
        ...

    def picture_changed(self, change: Change | None, began: float) -> None:
        """The picture is current, and `change` happened since the last call; None: all of it is new. The grab
        began at that time of `time.perf_counter`."""
        ...

    def failed(self, error: GrabError) -> None:
        """There is no picture now, and why."""
        ...


class DisplayFeed:
    """The picture of one display, grabbed while somebody demands it."""

    def __init__(self, open_grabber: Callable[[], Grabber]) -> None:
        self.lock = threading.Lock()
        """Held while the picture is written or read. Taken before any lock of a watcher, and never for longer
        than a copy of the picture takes: it is all that watchers share."""
        self.picture = Picture()
        self.fault: GrabError | None = None
        """Why there is no picture now."""
        self._watchers: tuple[Watcher, ...] = ()
        self._pacing = Pacing()
        self._grabs = GrabThread(open_grabber, self._take, self._fail, self._pacing)

    def open(self) -> None:
        """Opens the display; `fault` tells whether that worked. May be called by each who joins."""
        error = self._grabs.open()
        with self.lock:
            if error is not None and self.picture.pixels is None:
                self.fault = self.fault or error

    def join(self, watcher: Watcher) -> None:
        """From now on `watcher` is told."""
        with self.lock:
            self._watchers += (watcher,)

    def leave(self, watcher: Watcher) -> None:
        """Tells it nothing any more."""
        with self.lock:
            self._watchers = tuple(one for one in self._watchers if one is not watcher)

    @property
    def displays(self) -> tuple[Display, ...]:
        """The displays as last seen; empty while none could be opened."""
        return self._grabs.displays

    def demand(self) -> None:
        """Requests one grab; requests that wait for it are one."""
        self._grabs.demand()

    def expect_change(self) -> None:
        """An input may change the picture: the next looks at it come soon, and often for a while."""
        self._pacing.changed(time.perf_counter())
        self._grabs.demand()

    def close(self) -> None:
        """Ends the thread, and gives the picture back, which would wait for the collector: thread and
        feed know each other."""
        self._grabs.close()
        with self.lock:
            self.picture = Picture()

    def _take(self, grab: Grab, began: float) -> None:
        with self.lock:
            change = self.picture.take(grab, copies=any(watcher.copies for watcher in self._watchers))
            self.fault = None
            if change is None or change:
                self._pacing.changed(time.perf_counter())
            for watcher in self._watchers:
                watcher.picture_changed(change, began)

    def _fail(self, error: GrabError) -> None:
        with self.lock:
            self.fault = error
            for watcher in self._watchers:
                watcher.failed(error)


class DisplayFeeds:
    """The feeds of an agent: a display's begins with who looks at it first and ends with the last."""

    def __init__(self, open_grabber: GrabberOpener) -> None:
        self._open_grabber = open_grabber
        self._lock = threading.Lock()
        self._held: dict[int, tuple[DisplayFeed, int]] = {}

    def hold(self, display: int) -> DisplayFeed:
        """The feed of a display, until `release`."""
        with self._lock:
            feed, holders = self._held.get(display) or (
                DisplayFeed(lambda: self._open_grabber(display)),
                0,
            )
            self._held[display] = feed, holders + 1
            return feed

    def release(self, display: int) -> None:
        """Ends what one `hold` began."""
        with self._lock:
            feed, holders = self._held.pop(display)
            if holders > 1:
                self._held[display] = feed, holders - 1
                return
        feed.close()
