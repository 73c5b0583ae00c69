"""The control that a window has of its host: none where the display does not tell enough of keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from deskwire.control import ControlState

from .canvas import Canvas
from .display import control_fault
from .input_outbox import InputOutbox
from .keys import HOST_ACTIONS, Action, HostKeyName, refusal
from .messages import ClipText, ControlWish, WhoControls
from .surfaces.surface import Surface


class WindowControl(Protocol):
    """Takes what the window's user does to the host, see `XControl`."""

    refusal: str
    """The line that says why the window can only show the host; empty where it can control it."""

    @property
    def on(self) -> bool:
        """True if the host is controlled from this window."""
        ...

    @property
    def due(self) -> float | None:
        """The latest time of the next `tick`, by the monotonic clock; None: no tick is due."""
        ...

    def control_changed(self, message: WhoControls) -> bool:
        """Says who acts now; True where keys go nowhere for a while: control has ended while they came."""
        ...

    def show(self, canvas: Canvas | None) -> None:
        """Tells the picture's place and size in the window from now on; None: it is not drawn yet."""
        ...

    def stale(self, *, stale: bool) -> None:
        """Says whether the picture is old: then it takes no input."""
        ...

    def fullscreen(self, *, on: bool) -> None:
        """The window has become as large as the screen, or not any more."""
        ...

    def tick(self, now: float) -> None:
        """Runs what has waited for a time that has come."""
        ...

    def fetched(self, message: ClipText) -> None:
        """Puts the host's text into the clipboard here."""
        ...

    def lapsed(self) -> None:
        """The console let go of what this window held: it had not heard of the window for long."""
        ...

    def do(self, action: Action) -> bool:
        """Runs an action that concerns the host; False for the window's own actions."""
        ...

    def end(self) -> None:
        """The window closes, or its surface is lost."""
        ...


class ViewOnlyControl:
    """Only looks: gives control back as soon as the console has it."""

    on = False

    def __init__(self, outbox: InputOutbox, say: Callable[[str], None], fault: str) -> None:
        self._outbox = outbox
        self._say = say
        self.refusal = refusal(fault)

    @property
    def due(self) -> float | None:
        return self._outbox.due

    def control_changed(self, message: WhoControls) -> bool:
        if message.state == ControlState.YOURS:
            self._say(self.refusal)
            self._outbox.put(ControlWish(on=False))
        return False

    def show(self, canvas: Canvas | None) -> None:
        """Does nothing: no pointer is told here."""

    def stale(self, *, stale: bool) -> None:
        """Does nothing: no input is taken here."""

    def fullscreen(self, *, on: bool) -> None:
        """Does nothing: there are no keys to grab."""

    def tick(self, now: float) -> None:  # noqa: ARG002  # only the outbox may have something to do
        self._outbox.flush()

    def fetched(self, message: ClipText) -> None:
        """The console asks for no text on behalf of this window."""

    def lapsed(self) -> None:
        """Does nothing: no key is held here."""

    def do(self, action: Action) -> bool:
        return action in HOST_ACTIONS

    def end(self) -> None:
        """Does nothing: no key is held here."""


def control_of(
    surface: Surface,
    outbox: InputOutbox,
    host_key: HostKeyName,
    act: Callable[[Action], None],
    say: Callable[[str], None],
) -> WindowControl:
    """The control that this surface allows."""
    if not surface.hears_keys:
        return ViewOnlyControl(outbox, say, control_fault() or "it is not drawn by shared memory")
    from .surfaces.x_surface import XSurface
    from .x_control import XControl

    assert isinstance(surface, XSurface)  # noqa: S101  # no other surface hears keys
    try:
        return XControl(surface, outbox, host_key, act, say)
    except LookupError as fault:
        return ViewOnlyControl(outbox, say, str(fault))
