"""The screen of an X server that tells what changes (DAMAGE), read through shared memory (MIT-SHM).

One connection by python-xlib. Its displays are mss's, as for every other screen; where mss does not accept
the server (16 bits a pixel, or a depth that is listed twice) they are RandR's, over the same connection.

Measured against Xvfb at 1920x1080: 0.04 ms of CPU for a look at 64 x 64 pixels, 0.05 ms at all of them (the
server takes 0.4 ms to copy those); 0.03 ms to ask what changed; nothing while nothing does.
"""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from Xlib import X
from Xlib.error import ConnectionClosedError, DisplayError, XError
from Xlib.ext import damage

from deskagent.capture.grabber import Grab, GrabError, UnreadableScreen
from deskagent.capture.mss_grabber import described, screen_name
from deskwire.geometry import Display, Rectangle
from deskx11.connection import connect
from deskx11.get_image import SharedImages
from deskx11.monitors import monitors
from deskx11.segment import Segment

from .due_regions import DueRegions
from .pixel_reader import PixelFormatError, PixelReader
from .xfixes import Regions

if TYPE_CHECKING:
    from deskagent.capture.mss_grabber import MssGrabber

_FAULTS: Final = (XError, ConnectionClosedError, DisplayError, OSError, LookupError, ValueError, TypeError)
"""What python-xlib raises where a server refuses, goes away or lacks something; the last two are what its
parser makes of a connection that ends half way."""

_GAP: Final = 0.004
"""Seconds between two questions to a busy server: all it says is that something changed after the last one,
and a program that draws has changed something again at once."""


class DamageGrabber:
    """A Grabber of the union of all displays (number 0) or one of them, which grabs what changed.

    Raises GrabError from the constructor where the server cannot do this: `MssGrabber` can do without.
    It is UnreadableScreen where that cannot help either.
    """

    def __init__(
        self, number: int, screen: MssGrabber, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._number = number
        self._screen = screen
        self._clock = clock
        self._changes = DueRegions()
        self._segment: Segment | None = None
        self._handle = 0
        self._fault: XError | None = None
        self._connection: Any = None
        self._stale = True
        self._asked = 0.0
        self._due: Rectangle | None = None
        self._displays: list[Display] = []
        self._place = Rectangle(0, 0, 1, 1)
        try:
            self._open()
        except PixelFormatError as error:
            self.close()
            raise UnreadableScreen(f"{screen_name()} cannot be shown: {error}") from error
        except _FAULTS as error:
            self.close()
            raise GrabError(f"the X server does not tell what changes: {error}") from error
        except GrabError:
            self.close()
            raise

    def displays(self) -> list[Display]:
        """As of the last change of the geometry."""
        return list(self._displays)

    def check(self) -> None:
        """Nothing is known before a grab."""

    def wait(self, timeout: float) -> bool:
        """Waits until a place is due that has changed. Raises GrabError where the server is gone."""
        end = self._clock() + timeout
        try:
            while True:
                self._listen()
                now = self._clock()
                known = self._changes.next(now)
                if known is not None and known[1] <= now:
                    self._due = known[0]
                    return True
                if self._due is not None or self._stale:
                    return True
                wake = end if known is None else min(end, known[1])
                if self._stirred:
                    wake = min(wake, self._asked + _GAP)
                if wake <= now:
                    if now >= end:
                        return False
                    continue
                # While an answer is held back the connection stays readable only for what else it says.
                select.select([self._connection.fileno()], [], [], wake - now)
        except _FAULTS as error:
            raise GrabError(f"the X server has gone: {error}") from error

    def spare(self, area: Rectangle, seconds: float) -> bool:
        """Sees to it by place."""
        self._changes.spare(area, self._clock() + seconds)
        return True

    def grab(self) -> Grab:
        """The place that `wait` found due, or all there is. Raises GrabError."""
        try:
            if self._due is None:  # else `wait` has just done so
                self._listen()
            if self._stale:
                self._look_around()
            whole = Rectangle(0, 0, *self._place.size)
            area, self._due = self._due or whole, None
            if area == whole:
                self._changes = DueRegions()
            else:
                self._changes.take(area)
            # What changes from here on is told again, so it cannot be missed.
            return Grab(self._read(area), area, self._place.size)
        except _FAULTS as error:
            raise GrabError(f"the X screen cannot be grabbed: {error}") from error

    def close(self) -> None:
        """Ends the connection; the server frees what it held for it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*_FAULTS):
                connection.close()
        self._segment = None
        self._screen.close()

    def _open(self) -> None:
        self._connection = connection = self._connect()
        connection.set_error_handler(self._refused)
        root = connection.screen().root
        if not connection.has_extension(damage.extname):
            raise LookupError(f"the X server has no {damage.extname}")
        connection.damage_query_version()
        self._format = PixelReader(connection)
        self._root: int = root.id
        self._images = SharedImages(connection)
        self._regions = Regions(connection)
        # The size of the root changes with every change of displays that matters.
        root.change_attributes(event_mask=X.StructureNotifyMask)
        self._damage: int = root.damage_create(damage.DamageReportNonEmpty)
        self._region = self._regions.create()
        self._look_around()
        self._listen()

    def _connect(self) -> Any:
        try:
            return connect()
        except _FAULTS:
            # mss says better than python-xlib why no server answers.
            self._screen.displays()
            raise

    def _look_around(self) -> None:
        """Takes the displays as they are, and memory for one picture of ours."""
        self._displays = self._find_displays()
        if self._number >= len(self._displays):
            raise GrabError(f"there is no display {self._number} now, only {len(self._displays) - 1}")
        one = self._displays[self._number]
        self._place = Rectangle(one.x, one.y, one.width, one.height)
        if self._segment is not None:
            self._images.detach(self._handle)
        self._segment = Segment(self._place.area * 4)
        self._handle = self._images.attach(self._segment.number)
        # A server on another machine, or in another container, refuses it here.
        self._connection.sync()
        self._check_fault()
        self._stale, self._due = False, None
        self._changes = DueRegions()
        self._stirred = True
        self._asked = 0.0

    def _find_displays(self) -> list[Display]:
        # The geometry of mss is of when it last grabbed; closed, it looks afresh.
        self._screen.close()
        try:
            return self._screen.displays()
        except GrabError:
            found = monitors(self._connection)
            return [described(number, monitor) for number, monitor in enumerate(found)]

    def _listen(self) -> None:
        """Takes what the server said, and asks where it changed unless that was a moment ago."""
        for _ in range(self._connection.pending_events()):
            event = self._connection.next_event()
            if event.type == X.ConfigureNotify:
                self._stale = True
            else:
                self._stirred = True
        self._check_fault()
        now = self._clock()
        if not self._stirred or (self._changes.busy and now - self._asked < _GAP):
            return
        self._asked = now
        self._stirred = False
        # From here on the next change is told again.
        self._connection.damage_subtract(self._damage, X.NONE, self._region)
        found = np.frombuffer(self._regions.fetch(self._region), np.int16).reshape(-1, 4).tolist()
        here = (
            Rectangle(x, y, width & 0xFFFF, height & 0xFFFF).common(self._place)
            for x, y, width, height in found
        )
        self._changes.add(
            (
                one._replace(x=one.x - self._place.x, y=one.y - self._place.y)
                for one in here
                if one is not None
            ),
            now,
        )

    def _read(self, area: Rectangle) -> Any:
        if self._segment is None:
            raise GrabError("the X screen is closed")
        x, y, width, height = area
        where = (self._place.x + x, self._place.y + y, width, height)
        _, size = self._images.get(self._root, where, self._handle)
        if size != self._format.row(width) * height:
            raise GrabError(f"the X server gave {size} bytes for {width} x {height} pixels")
        return self._format.read(self._segment.bytes[:size], width, height)

    def _refused(self, fault: XError, _request: object) -> None:
        """An answer to a request that waits for none; python-xlib would print it."""
        self._fault = fault

    def _check_fault(self) -> None:
        fault, self._fault = self._fault, None
        if fault is not None:
            raise LookupError(f"{type(fault).__name__} from the X server")
