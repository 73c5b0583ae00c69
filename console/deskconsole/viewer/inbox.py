"""The window's end of the pipe: messages of the console, those that queued melted together.

The window's main thread waits on the pipe itself where the system can (`Inbox`), and else has a thread
that reads it (`ThreadedInbox`): Windows cannot wait for pipes and times at once.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from typing import Generic

import msgspec

from .messages import CloseWindow
from .outbox import MailboxPort, To

_READ_SIZE = 65536


class Inbox(Generic[To]):
    """Lines of JSON from a pipe, merged in `mailbox`. Its end, and a line that `decoder` does not understand,
    count as `CloseWindow`."""

    def __init__(
        self, pipe: int, mailbox: MailboxPort[To | CloseWindow], decoder: msgspec.json.Decoder[To]
    ) -> None:
        self._pipe = pipe
        self._mailbox = mailbox
        self._decoder = decoder
        self._rest = b""

    def wait(self, timeout: float | None, also: int | None = None) -> bool:
        """Waits up to `timeout` seconds until there is something to take (True), or `also` is readable."""
        watched = [self._pipe] if also is None else [self._pipe, also]
        readable, _, _ = select.select(watched, [], [], timeout)
        return self._pipe in readable

    def take(self) -> list[To | CloseWindow]:
        """All that has come, merged: map, damage, status, close. To be called after `wait` said so."""
        data = os.read(self._pipe, _READ_SIZE)
        if not data:
            self._mailbox.put(CloseWindow())
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            message: To | CloseWindow = _read(line, self._decoder)
            self._mailbox.put(message)
        return self._mailbox.take()


class ThreadedInbox(Generic[To]):
    """The same where a pipe cannot be waited for together with a time."""

    def __init__(
        self, pipe: int, mailbox: MailboxPort[To | CloseWindow], decoder: msgspec.json.Decoder[To]
    ) -> None:
        self._pipe = pipe
        self._mailbox = mailbox
        self._decoder = decoder
        threading.Thread(target=self._listen, name="listen", daemon=True).start()

    def wait(self, timeout: float | None, also: int | None = None) -> bool:  # noqa: ARG002  # no X here
        """Waits like `Inbox.wait`."""
        return self._mailbox.wait(timeout)

    def take(self) -> list[To | CloseWindow]:
        """Takes like `Inbox.take`."""
        return self._mailbox.take()

    def _listen(self) -> None:
        with open(self._pipe, "rb", closefd=False) as lines:
            for line in lines:
                message = _read(line, self._decoder)
                if isinstance(message, CloseWindow):
                    break
                self._mailbox.put(message)
        self._mailbox.put(CloseWindow())


def _read(line: bytes, decoder: msgspec.json.Decoder[To]) -> To | CloseWindow:
    try:
        return decoder.decode(line)
    except msgspec.DecodeError as fault:
        print(f"not understood: {fault}", file=sys.stderr)  # noqa: T201  # into the log of the process
        return CloseWindow()


def open_inbox(
    pipe: int, mailbox: MailboxPort[To | CloseWindow], decoder: msgspec.json.Decoder[To]
) -> Inbox[To] | ThreadedInbox[To]:
    """The one for this system."""
    kind = ThreadedInbox if sys.platform == "win32" else Inbox
    return kind(pipe, mailbox, decoder)
