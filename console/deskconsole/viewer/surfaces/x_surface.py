"""A child window of our own over the inside of highgui's, into which an X server copies what changed.

Highgui keeps its window, title and full screen; keys are heard here, as it tells only the last of several.
It would convert and paint the whole picture for every change (6 to 10 ms of CPU at 1920 x 1080); here a
change costs what it covers. The server keeps highgui from painting where a child lies, so nothing of it
ever shines through.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from Xlib import XK, X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError, XError

from deskconsole.viewer.x_windows import borders_of, bring_to_front, find_window, place_of
from deskwire.geometry import Rectangle
from deskx11.put_image import SharedSegment
from deskx11.segment import Segment
from deskx11.xkb import CONTROL_MASK, Keymap, XKeyboard

from .pixel_format import format_of
from .surface import Mouse

if TYPE_CHECKING:
    from Xlib.protocol.rq import Event
    from Xlib.xobject.drawable import Window as XWindow

_PARENTS = X.StructureNotifyMask | X.KeyPressMask | X.FocusChangeMask
_CHILDS = X.ExposureMask | X.ButtonPressMask | X.ButtonReleaseMask | X.Button1MotionMask

_WHEEL = {4: 120, 5: -120}
"""Button numbers of X to the wheel's turns, as highgui tells them in the upper 16 bits of its flags."""

_CODES = {XK.XK_Escape: 27, XK.XK_Return: 13, XK.XK_KP_Enter: 13} | {
    XK.XK_KP_Multiply + place: ord(sign) for place, sign in enumerate("*+,-./0123456789")
}
"""Keysyms that are characters to highgui; other keys have their keysym as their code."""

_MODIFIERS = range(XK.XK_Shift_L, XK.XK_Hyper_R + 1)

_REACH = 16384
"""Width and height of the child: beyond any screen, so that it covers its parent however that grows."""


class XSurface:
    """A surface that is to `cover` one of this process's windows. Raises OSError without an X server here.

    `mouse` is told of the left button and of moves while it is held, which highgui does not get any more.
    """

    def __init__(self, mouse: Mouse) -> None:
        # Elsewhere there is no shared memory, and each question below would go through a network and back.
        if not os.environ.get("DISPLAY", "").removeprefix("unix").startswith((":", "/")):
            raise OSError("the X display is on another machine")
        try:
            self.display = Display()
        except (DisplayError, ConnectionClosedError, OSError) as fault:
            raise OSError(f"the X display does not answer: {fault}") from fault
        self.display.set_error_handler(self._failed)
        self._mouse = mouse
        self.taker: Callable[[Event], bool] | None = None
        """Gets each event first; those for which it says True are not looked at any more."""
        self._pressed: list[int] = []
        self._keyboard: XKeyboard | None = None
        self._keymap: Keymap | None = None
        """The characters that the keys give; None: they are to be read."""
        with contextlib.suppress(LookupError, XError):
            self._keyboard = XKeyboard(self.display)
        self.hears_keys = self._keyboard is not None
        self._lost = False
        self._place: tuple[int, int] | None = None
        """The place that was last asked for, until the window moves."""
        self._memory: Segment | None = None
        self._segment: SharedSegment | None = None
        self._image: NDArray[np.uint8] | None = None
        self._converted: NDArray[np.unsignedinteger] | None = None
        """The image in the server's format, where that is another one."""

    def cover(self, title: str) -> bool:
        """Covers the window with this title; False where the display does not know it (yet).

        Raises OSError where the server is on another machine, shares no memory, or has pixels of another
        kind. It is tried, not guessed: a few pixels are put and read back.
        """
        try:
            parent = find_window(self.display, title)
            if parent is not None:
                self._cover(parent)
        except (XError, ConnectionClosedError) as fault:
            raise OSError(f"the X server refuses: {fault}") from fault
        return parent is not None

    def select(self, more: int) -> None:
        """Hears these events of the child too."""
        self.child.change_attributes(event_mask=_CHILDS | more)
        self.guarded(self.display.flush)

    def to_front(self) -> bool:
        if self._lost:
            return False
        try:
            bring_to_front(self.display, self.parent)
        except (XError, ConnectionClosedError):
            return False
        return True

    def keep_awake(self) -> None:
        # The server counts it as a key: its saver, DPMS and the desktop's own timers begin from now.
        self.guarded(lambda: self.display.force_screen_saver(X.ScreenSaverReset))
        self.guarded(self.display.flush)

    def borders(self) -> tuple[int, int, int, int]:
        with contextlib.suppress(XError, ConnectionClosedError):
            return borders_of(self.display, self.parent)
        return 0, 0, 0, 0

    def place(self) -> tuple[int, int] | None:
        if self._place is None and not self._lost:
            with contextlib.suppress(XError, ConnectionClosedError):
                self._place = place_of(self.display, self.parent)
        return self._place

    def _cover(self, parent: XWindow) -> None:
        self.parent = parent
        parent.change_attributes(event_mask=_PARENTS)
        # Without a background the server leaves what it uncovers to us, instead of blackening it first.
        self.child = parent.create_window(
            0, 0, _REACH, _REACH, 0, X.CopyFromParent, X.InputOutput, X.CopyFromParent,
            bit_gravity=X.NorthWestGravity, event_mask=_CHILDS,
        )  # fmt: skip
        self.child.map()
        geometry = parent.get_geometry()
        self._size = geometry.width, geometry.height
        self._depth = geometry.depth
        self._format = format_of(self.display, parent, self._depth)
        self._context = self.child.create_gc(graphics_exposures=False)
        self._reserve(*self._size)
        self._try_out()

    def _try_out(self) -> None:
        """Puts eight random pixels and reads them back: a number of a segment means another one elsewhere."""
        self.image(8, 1)[:] = np.frombuffer(secrets.token_bytes(32), np.uint8).reshape(1, 8, 4)
        pixmap = self.child.create_pixmap(8, 1, self._depth)
        context = pixmap.create_gc()
        self._put(pixmap.id, context.id, Rectangle(0, 0, 8, 1))
        reply = pixmap.get_image(0, 0, 8, 1, X.ZPixmap, 0xFFFFFFFF)
        context.free()
        pixmap.free()
        came = np.frombuffer(reply.data, np.uint8)
        assert self._memory is not None  # noqa: S101  # `image` has reserved it
        sent = self._format.rows(self._memory.bytes, 8, 1)
        if (
            self._lost
            or came.size != 8 * self._format.bytes
            or not self._format.same(self._format.rows(came, 8, 1), sent)
        ):
            raise OSError("the X server shows other pixels than were put")

    def image(self, width: int, height: int) -> NDArray[np.uint8]:
        try:
            # What is under way must not be read with the rows of another width.
            self.display.sync()
            self._reserve(width, height)
        except (XError, ConnectionClosedError) as fault:
            raise OSError(f"the X server refuses: {fault}") from fault
        assert self._memory is not None  # noqa: S101  # just reserved
        if self._format.is_ours:
            self._image = self._memory.bytes[: 4 * width * height].reshape(height, width, 4)
        else:
            self._image = np.zeros((height, width, 4), np.uint8)
            self._converted = self._format.rows(self._memory.bytes, width, height)
        return self._image

    def _reserve(self, width: int, height: int) -> None:
        size = self._format.stride(width) * height
        if self._memory is not None and self._memory.bytes.size >= size:
            return
        self._release()
        self._memory = Segment(size)
        self._segment = SharedSegment(self.display, self._memory.number)

    def _release(self) -> None:
        self._image = self._converted = None
        if self._segment is not None:
            self.guarded(self._segment.close)
            self.guarded(self.display.flush)
            self._segment = None
        self._memory = None

    def show(self, rectangles: Sequence[Rectangle]) -> None:
        for rectangle in rectangles:
            self._put(self.child.id, self._context.id, rectangle)
        self.guarded(self.display.flush)

    def _put(self, drawable: int, context: int, rectangle: Rectangle) -> None:
        if self._segment is None or self._image is None:
            return
        height, width, _ = self._image.shape
        if self._converted is not None:
            x, y, wide, high = rectangle
            rows, columns = slice(y, y + high), slice(x, x + wide)
            self._format.convert(self._image[rows, columns], self._converted[rows, columns])
        self._segment.put(drawable, context, self._depth, (width, height), rectangle)

    def size(self) -> tuple[int, int] | None:
        return self._size

    def attend(self) -> bool:
        used = False
        exposed: list[Rectangle] = []
        moved: tuple[int, int] | None = None
        for event in self._events():
            if self._is_taken(event):
                continue
            match event.type:
                case X.KeyPress:
                    self._press(event)
                case X.Expose:
                    exposed += self._seen(Rectangle(event.x, event.y, event.width, event.height))
                    continue
                case X.MotionNotify:
                    moved = event.event_x, event.event_y
                    continue
                case X.ConfigureNotify:
                    self._size = event.width, event.height
                    self._place = None
                case X.ReparentNotify:
                    self._place = None
                case X.DestroyNotify:
                    self._lost = True
                case _:
                    pass
            used = True
            if event.type in {X.ButtonPress, X.ButtonRelease} and event.detail == 1:
                self._move(moved)
                moved = None
                pressed = event.type == X.ButtonPress
                action = cv2.EVENT_LBUTTONDOWN if pressed else cv2.EVENT_LBUTTONUP
                self._mouse(action, event.event_x, event.event_y, 0, None)
            elif event.type == X.ButtonPress and event.detail in _WHEEL:
                turned = _WHEEL[event.detail] << 16
                self._mouse(cv2.EVENT_MOUSEWHEEL, event.event_x, event.event_y, turned, None)
        self._move(moved)
        if exposed and not self._lost:
            self.show(exposed)
        return used or moved is not None

    def keys(self) -> Sequence[int]:
        pressed, self._pressed = self._pressed, []
        return pressed

    def _press(self, event: Event) -> None:
        """Notes a key by highgui's code of it: highgui itself keeps only the last one between two looks."""
        # What comes from the child was meant for the host; with Ctrl, highgui has keys of its own.
        if self._keyboard is None or event.window != self.parent or event.state & CONTROL_MASK:
            return
        if self._keymap is None:
            try:
                self._keymap = self._keyboard.keymap()
            except (XError, ConnectionClosedError):
                self._lost = True
                return
        keysym = self._keymap.keysym(event.detail, event.state)
        if keysym not in _MODIFIERS:
            self._pressed.append(_CODES.get(keysym, keysym))

    def _is_taken(self, event: Event) -> bool:
        if self._keyboard is not None and self._keyboard.is_new_map(event):
            self._keymap = None
        try:
            return self.taker is not None and self.taker(event)
        except (XError, ConnectionClosedError):
            self._lost = True
            return True

    def _events(self) -> Iterator[Event]:
        try:
            for _ in range(self.display.pending_events()):
                yield self.display.next_event()
        except ConnectionClosedError:
            self._lost = True

    def _move(self, to: tuple[int, int] | None) -> None:
        """A move, of several in a row the last."""
        if to is not None:
            self._mouse(cv2.EVENT_MOUSEMOVE, *to, 0, None)

    def _seen(self, rectangle: Rectangle) -> list[Rectangle]:
        """The part of it that the image has."""
        if self._image is None:
            return []
        height, width, _ = self._image.shape
        right = min(width, rectangle.x + rectangle.width)
        bottom = min(height, rectangle.y + rectangle.height)
        if rectangle.x >= right or rectangle.y >= bottom:
            return []
        return [Rectangle(rectangle.x, rectangle.y, right - rectangle.x, bottom - rectangle.y)]

    def fileno(self) -> int | None:
        return None if self._lost else self.display.fileno()

    @property
    def waiting(self) -> bool:
        # Who waits for a reply reads the events before it.
        return not self._lost and bool(self.display.display.event_queue)

    @property
    def lost(self) -> bool:
        return self._lost

    def close(self) -> None:
        """The child goes with the connection."""
        self._release()
        self.guarded(self.display.close)
        self._lost = True

    def _failed(self, _fault: XError, _request: object) -> None:
        """An error of a request that nobody waits for: what it was about is gone."""
        self._lost = True

    def guarded(self, call: Callable[[], object]) -> None:
        """A connection that breaks loses the surface; highgui's own then ends the process, and says why."""
        try:
            call()
        except (XError, ConnectionClosedError):
            self._lost = True
