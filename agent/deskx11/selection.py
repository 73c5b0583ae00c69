"""The selection CLIPBOARD of an X server, as the ICCCM has it: text is fetched from its owner, or owned.

Used by the agent on the host's server and by the window's process on the console's.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any, Final

from Xlib import X, Xatom
from Xlib.protocol import event

from .connection import FAULTS, connect
from .events import XEvents

LARGEST: Final = 256_000
"""Bytes of UTF-8 that are fetched: 64,000 characters of four bytes."""
PIECE: Final = 60_000
"""Bytes of one property. More goes in pieces (INCR): a request has 262,140 bytes at most, and some programs
take less than that."""
PATIENCE: Final = 2.0
"""Seconds that a transfer may take. Measured: 400 kB in 27 ms."""

_SECRET_TARGETS: Final = (
    "x-kde-passwordManagerHint",
    # Windows' own names, which Wine and remote desktops pass on.
    "ExcludeClipboardContentFromMonitorProcessing",
    "Clipboard Viewer Ignore",
)
"""Targets by which a password manager says that a text is a secret."""

_MOST_TARGETS: Final = 1024
"""Forms of the text that are looked at: an owner may name as many as it likes."""
_MOST_TRANSFERS: Final = 32
"""Texts that may be on their way in pieces at the same time: a program may ask as often as it likes."""

_UTF8_TARGETS: Final = ("UTF8_STRING", "text/plain;charset=utf-8")
_TEXT_PROPERTY: Final = "_DESKCONSOLE_CLIP"


class SelectionRefused(Exception):
    """The text cannot be transferred; `str` says why in one sentence."""


class Selection:
    """CLIPBOARD of the X server that DISPLAY names. One thread at a time may use it."""

    def __init__(self) -> None:
        self._offer: _Offer | None = None

    def fetch(self, patience: float = PATIENCE) -> str:
        """The owner's text, unchanged. Raises SelectionRefused where the owner has none, marks it as secret,
        gives more than LARGEST bytes, or does not answer within `patience` seconds."""
        try:
            reader = _Reader(patience)
            try:
                return reader.text()
            finally:
                reader.disconnect()
        except FAULTS as error:
            raise SelectionRefused(f"the X server's clipboard cannot be read: {error}") from error

    def put(self, text: str) -> None:
        """Owns the clipboard with this text; a thread serves it until another program owns the clipboard.
        Raises SelectionRefused."""
        try:
            offer = _Offer(text)
        except FAULTS as error:
            raise SelectionRefused(f"the X server's clipboard cannot be owned: {error}") from error
        # The earlier offer hears from the server that it owns the clipboard no more, and ends then.
        self._offer = offer

    def close(self) -> None:
        """Gives the clipboard up; what was put is gone with it. May be called again."""
        offer, self._offer = self._offer, None
        if offer is not None:
            offer.close()


class _Peer:
    """A connection with a hidden window, and atoms by their names."""

    def __init__(self) -> None:
        self.connection: Any = connect()
        self.events = XEvents(self.connection)
        # Other programs' windows may go at any time; python-xlib would print each fault.
        self.connection.set_error_handler(lambda _error, _request: None)
        self._atoms: dict[str, int] = {}
        self.selection = self.atom("CLIPBOARD")
        self.window: Any = self.connection.screen().root.create_window(
            0, 0, 1, 1, 0, 0, X.InputOnly, event_mask=X.PropertyChangeMask
        )

    def atom(self, name: str) -> int:
        if name not in self._atoms:
            self._atoms[name] = self.connection.intern_atom(name)
        return self._atoms[name]

    def server_time(self, until: float) -> int:
        """The server's present time: a selection has to be owned and asked for at a time of the server."""
        self.window.change_property(self.atom(_TEXT_PROPERTY), Xatom.INTEGER, 32, [], X.PropModeAppend)
        while time.monotonic() < until and (one := self.events.next(until)) is not None:
            if one.type == X.PropertyNotify and one.window.id == self.window.id:
                return int(one.time)
        raise SelectionRefused("the X server does not answer")

    def disconnect(self) -> None:
        """Closes the connection, with which the server ends an ownership."""
        self.events.close()


class _Reader(_Peer):
    """Fetches once."""

    def __init__(self, patience: float) -> None:
        super().__init__()
        self._until = time.monotonic() + patience
        self._time = 0

    def text(self) -> str:
        if self.connection.get_selection_owner(self.selection) == X.NONE:
            raise SelectionRefused("the clipboard is empty")
        self._time = self.server_time(self._until)
        targets = self._targets()
        if any(self.atom(name) in targets for name in _SECRET_TARGETS):
            raise SelectionRefused("a password manager has marked the clipboard as a secret")
        for name in _UTF8_TARGETS:
            if (not targets or self.atom(name) in targets) and (found := self._convert(name)) is not None:
                return found.decode("utf-8", "replace")
        if (not targets or Xatom.STRING in targets) and (found := self._convert("STRING")) is not None:
            return found.decode("latin-1")
        raise SelectionRefused("the clipboard holds no text")

    def _targets(self) -> set[int]:
        """Returns what its owner can give; empty where an old one does not say."""
        if not self._ask("TARGETS"):
            return set()
        answer = self.window.get_property(self.atom(_TEXT_PROPERTY), X.AnyPropertyType, 0, _MOST_TARGETS)
        return {int(one) for one in answer.value} if answer is not None and answer.format == 32 else set()

    def _ask(self, target: str) -> bool:
        """Asks the owner to write the text, in this form, to the property; False where it refuses."""
        self.window.convert_selection(
            self.selection, self.atom(target), self.atom(_TEXT_PROPERTY), self._time
        )
        while True:
            one = self._next()
            if one.type == X.SelectionNotify and one.target == self.atom(target):
                return bool(one.property != X.NONE)

    def _convert(self, target: str) -> bytes | None:
        if not self._ask(target):
            return None
        kind, piece = self._take()
        if kind != self.atom("INCR"):
            return piece
        # The property was deleted with the reading, which tells the owner to begin.
        found = b""
        while True:
            one = self._next()
            if one.type != X.PropertyNotify or one.state != X.PropertyNewValue:
                continue
            _, piece = self._take()
            if not piece:
                return found
            found += piece
            if len(found) > LARGEST:
                raise _too_large()

    def _take(self) -> tuple[int, bytes]:
        """The property's type and bytes; it is deleted."""
        answer = self.window.get_property(
            self.atom(_TEXT_PROPERTY), X.AnyPropertyType, 0, LARGEST // 4 + 1, delete=True
        )
        if answer is None:
            return X.NONE, b""
        if answer.bytes_after or (answer.format == 8 and len(answer.value) > LARGEST):
            raise _too_large()
        return answer.property_type, bytes(answer.value) if answer.format == 8 else b""

    def _next(self) -> Any:
        one = self.events.next(self._until)
        # Events without end, such as one piece of a letter after another, must not put the end off.
        if one is None or time.monotonic() > self._until:
            raise SelectionRefused("the program that owns the clipboard does not answer")
        return one


def _too_large() -> SelectionRefused:
    return SelectionRefused(f"the clipboard has more than {LARGEST:,} bytes of text")


class _Transfer:
    """A text on its way in pieces: the next piece goes when the peer has deleted the piece before."""

    def __init__(self, requestor: Any, place: int, kind: int, content: bytes) -> None:
        self.requestor, self.place, self.kind = requestor, place, kind
        self.rest = memoryview(content)
        self.until = time.monotonic() + PATIENCE

    def step(self) -> bool:
        """Writes the next piece; False after the last, which is empty."""
        piece, self.rest = bytes(self.rest[:PIECE]), self.rest[PIECE:]
        self.requestor.change_property(self.place, self.kind, 8, piece)
        self.until = time.monotonic() + PATIENCE
        return bool(piece)


class _Offer(_Peer):
    """Owns the selection with one text, on a separate thread."""

    def __init__(self, text: str) -> None:
        super().__init__()
        try:
            self._content = self._contents(text)
            self._time = self.server_time(time.monotonic() + PATIENCE)
            self.window.set_selection_owner(self.selection, self._time)
            owner = self.connection.get_selection_owner(self.selection)
            if owner == X.NONE or owner.id != self.window.id:
                raise SelectionRefused("another program took the clipboard at the same moment")
        except BaseException:
            self.disconnect()
            raise
        self._owned = True
        self._closing = False
        self._transfers: dict[tuple[int, int], _Transfer] = {}
        self._thread = threading.Thread(target=self._serve, name="clipboard", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing = True
        self.events.wake()
        self._thread.join(PATIENCE)

    def _contents(self, text: str) -> dict[int, tuple[int, bytes]]:
        """The type and the bytes for each target."""
        utf8 = text.encode("utf-8", "replace")
        unicode = self.atom("UTF8_STRING")
        found = {self.atom(name): (self.atom(name), utf8) for name in _UTF8_TARGETS}
        found[self.atom("TEXT")] = (unicode, utf8)
        with contextlib.suppress(UnicodeEncodeError):
            found[Xatom.STRING] = (Xatom.STRING, text.encode("latin-1"))
        return found

    def _serve(self) -> None:
        try:
            with contextlib.suppress(*FAULTS):
                while not self._closing and (self._owned or self._transfers):
                    now = time.monotonic()
                    self._transfers = {key: one for key, one in self._transfers.items() if one.until > now}
                    until = min((one.until for one in self._transfers.values()), default=now + 3600)
                    one = self.events.next(until)
                    if one is not None:
                        self._handle(one)
        finally:
            # Whatever ends this thread: a program that asks an owner who serves no more would wait.
            self.disconnect()

    def _handle(self, one: Any) -> None:
        if one.type == X.SelectionClear:
            self._owned = False
        elif one.type == X.SelectionRequest:
            # An old program names no property and expects it under the target's name.
            place = one.property or one.target
            given = self._give(one.requestor, one.target, place)
            one.requestor.send_event(
                event.SelectionNotify(
                    time=one.time,
                    requestor=one.requestor,
                    selection=one.selection,
                    target=one.target,
                    property=place if given else X.NONE,
                )
            )
        elif one.type == X.PropertyNotify and one.state == X.PropertyDelete:
            key = one.window.id, one.atom
            if (transfer := self._transfers.get(key)) is not None and not transfer.step():
                del self._transfers[key]

    def _give(self, requestor: Any, target: int, place: int) -> bool:
        """Writes to the peer's property what it asked for; False where this cannot be given."""
        if target == self.atom("TARGETS"):
            offered = [target, self.atom("TIMESTAMP"), *self._content]
            requestor.change_property(place, Xatom.ATOM, 32, offered)
            return True
        if target == self.atom("TIMESTAMP"):
            requestor.change_property(place, Xatom.INTEGER, 32, [self._time])
            return True
        if target not in self._content:
            return False
        kind, content = self._content[target]
        if len(content) <= PIECE:
            requestor.change_property(place, kind, 8, content)
            return True
        if len(self._transfers) >= _MOST_TRANSFERS:
            return False
        requestor.change_attributes(event_mask=X.PropertyChangeMask)
        self._transfers[requestor.id, place] = _Transfer(requestor, place, kind, content)
        requestor.change_property(place, self.atom("INCR"), 32, [len(content)])
        return True
