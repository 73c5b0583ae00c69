"""Keeps the sign on the host's desktop there, on a thread: to open it takes as long as the desktop wants."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from deskagent.consent.sign import Sign, SignOpener
from deskwire.geometry import Rectangle

_AGAIN: Final = 1.0
"""Seconds until the next attempt to open a sign that could not be opened."""

_OPEN_WITHIN: Final = 3.0
"""Seconds that a console waits for the sign that the policy demands."""

_LOOK: Final = 1.0
"""Seconds between two looks whether a sign that is shown is still there."""

_LONGEST_NAMES: Final = 40
"""Characters of names that are shown: a console chooses its own, and could else push the rest of the line off
the screen."""

_log = logging.getLogger(__name__)


def sign_text(acts: str, see: Iterable[str]) -> str:
    """The line that says which console acts, else which ones see; empty where no name is given."""
    if acts:
        return f"{_cut(acts)} controls this computer - click to end"
    names = ", ".join(dict.fromkeys(see))
    return f"{_cut(names)} can see this computer - click to end" if names else ""


def _cut(names: str) -> str:
    shown = " ".join(names.split())
    return shown if len(shown) <= _LONGEST_NAMES else f"{shown[: _LONGEST_NAMES - 3]}..."


class HostSign:
    """Opens the sign when there is something to show, and again where another program closed it."""

    def __init__(
        self, open_sign: SignOpener | None, clicked: Callable[[], None], lost: Callable[[], None]
    ) -> None:
        """`lost` is called, on the sign's thread, each time that it could not be opened."""
        self._open_sign = open_sign
        self._clicked = clicked
        self._lost = lost
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._sign: Sign | None = None
        self._text = ""
        self._shown = ""
        self._demanded = False
        """A console waits until the sign is open."""
        self._fault = ""
        self._again = 0.0
        self._closed = False

    @property
    def area(self) -> Rectangle | None:
        """The sign's place on the host's desktop, while it is there."""
        sign = self._sign
        return None if sign is None else sign.area

    def show(self, text: str) -> None:
        """Shows this text from now on; an empty one hides the sign. Does not wait."""
        if self._open_sign is None:
            return
        with self._wake:
            self._text = text
            self._begin()

    def fault(self) -> str:
        """Opens the sign, if it is not open; says why that cannot be done, empty where it is there."""
        if self._open_sign is None:
            return "this desktop has none"
        with self._wake:
            if not self._is_there():
                self._demanded = True
                self._begin()
                self._wake.wait_for(lambda: self._closed or not self._demanded, _OPEN_WITHIN)
            return "" if self._is_there() else self._fault or "it does not open in time"

    def close(self) -> None:
        """Closes the sign for good."""
        with self._wake:
            self._closed = True
            self._demanded = False
            self._wake.notify_all()
            sign = self._sign
        if sign is not None:
            sign.close()

    def _begin(self) -> None:
        """Has the thread look what there is to do. The caller holds the lock."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="host's sign", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _is_there(self) -> bool:
        return self._sign is not None and not self._sign.gone

    # The thread

    def _run(self) -> None:
        while self._is_due():
            try:
                self._step()
            except Exception as error:  # noqa: BLE001
                # A library's own error must not end this thread: the policy may demand the sign.
                self._failed(error)

    def _is_due(self) -> bool:
        """Waits until there is something to do; False at the end."""
        with self._wake:
            self._wake.wait_for(
                lambda: self._closed or self._demanded or self._text != self._shown,
                _LOOK if self._text or self._demanded else None,
            )
            return not self._closed

    def _step(self) -> None:
        """Opens the sign if it is wanted and not there, and shows what it has to."""
        with self._wake:
            text, wanted = self._text, bool(self._text) or self._demanded
            is_there = self._is_there()
            may_open = time.monotonic() >= self._again
        if wanted and not is_there and may_open and self._open_sign is not None:
            sign = self._open_sign(self._clicked)
            with self._wake:
                self._sign, self._shown, self._fault = sign, "", ""
                is_there = True
                if self._closed:
                    sign.close()
                    return
        sign_now = self._sign
        if is_there and sign_now is not None and text != self._shown:
            if text:
                sign_now.show(text)
            else:
                sign_now.hide()
        with self._wake:
            self._shown = text
            self._demanded = False
            self._wake.notify_all()

    def _failed(self, error: Exception) -> None:
        words = str(error) if isinstance(error, OSError) else type(error).__name__
        with self._wake:
            if words != self._fault:
                _log.warning("no sign can be shown at the host: %s", words)
            self._again = time.monotonic() + _AGAIN
            self._fault, self._shown, self._demanded = words, self._text, False
            self._wake.notify_all()
        self._lost()
