"""The window of one host: opened when it is wanted and there is a picture, told what changes, closed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from deskconsole.common.errors import ViewerError
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.viewer.messages import CLOSED_BY_HAND
from deskconsole.viewer.process import Viewer
from deskwire.packet import Packet

from .events import Event, Failure, WindowClosed, WindowFailed, WindowLost, WindowOpened
from .link_observer import LinkObserver


class HostWindow(LinkObserver):
    """Keeps at most one window. Every method but `close` returns at once, from any thread.

    `changed` is called when a window came, cannot come or is gone, with what there is to say about it; on the
    window's threads, and never while a lock is held here. `places` is the file in which windows find the size
    and place that they had.
    """

    def __init__(
        self,
        name: str,
        framebuffer: Framebuffer,
        changed: Callable[[Event], None],
        places: Path | None = None,
    ) -> None:
        self._name = name
        self._places = places
        self._framebuffer = framebuffer
        self._changed = changed
        self._lock = threading.Lock()
        self._viewer: Viewer | None = None
        self._wanted = False
        self._fullscreen = False
        self._opening = False
        self._closed = False
        self.failure: ViewerError | None = None
        """The reason why the last window could not be opened, or ended though the user did not close it."""

    @property
    def open(self) -> bool:
        """There is a window now."""
        return self._viewer is not None

    @property
    def wanted(self) -> bool:
        """There is a window, or one is to come."""
        with self._lock:
            return self._wanted or self._opening or self._viewer is not None

    def want(self, *, fullscreen: bool) -> None:
        """Opens the window with the next picture, or at once where there is one.

        A window that is open comes to the front.
        """
        with self._lock:
            if self._viewer is not None:
                self._viewer.to_front()
                return
            self._wanted = True
            self._fullscreen = fullscreen
            self.failure = None
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
        with self._lock:
            if self._viewer is not None:
                self._viewer.damaged(number, [part.rectangle for part in packet.slices])
        if self._wanted:
            self._open_if_wanted()

    def resized(self) -> None:
        with self._lock:
            if self._viewer is not None:
                self._viewer.resized()

    def state(self, word: str, *, stale: bool, why: str, at: float | None) -> None:
        """Says in the title what is shown; where that is old, greys it and says of when it is and why."""
        with self._lock:
            if self._viewer is not None:
                self._viewer.state(word, stale=stale, why=why, at=at)

    def close(self) -> None:
        """Takes the window away and waits for that; none comes afterwards."""
        with self._lock:
            self._closed = True
            viewer, self._viewer = self._viewer, None
        if viewer is not None:
            viewer.close()

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
            )
        except ViewerError as error:
            self.failure = error
        finally:
            with self._lock:
                self._opening = False
                if viewer is not None and viewer.alive and not self._closed:
                    self._viewer = viewer
                    # The viewer has not heard of what was drawn while it came up.
                    viewer.resized()
        if viewer is not None and self._viewer is not viewer:
            viewer.close()
            return
        if self.failure is None:
            self._changed(WindowOpened(host=self._name))
        else:
            self._changed(WindowFailed(host=self._name, failure=Failure.of(self.failure)))

    def _gone(self, reason: str) -> None:
        with self._lock:
            self._viewer = None
            if reason != CLOSED_BY_HAND:
                self.failure = ViewerError(f"the window of {self._name} is gone: {reason}")
        if reason == CLOSED_BY_HAND:
            self._changed(WindowClosed(host=self._name))
        else:
            self._changed(WindowLost(host=self._name, reason=reason))
