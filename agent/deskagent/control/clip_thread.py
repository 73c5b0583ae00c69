"""The thread of the host's clipboard: a text that is long in coming must not stop what is typed."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final, TypeVar

from deskagent.clipboard.system_clipboard import ClipboardOpener, ClipRefused, SystemClipboard

_PUT_WITHIN: Final = 3.0
"""Seconds that the inputs after a text wait until it is on the clipboard: they may be what pastes it."""

_LOOK: Final = 0.05
"""Seconds between two checks, while a text waits, whether it may still go to the clipboard."""

_CLOSE_WITHIN: Final = 3.0

_Result = TypeVar("_Result")

_log = logging.getLogger(__name__)


class ClipThread:
    """Opens the clipboard at the first request. Its methods may be called from any thread."""

    def __init__(self, open_clipboard: ClipboardOpener) -> None:
        self._open_clipboard = open_clipboard
        self._clipboard: SystemClipboard | None = None
        self._requests: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="clipboard", daemon=True)
        self._answering = threading.Thread(
            target=_work, args=(self._answers,), name="clipboard answers", daemon=True
        )

    def fetch(self, answered: Callable[[str | ClipRefused], None], refusal: Callable[[], str]) -> None:
        """Calls `answered` with the text or the reason why there is none, on a thread that does nothing else:
        a link may take seconds to send it.

        `refusal` says, once more before the clipboard is read, why it may not be; empty where it may.
        """

        def request() -> None:
            try:
                if reason := refusal():
                    raise ClipRefused(reason)
                text: str | ClipRefused = self._transfer(lambda clipboard: clipboard.fetch())
            except ClipRefused as refused:
                text = refused
            self._answers.put(lambda: answered(text))

        self._request(request)

    def put(self, text: str, refusal: Callable[[], str]) -> None:
        """Puts the text into the clipboard before it returns, or raises ClipRefused. `refusal` is asked
        repeatedly meanwhile: as soon as it gives a reason, a text that still waits is dropped.
        """
        done: Future[None] = Future()

        def request() -> None:
            if not done.set_running_or_notify_cancel():
                return
            try:
                self._transfer(lambda clipboard: clipboard.put(text))
                done.set_result(None)
            except ClipRefused as refused:
                done.set_exception(refused)

        self._request(request)
        deadline = time.monotonic() + _PUT_WITHIN
        while not wait([done], _LOOK).done:
            late = "the host's clipboard does not answer" if time.monotonic() > deadline else ""
            if reason := refusal() or late:
                done.cancel()
                raise ClipRefused(reason)
        done.result()

    def close(self) -> None:
        """Gives the clipboard back."""
        self._requests.put(None)
        self._answers.put(None)
        if self._thread.ident is not None:
            self._thread.join(_CLOSE_WITHIN)

    def _transfer(self, transfer: Callable[[SystemClipboard], _Result]) -> _Result:
        """Runs `transfer` with the clipboard, which it may open first. Any fault becomes ClipRefused."""
        try:
            if self._clipboard is None:
                self._clipboard = self._open_clipboard()
            return transfer(self._clipboard)
        except ClipRefused:
            raise
        except Exception:  # noqa: BLE001
            # An error of the library: the next request opens a new clipboard.
            _log.exception("the clipboard failed")
            self._close_clipboard()
            raise ClipRefused("the host's clipboard failed") from None

    def _request(self, request: Callable[[], None]) -> None:
        with self._starting:
            if self._thread.ident is None:
                self._thread.start()
                self._answering.start()
        self._requests.put(request)

    def _run(self) -> None:
        _work(self._requests)
        self._close_clipboard()

    def _close_clipboard(self) -> None:
        clipboard, self._clipboard = self._clipboard, None
        if clipboard is not None:
            try:
                clipboard.close()
            except Exception:  # noqa: BLE001
                _log.exception("the clipboard could not be given back")


def _work(acts: queue.SimpleQueue[Callable[[], None] | None]) -> None:
    while (act := acts.get()) is not None:
        try:
            act()
        except Exception:  # noqa: BLE001
            # It would end this thread, and no request would be answered any more.
            _log.exception("a request for the clipboard failed")
