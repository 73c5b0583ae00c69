"""The protocol of a clipboard: one transfer a request, nothing is watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class ClipRefused(Exception):
    """The transfer cannot be made; `str` says why in one sentence, in lower case and without a full stop."""


class SystemClipboard(Protocol):
    """The clipboard of one desktop, from one thread only. Lines end with a line feed."""

    def fetch(self) -> str:
        """Returns the text, at most MAX_CLIP characters; of control characters only tab and line feed.

        Raises ClipRefused where there is none, it is too long, or its owner marked it as secret.
        """

    def put(self, text: str) -> None:
        """This text is the clipboard from now on, until somebody else owns it. Raises ClipRefused."""

    def close(self) -> None:
        """Gives back what is held; what was put may be lost with it. May be called again."""


ClipboardOpener = Callable[[], SystemClipboard]
"""Opens the clipboard of the host's desktop. Raises ClipRefused."""
