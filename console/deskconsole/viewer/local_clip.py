"""The clipboard of the console's display, for the window: other programs may take their time to give it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from deskwire.clip_text import clip_text, strangers_clip_text
from deskx11.selection import Selection, SelectionRefused

_LOOK = 0.02
"""Seconds between two looks whether a text has come."""


class LocalClip:
    """Fetches and puts text without waiting. Main thread only; `say` takes a sentence for the user."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._selection = Selection()
        self._results: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._under_way = False

    @property
    def due(self) -> float | None:
        """The time at which `tick` has to be called; None: nothing is under way."""
        return time.monotonic() + _LOOK if self._under_way else None

    def fetch(self, then: Callable[[str], None]) -> None:
        """Calls `then` with the text of the clipboard, in `tick`."""

        def work() -> Callable[[], None]:
            text = clip_text(self._selection.fetch())
            return lambda: then(text)

        self._begin(work)

    def put(self, text: str) -> None:
        """Puts this text into the clipboard."""

        def work() -> Callable[[], None]:
            self._selection.put(strangers_clip_text(text))
            return lambda: None

        self._begin(work)

    def tick(self) -> None:
        """Hands over what has come."""
        while not self._results.empty():
            self._under_way = False
            self._results.get()()

    def _begin(self, work: Callable[[], Callable[[], None]]) -> None:
        if self._under_way:
            self._say("the clipboard is still busy")
            return
        self._under_way = True

        def run() -> None:
            try:
                result = work()
            except SelectionRefused as refusal:
                sentence = str(refusal)
                result = lambda: self._say(sentence)  # noqa: E731
            self._results.put(result)

        threading.Thread(target=run, name="clipboard", daemon=True).start()
