"""The sign on the host's desktop: a line at the top edge that says who acts; a click on it ends control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from deskwire.geometry import Rectangle


class Sign(Protocol):
    """The line, run by a separate thread. Each method may be called from any thread and returns at once."""

    def show(self, text: str) -> None:
        """Shows this text from now on."""

    def hide(self) -> None:
        """Hides the line."""

    @property
    def area(self) -> Rectangle | None:
        """The sign's place in the system's coordinates while it is there: injected clicks must not hit it."""

    @property
    def gone(self) -> bool:
        """True if the line was closed, by another program for example, and shows nothing any more."""

    def close(self) -> None:
        """Closes the line for good."""


SignOpener = Callable[[Callable[[], None]], Sign]
"""Opens a sign; the argument is called, on its thread, when it is clicked. Raises OSError."""
