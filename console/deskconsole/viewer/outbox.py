"""The console's end of the pipe to the window. Putting a message never waits.

What fits goes into the pipe at once, on the caller's thread. What does not, because the window is busy, is
merged in a mailbox, and a thread brings it as soon as there is room.
"""

from __future__ import annotations

import os
import selectors
import sys
import threading
from typing import IO, Generic, Protocol, TypeVar

import msgspec

from .messages import CloseWindow, line

To = TypeVar("To", bound=msgspec.Struct)


class MailboxPort(Protocol[To]):
    """A mailbox for messages of one kind of window."""

    def put(self, message: To) -> None:
        """Adds a message, merged with what waits."""
        ...

    def wait(self, timeout: float | None) -> bool:
        """Waits up to `timeout` seconds until there is something to take."""
        ...

    def take(self) -> list[To]:
        """All that waits."""
        ...


class Outbox(Generic[To]):
    """The writing end of a pipe. It closes after `CloseWindow`, or when the reader is gone.

    What there is no room for waits in `mailbox`.
    """

    def __init__(self, pipe: IO[bytes], name: str, mailbox: MailboxPort[To]) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._mailbox = mailbox
        self._rest = b""
        """The rest of a line that did not fit; the thread's alone while something waits."""
        self._waiting = threading.Event()
        """Something waits for room: what comes now has to stand behind it."""
        self._ended = False
        # Windows cannot say whether a pipe has room: there the thread brings everything.
        self._direct = False
        if sys.platform != "win32":
            self._direct = True
            os.set_blocking(pipe.fileno(), False)
        self._thread = threading.Thread(target=self._bring, name=name, daemon=True)
        self._thread.start()

    def put(self, message: To) -> None:
        """Says it now or as soon as there is room; nothing happens after the end."""
        with self._lock:
            if self._ended:
                return
            if self._direct and not self._waiting.is_set() and not isinstance(message, CloseWindow):
                self._rest = self._written(line(message))
                if not self._rest:
                    return
            else:
                self._mailbox.put(message)
            self._waiting.set()

    def join(self) -> None:
        """Waits for the end."""
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _written(self, data: bytes) -> bytes:
        """Writes as much as there is room for, and returns the rest."""
        try:
            return data[os.write(self._pipe.fileno(), data) :]
        except BlockingIOError:
            return data
        except OSError:  # the window's process is gone: the thread that waits for it says so
            self._ended = True
            self._waiting.set()
            return b""

    def _bring(self) -> None:
        farewell = False
        while not self._ended:
            self._waiting.wait()
            if self._rest:
                if self._direct:
                    # Not by `select`, which knows no descriptor above 1023: a console has many hosts.
                    with selectors.DefaultSelector() as room:
                        room.register(self._pipe, selectors.EVENT_WRITE)
                        room.select()
                self._rest = self._written(self._rest)
            elif farewell:
                break
            else:
                with self._lock:
                    messages = self._mailbox.take()
                    farewell = any(isinstance(message, CloseWindow) for message in messages)
                    self._rest = b"".join(map(line, messages))
                    if not messages:
                        self._waiting.clear()
        with self._lock:
            self._ended = True
            self._pipe.close()
