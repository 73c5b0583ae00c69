"""The process of a window, seen from the console: started, told messages, heard, ended."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

import deskconsole
import deskwire
from deskconsole.common.errors import ViewerError

from .display import require_display
from .messages import Closed, CloseWindow, Failed, Ready
from .outbox import MailboxPort, Outbox

_log = logging.getLogger(__name__)

_STARTING = 30.0
"""Seconds for the process to come up: 0.5 as a rule, more on a cold disk."""

_LEAVING = 2.0
"""Seconds that a window told to close may take before it is killed."""

_SIGNALS = {int(number): number.name for number in signal.Signals}

_UNSCALED = (
    "QT_SCALE_FACTOR",
    "QT_SCREEN_SCALE_FACTORS",
    "QT_AUTO_SCREEN_SCALE_FACTOR",
    "QT_DEVICE_PIXEL_RATIO",
)
"""Settings of the user's for Qt programs; with them a pixel of the picture is not one of the screen."""

To = TypeVar("To", bound=msgspec.Struct)
From = TypeVar("From")


class WindowProcess(Generic[To, From]):
    """One process of `python -m deskconsole.viewer` with these arguments.

    The constructor returns when it is up (half a second) and raises ViewerError where there can be no window.
    All other methods but `close` return at once, whatever the window does: what it has no time for is merged
    in `mailbox`. `decoder` reads what it says, `on_message` gets that, but for Ready, Failed and Closed, on a
    thread of its own: it must not wait. `on_closed` is called once, from the same thread, with a sentence's
    second half such as `it was closed`, when the window ends for any reason but a call of `close`.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        mailbox: MailboxPort[To | CloseWindow],
        decoder: msgspec.json.Decoder[Ready | Failed | Closed | From],
        on_message: Callable[[From], None],
        on_closed: Callable[[str], None],
    ) -> None:
        require_display(os.environ)
        self._name = name
        self._decoder = decoder
        self._on_message = on_message
        self._on_closed = on_closed
        self._up = threading.Event()
        self._failure: Failed | None = None
        self._told_to_close = False
        self._gone = threading.Event()
        self.farewell: Closed | None = None
        # What Qt and OpenCV print must not reach the terminal; it is logged if the process dies.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `_read`
        self._process = self._start(arguments)
        self._reader = threading.Thread(target=self._read, name=f"viewer of {name}", daemon=True)
        assert self._process.stdin is not None  # noqa: S101  # Popen was given a pipe
        self._outbox = Outbox(self._process.stdin, f"viewer of {name}, out", mailbox)
        self._reader.start()
        if not self._up.wait(_STARTING) or self._failure is not None or self._gone.is_set():
            self.close()
            if self._failure is not None:
                raise ViewerError(self._failure.sentence, remedy=self._failure.remedy)
            raise ViewerError(f"the window's process did not start: {self._obituary}")

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        # PYTHONPATH and the like of other programs are not for the window's Python.
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in _UNSCALED and not name.startswith("PYTHON")
        }
        environment["QT_ENABLE_HIGHDPI_SCALING"] = "0"
        if sys.platform not in {"win32", "darwin"}:
            environment["QT_QPA_PLATFORM"] = "xcb"
        # The console may run from its sources: the window's process finds them where we did.
        homes = dict.fromkeys(str(Path(m.__path__[0]).parent) for m in (deskwire, deskconsole))
        environment["PYTHONPATH"] = os.pathsep.join(homes)
        try:
            return subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "deskconsole.viewer", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                env=environment,
                # Ctrl+C in the terminal is for the console
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as fault:
            self._words.close()
            raise ViewerError(f"the window's process cannot be started: {fault}") from fault

    @property
    def alive(self) -> bool:
        """True while the process runs and was not asked to end."""
        return not (self._gone.is_set() or self._told_to_close)

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def put(self, message: To) -> None:
        """Tells the window something; nothing happens when it is gone."""
        self._outbox.put(message)

    def close(self) -> None:
        """Takes the window away and returns when its process is gone: 50 ms as a rule, at most 2 s."""
        self._told_to_close = True
        self._outbox.put(CloseWindow())
        if not self._gone.wait(_LEAVING):
            self._process.kill()
        self._outbox.join()
        if self._reader is not threading.current_thread():
            self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # Popen was given a pipe
        fault = ""
        with self._process.stdout as answers:
            try:
                self._hear(answers)
            except Exception as error:  # noqa: BLE001  # keys may be held on the host: the window must end
                # Neither its sentence nor its trace: they may have what was typed.
                fault = f"the console failed at its input: {type(error).__name__}"
                _log.error("the window of %s: %s", self._name, fault)
                self._process.kill()
        self._process.wait()
        self._obituary = fault or self._cause()
        self._words.close()
        self._gone.set()
        was_up = self._up.is_set() and self._failure is None
        self._up.set()
        self._outbox.put(CloseWindow())  # ends its thread
        if was_up and not self._told_to_close:
            self._on_closed(self._obituary)

    def _hear(self, answers: Iterable[bytes]) -> None:
        """Takes in the window's messages until its pipe ends."""
        for text in answers:
            try:
                message = self._decoder.decode(text)
            except msgspec.DecodeError as fault:
                _log.warning("the window of %s said something else: %s", self._name, fault)
                continue
            if isinstance(message, Ready):
                self._up.set()
            elif isinstance(message, Failed):
                self._failure = message
            elif isinstance(message, Closed):
                self.farewell = message
            else:
                self._on_message(message)

    def _cause(self) -> str:
        """Returns why the process ended, from what it said, how it ended and what it printed."""
        if self.farewell is not None:
            return self.farewell.reason
        self._words.seek(0)
        words = self._words.read()[-2000:].decode(errors="replace").strip()
        if words:
            _log.warning("the window of %s printed: %s", self._name, words)
        code = self._process.returncode
        if "X11 connection broke" in words or "XIO:" in words:
            return "the display that it was on is gone"
        if code < 0:
            # Real-time signals have no name.
            return f"its process was ended by {_SIGNALS.get(-code, f'signal {-code}')}"
        return f"its process ended with exit code {code}"
