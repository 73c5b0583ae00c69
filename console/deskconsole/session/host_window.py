"""The window of one host: opened when it is wanted and there is a picture, told what changes, closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deskconsole.common.errors import ConfigurationError, ViewerError
from deskconsole.common.utf8_text import utf8_text
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.picture.image_file import keep_image
from deskconsole.viewer.display import control_fault
from deskconsole.viewer.keys import refusal
from deskconsole.viewer.messages import CLOSED_BY_HAND, ControlWish, Input, Request, WindowWish
from deskconsole.viewer.process import Viewer
from deskwire.control import Done, InputOutcome
from deskwire.geometry import Rectangle
from deskwire.messages import Welcome
from deskwire.packet import Packet

from .control_status import WINDOW_CLAIM, ControlStatus
from .events import (
    ActionFailed,
    Event,
    Failure,
    PictureSaved,
    WindowClosed,
    WindowFailed,
    WindowLost,
    WindowOpened,
)
from .host_control import HostControl
from .link_observer import LinkObserver
from .window_input import WindowInput, who_controls

_NOT_DONE = {
    InputOutcome.BLOCKED: "the host's system did not let it through",
    InputOutcome.DROPPED: "the host's screen has changed its size: this was aimed at the old one",
}


class HostWindow(LinkObserver):
    """Keeps at most one window. Every method but `close` and `dismiss` returns at once, from any thread.

    `changed` is called when a window came, cannot come or is gone, with what there is to say about it; on the
    window's threads, and never while a lock is held here. `places` is the file in which windows find the size
    and place that they had, `pictures` the folder in which pictures are saved; `figures` makes the lines that
    they show. What its user does goes to `control`.
    """

    def __init__(
        self,
        name: str,
        framebuffer: Framebuffer,
        control: HostControl,
        changed: Callable[[Event], None],
        places: Path | None = None,
        pictures: Path | None = None,
        *,
        figures: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._name = name
        self._pictures = pictures
        self._saving = threading.Lock()
        """Lock that is held while a picture is saved: a key that is held down asks thirty times a second."""
        self._lossy = 0
        """Pixels of the picture that are only nearly the host's."""
        self._picture_at: float | None = None
        """Unix time of the picture, where that is old."""
        self._places = places
        self._figures = figures
        self._wants_figures = False
        self.wishes: Callable[[WindowWish], None] = lambda _: None
        """Gets what the window's user wants of the console."""
        self._framebuffer = framebuffer
        self._control = control
        self._input = WindowInput(control, self.say)
        self._changed = changed
        self._lock = threading.Lock()
        self._viewer: Viewer | None = None
        self._wanted = False
        self._fullscreen = False
        self._take = False
        """Control has to be taken as soon as there is a window."""
        self._opening = False
        self._dismissed = False
        """The window that opens now is no longer wanted."""
        self._closed = False
        self.failure: ViewerError | None = None
        """The reason why the last window could not be opened, or ended though the user did not close it."""
        control.observe(self._control_changed)
        control.lapsed = self._lapsed

    @property
    def open(self) -> bool:
        """There is a window now."""
        return self._viewer is not None

    @property
    def wanted(self) -> bool:
        """There is a window, or one is to come."""
        with self._lock:
            return self._wanted or self._opening or self._viewer is not None

    def want(self, *, fullscreen: bool, control: bool = False) -> None:
        """Opens the window with the next picture, or at once where there is one; with `control` it takes
        control of the host.

        A window that is open comes to the front.
        """
        with self._lock:
            viewer = self._viewer
            if viewer is None:
                self._fullscreen = fullscreen
                # A window that is to come, or opens now, may have been wanted with control before.
                self._take = control or (self._take and (self._wanted or self._opening))
                self._wanted = True
                self._dismissed = False
                self.failure = None
        if viewer is not None:
            viewer.to_front()
            if control:
                self._take_control()
            return
        if self._framebuffer.size is not None:
            self._open_if_wanted()

    def rename(self, name: str) -> None:
        """The host has another name: the title says it from its next change on."""
        with self._lock:
            self._name = name
            if self._viewer is not None:
                self._viewer.rename(name)

    def forget(self) -> None:
        """A window that is still to come is no longer wanted; one that is open stays."""
        with self._lock:
            self._wanted = False

    def drawn(self, number: int, packet: Packet) -> None:
        # Control is told of the packet first.
        input_at = self._control.shown_press_at
        with self._lock:
            if self._viewer is not None:
                rectangles = [part.rectangle for part in packet.slices]
                self._viewer.damaged(number, rectangles, input_at=input_at)
        if self._wanted:
            self._open_if_wanted()

    def resized(self) -> None:
        with self._lock:
            if self._viewer is not None:
                self._viewer.resized()

    def welcomed(self, welcome: Welcome) -> None:  # noqa: ARG002  # a link begins without loss
        self._lossy = 0

    def lossy(self, pixels: int) -> None:
        self._lossy = pixels

    def state(self, word: str, *, stale: bool, why: str, at: float | None) -> None:
        """Says in the title what is shown; where that is old, greys it and says of when it is and why."""
        with self._lock:
            self._picture_at = at if stale else None
            if self._viewer is not None:
                self._viewer.state(word, stale=stale, why=why, at=at)

    def show_figures(self, *, on: bool) -> None:
        """Shows figures over the picture, new ones about once a second, or no more."""
        with self._lock:
            self._wants_figures = on
        self._tell_figures()

    def answered(self, round_trip: float) -> None:  # noqa: ARG002  # the figures have the mean of many
        self._tell_figures()

    def _tell_figures(self) -> None:
        if self._wants_figures:
            lines = self._figures()
            with self._lock:
                if self._viewer is not None:
                    self._viewer.figures(lines)

    def place(self, place: Rectangle) -> None:
        """Puts the window there on the screen, with its frame."""
        with self._lock:
            if self._viewer is not None:
                self._viewer.place(place)

    def say(self, sentence: str) -> None:
        """Shows a sentence in the window for a moment."""
        with self._lock:
            if self._viewer is not None:
                self._viewer.say(sentence)

    def done(self, done: Done) -> None:
        if done.outcome is not InputOutcome.DONE:
            self.say(done.reason or _NOT_DONE[done.outcome])
        times = self._input.times()
        with self._lock:
            if self._viewer is not None and times is not None:
                self._viewer.times(*times)

    def dismiss(self) -> None:
        """Takes the window away and waits for that, as if its user had closed it; one that is to come does
        not come."""
        with self._lock:
            self._wanted = False
            self._dismissed = self._opening
        if self._take_away():
            self._changed(WindowClosed(host=self._name))

    def close(self) -> None:
        """Takes the window away and waits for that; none comes afterwards."""
        with self._lock:
            self._closed = True
        self._take_away()

    def _take_away(self) -> bool:
        """Ends the window's process; False where there is none."""
        with self._lock:
            viewer, self._viewer = self._viewer, None
            self._wants_figures = False
        if viewer is None:
            return False
        viewer.close()
        self._input.end()
        return True

    def _open_if_wanted(self) -> None:
        """Opens the window, once, on a thread of its own: it takes half a second to come up."""
        with self._lock:
            wanted, self._wanted = self._wanted, False
            if wanted and self._viewer is None and not self._opening and not self._closed:
                self._opening = True
                threading.Thread(target=self._open, name=f"view {self._name}", daemon=True).start()

    def _open(self) -> None:
        viewer: Viewer | None = None
        try:
            viewer = Viewer(
                self._name,
                self._framebuffer,
                self._gone,
                fullscreen=self._fullscreen,
                places=self._places,
                on_input=self._user_did,
                on_wish=self.wishes,
                on_save=self._save_picture,
            )
        except ViewerError as error:
            self.failure = error
        except OSError as error:  # No descriptor is left, or no room for what it prints.
            self.failure = ViewerError(f"the window cannot be opened: {error.strerror or error}")
        finally:
            with self._lock:
                self._opening = False
                if viewer is not None and viewer.alive and not (self._closed or self._dismissed):
                    self._viewer = viewer
                    # The viewer has not heard of what happened while it came up.
                    viewer.resized()
                    viewer.control(who_controls(self._control.status, notify=False))
        if viewer is not None and self._viewer is not viewer:
            viewer.close()
            return
        if self.failure is None:
            if self._take:
                self._take_control()
            self._changed(WindowOpened(host=self._name))
        else:
            self._changed(WindowFailed(host=self._name, failure=Failure.of(self.failure)))

    def _take_control(self) -> None:
        """Takes control for the window; the person at the host is not asked where it could not be used."""
        if fault := control_fault():
            self.say(refusal(fault))
            return
        with self._lock:
            self._tell_who_controls(self._control.status)
        self._control.take(claim=WINDOW_CLAIM)

    def _user_did(self, message: Input | Request) -> None:
        """Takes what the window's user did to the host."""
        if isinstance(message, ControlWish) and message.on and not message.force:
            # A host's answer that changes nothing is not told.
            with self._lock:
                self._tell_who_controls(self._control.status)
        self._input.handle(message, self._clip)

    def _save_picture(self) -> None:
        """Saves the picture as it is now, unless one is being saved; a large one takes a second."""
        if self._pictures is not None and self._saving.acquire(blocking=False):
            args = (self._pictures,)
            threading.Thread(target=self._save, args=args, name=f"picture of {self._name}").start()

    def _save(self, folder: Path) -> None:
        try:
            nearly = self._lossy  # told behind the packet: both before and after it the picture may be so
            if (pixels := self._framebuffer.copy()) is None:
                raise ConfigurationError("there is no picture to save")
            exact = not nearly and not self._lossy
            at = self._picture_at or time.time()
            file = utf8_text(str(keep_image(folder, self._name, at, pixels)))
        except ConfigurationError as error:
            self.say(f"the picture is not saved: {error}")
            self._changed(ActionFailed(host=self._name, failure=Failure.of(error)))
        else:
            self.say(f"saved {file}")
            self._changed(PictureSaved(host=self._name, file=file, exact=exact))
        finally:
            self._saving.release()

    def _clip(self, text: str) -> None:
        with self._lock:
            if self._viewer is not None:
                self._viewer.clip(text)

    def _control_changed(self, status: ControlStatus) -> None:
        with self._lock:
            self._tell_who_controls(status)

    def _tell_who_controls(self, status: ControlStatus) -> None:
        if self._viewer is not None:
            self._viewer.control(who_controls(status, notify=True))

    def _lapsed(self) -> None:
        with self._lock:
            if self._viewer is not None:
                self._viewer.lapsed()

    def _gone(self, reason: str) -> None:
        with self._lock:
            self._viewer = None
            self._wants_figures = False
            if reason != CLOSED_BY_HAND:
                self.failure = ViewerError(f"the window of {self._name} is gone: {reason}")
        try:
            self._input.end()
        finally:
            self._tell_end(reason)

    def _tell_end(self, reason: str) -> None:
        if reason == CLOSED_BY_HAND:
            self._changed(WindowClosed(host=self._name))
        else:
            self._changed(WindowLost(host=self._name, reason=reason))
