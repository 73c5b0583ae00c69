"""The sign on the host's desktop: one line at the top edge that says who acts, and ends it when clicked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from deskwire.geometry import Rectangle


class Sign(Protocol):
    """The line, on a thread of its own. Each method may be called from any thread and returns at once."""

    def show(self, text: str) -> None:
        """It says this from now on; it comes where it was not."""

    def hide(self) -> None:
        """It goes away."""

    @property
    def area(self) -> Rectangle | None:
        """The sign's place in the system's coordinates while it is there: injected clicks must not hit it."""

    def close(self) -> None:
        """It goes away for good."""


SignOpener = Callable[[Callable[[], None]], Sign]
"""Opens a sign; the argument is called, on its thread, when it is clicked. Raises OSError."""
