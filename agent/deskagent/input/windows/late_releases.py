"""Releases that Windows may have dropped are repeated as soon as it takes input again.

What went down before a window of more rights or the secure desktop came to the front would else stay down for
the person at the host: Ctrl+Shift+Esc may bring up such a window while its keys are still held.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from deskagent.input.device import InputBlocked
from deskwin32.input_event import InputEvent

_INTERVAL: Final = 0.25


class LateReleases:
    """Keeps releases by the virtual key that they let go; a separate thread repeats them."""

    def __init__(self, is_blocked: Callable[[], bool], send: Callable[[Sequence[InputEvent]], None]) -> None:
        self._is_blocked = is_blocked
        self._send = send
        self._lock = threading.Lock()
        self._releases: dict[int, InputEvent] = {}
        self._thread: threading.Thread | None = None

    def add(self, releases: Mapping[int, InputEvent]) -> None:
        """Releases that Windows may have dropped."""
        with self._lock:
            self._releases.update(releases)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="late releases", daemon=True)
                self._thread.start()

    def forget(self, virtual_key: int) -> None:
        """The key goes down again, so its old release must not be repeated."""
        with self._lock:
            self._releases.pop(virtual_key, None)

    def _run(self) -> None:
        waits = True
        while waits:
            time.sleep(_INTERVAL)
            with self._lock:
                waits = False
                try:
                    waits = not self._repeated()
                finally:
                    # Whatever ends this thread: the next release starts another one.
                    if not waits:
                        self._thread = None

    def _repeated(self) -> bool:
        """Sends the releases. False: Windows does not take them yet."""
        try:
            if self._is_blocked():
                return False
            self._send([*self._releases.values()])
        except (InputBlocked, OSError):
            return False
        self._releases.clear()
        return True
