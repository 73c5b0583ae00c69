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
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from Xlib import X
from Xlib.error import XError
from Xlib.ext import damage

from deskagent.capture.mss_grabber import described, find_displays, screen_name
from deskagent.capture.source import Grab, GrabError, UnreadableScreen, missing_display
from deskwire.geometry import Display, Rectangle
from deskx11.connection import FAULTS, connect
from deskx11.get_image import SharedImages
from deskx11.monitors import monitors

from .pixel_reader import PixelFormatError, PixelReader
from .root_image import RootImage
from .xfixes import Regions

_GAP: Final = 0.004
"""Seconds between two questions to a busy server: all it says is that something changed after the last one,
and a program that draws has changed something again at once."""


class DamageGrabber:
    """A Grabber of the union of all displays (number 0) or one of them, which knows the places that change.

    Raises GrabError from the constructor where the server cannot do this: `MssGrabber` can do without.
    It is UnreadableScreen where that cannot help either.
    """

    def __init__(self, number: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._number = number
        self._clock = clock
        self._fault: XError | None = None
        self._connection: Any = None
        self._image: RootImage | None = None
        self._displays: list[Display] = []
        self._place = Rectangle(0, 0, 1, 1)
        self._moved = False
        self._reported = True
        self._asked = 0.0
        try:
            self._open()
        except PixelFormatError as error:
            self.close()
            raise UnreadableScreen(f"{screen_name()} cannot be shown: {error}") from error
        except FAULTS as error:
            self.close()
            raise GrabError(f"the X server does not tell what changes: {error}") from error
        except GrabError:
            self.close()
            raise

    def displays(self) -> list[Display]:
        """Returns them as of the last change of the geometry."""
        return list(self._displays)

    def check(self) -> None:
        """Nothing is known before a grab."""

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        """Waits for the server's word; None where the geometry has changed. Raises GrabError where the server
        is gone."""
        end = self._clock() + timeout
        try:
            readable = False
            while True:
                # Events that came together with an answer are in the queue, and nothing is readable for them.
                if readable or self._connection.display.event_queue:
                    self._take_events()
                self._check_fault()
                if self._moved:
                    return None
                now = self._clock()
                if self._reported and now - self._asked >= _GAP:
                    self._asked = now
                    if places := self._changed():
                        return places
                    continue
                wake = min(end, self._asked + _GAP) if self._reported else end
                readable = bool(select.select([self._connection.fileno()], [], [], max(0.0, wake - now))[0])
                if not readable and wake == end:
                    return ()
        except FAULTS as error:
            raise GrabError(f"the X server has gone: {error}") from error

    def grab(self, region: Rectangle | None = None) -> Grab:
        """The region, or all there is. Raises GrabError."""
        try:
            if region is None:
                self._take_events()
                self._check_fault()
            if self._moved:
                self._look_around()
                region = None
            if region is None:
                # What changes from here on is told again, so it cannot be missed.
                self._connection.damage_subtract(self._damage, X.NONE, X.NONE)
                self._reported = False
                region = Rectangle(0, 0, *self._place.size)
            if self._image is None:
                raise GrabError("the X screen is closed")
            return Grab(self._image.read(region), region, self._place.size)
        except FAULTS as error:
            raise GrabError(f"the X screen cannot be grabbed: {error}") from error

    def close(self) -> None:
        """Ends the connection; the server frees what it held for it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*FAULTS):
                connection.close()
        self._image = None

    def _open(self) -> None:
        self._connection = connection = _connect()
        connection.set_error_handler(self._refused)
        root = connection.screen().root
        if not connection.has_extension(damage.extname):
            raise LookupError(f"the X server has no {damage.extname}")
        connection.damage_query_version()
        self._reader = PixelReader(connection)
        self._images = SharedImages(connection)
        self._regions = Regions(connection)
        # The size of the root changes with every change of displays that matters.
        root.change_attributes(event_mask=X.StructureNotifyMask)
        self._damage: int = root.damage_create(damage.DamageReportNonEmpty)
        self._region = self._regions.create()
        self._look_around()

    def _look_around(self) -> None:
        """Finds the displays as they are now, and takes memory for one picture."""
        self._displays = self._find_displays()
        if self._number >= len(self._displays):
            raise missing_display(self._number, len(self._displays) - 1)
        one = self._displays[self._number]
        if self._image is not None:
            self._image.close()
        self._place = Rectangle(one.x, one.y, one.width, one.height)
        self._image = RootImage(self._connection, self._images, self._reader, self._place)
        self._connection.sync()
        self._check_fault()
        self._moved = False

    def _find_displays(self) -> list[Display]:
        try:
            return find_displays()
        except GrabError:
            found = monitors(self._connection)
            return [described(number, monitor) for number, monitor in enumerate(found)]

    def _take_events(self) -> None:
        """Takes what the server said."""
        for _ in range(self._connection.pending_events()):
            if self._connection.next_event().type == X.ConfigureNotify:
                self._moved = True
            else:
                self._reported = True

    def _changed(self) -> list[Rectangle]:
        """Asks the server where the display changed since this was asked before."""
        self._reported = False
        # From here on the next change is reported again.
        self._connection.damage_subtract(self._damage, X.NONE, self._region)
        found = np.frombuffer(self._regions.fetch(self._region), np.int16).reshape(-1, 4).tolist()
        place = self._place
        here = (
            Rectangle(x, y, width & 0xFFFF, height & 0xFFFF).common(place) for x, y, width, height in found
        )
        return [one._replace(x=one.x - place.x, y=one.y - place.y) for one in here if one is not None]

    def _refused(self, fault: XError, _request: object) -> None:
        """An answer to a request that waits for none; python-xlib would print it."""
        self._fault = fault

    def _check_fault(self) -> None:
        fault, self._fault = self._fault, None
        if fault is not None:
            raise LookupError(f"{type(fault).__name__} from the X server")


def _connect() -> Any:
    try:
        return connect()
    except FAULTS:
        # mss says better than python-xlib why no server answers.
        find_displays()
        raise
