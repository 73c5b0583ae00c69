"""The console's side of a window: starts its process, feeds it, and says when it is gone."""

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

import msgspec

import deskconsole
import deskwire
from deskconsole.common.errors import ViewerError
from deskconsole.picture.framebuffer import Framebuffer
from deskwire.control import ControlState
from deskwire.geometry import Rectangle

from .display import require_display
from .keys import PlayKey
from .messages import (
    ClipText,
    Closed,
    CloseWindow,
    Damage,
    DoneTimes,
    Failed,
    Input,
    LapseNotice,
    Map,
    Notice,
    PlayWish,
    Raise,
    Ready,
    Request,
    SaveWish,
    Shown,
    Status,
    ToConsole,
    WhoControls,
    to_console,
)
from .outbox import Outbox

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


class Viewer:
    """A window that shows a framebuffer, in a process of its own.

    The constructor returns when the process is up (half a second) and raises ViewerError where there can be
    no window; the window itself appears with the framebuffer's first picture. All other methods but `close`
    return at once, whatever the window does: what it has no time for is merged. `places` is the file in which
    the host's window finds the size and place that it had; without it none are kept. `on_closed` is called
    once, with a sentence's second half such as `it was closed`, from a thread of the viewer's, when the
    window ends for any reason but a call of `close`. `on_input` gets the user's input for the host, from the
    same thread: it must not wait, nor must `on_save`, called when the picture is to be saved. With `on_play`
    the window shows a recording, and tells its keys to that.
    """

    def __init__(
        self,
        host: str,
        framebuffer: Framebuffer,
        on_closed: Callable[[str], None],
        *,
        fullscreen: bool = False,
        places: Path | None = None,
        on_input: Callable[[Input | Request], None] = lambda _: None,
        on_save: Callable[[], None] = lambda: None,
        on_play: Callable[[PlayKey], None] | None = None,
    ) -> None:
        require_display(os.environ)
        self._host = _printable(host)[:100]
        self._framebuffer = framebuffer
        self._on_closed = on_closed
        self._on_input = on_input
        self._on_save = on_save
        self._on_play = on_play
        self._word, self._why = "live", ""
        self._stale, self._controlled = False, False
        self._at: float | None = None
        self._up = threading.Event()
        self._failure: Failed | None = None
        self._farewell: Closed | None = None
        self._told_to_close = False
        self._gone = threading.Event()
        self.shown = 0
        """The last packet that is known to be in the window; it says so a few times a second."""
        self.draws = 0
        """Drawings of the window so far."""
        # What Qt and OpenCV print must not reach the terminal; it is logged if the process dies.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `_read`
        self._process = self._start(fullscreen=fullscreen, places=places)
        self._reader = threading.Thread(target=self._read, name=f"viewer of {self._host}", daemon=True)
        self._outbox = self._open_outbox()
        self._reader.start()
        if not self._up.wait(_STARTING) or self._failure is not None or self._gone.is_set():
            self.close()
            if self._failure is not None:
                raise ViewerError(self._failure.sentence, remedy=self._failure.remedy)
            raise ViewerError(f"The window's process did not start: {self._obituary}.")
        self._outbox.put(self._status())
        if framebuffer.size is not None:
            self.resized()

    def _start(self, *, fullscreen: bool, places: Path | None) -> subprocess.Popen[bytes]:
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
        command = [sys.executable, "-P", "-s", "-m", "deskconsole.viewer"]
        if fullscreen:
            command.append("--fullscreen")
        if self._on_play is not None:
            command += ["--hint", "--playing"]
        if places is not None:
            # Such a window is opened by a person: it tells the keys.
            command += ["--hint", f"--host={self._host}", f"--places={places}"]
        try:
            return subprocess.Popen(
                command,
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
            raise ViewerError(f"The window's process cannot be started: {fault}.") from fault

    @property
    def alive(self) -> bool:
        """The process runs, and was not asked to end."""
        return not (self._gone.is_set() or self._told_to_close)

    def damaged(self, packet: int, rectangles: Sequence[Rectangle], *, input_at: float | None = None) -> None:
        """The framebuffer has changed there, by this packet; the window is live again if it was stale.

        `input_at`: the packet has the effect of an input of that time, which its message told.
        """
        self._outbox.put(Damage(packet, tuple(rectangles), input_at))

    def control(self, message: WhoControls) -> None:
        """Says who acts on the host: with YOURS the window's keys and pointer go to `on_input`, and the title
        is `NAME - controlled - deskconsole` while the picture is of now."""
        self._controlled = message.state == ControlState.YOURS
        self._outbox.put(
            msgspec.structs.replace(
                message, holder=_printable(message.holder)[:100], reason=_printable(message.reason)[:500]
            )
        )
        self._outbox.put(self._status())

    def say(self, sentence: str) -> None:
        """Shows a sentence for a moment."""
        self._outbox.put(Notice(_printable(sentence)[:500]))

    def lapsed(self) -> None:
        """Says that what the window held went up on the host, because it was not heard of for long."""
        self._outbox.put(LapseNotice())

    def clip(self, text: str) -> None:
        """Puts this text into the clipboard of the window's display."""
        self._outbox.put(ClipText(text))

    def times(self, p50: float, p95: float) -> None:
        """Says how many seconds inputs take until they are injected."""
        self._outbox.put(DoneTimes(p50, p95))

    def resized(self) -> None:
        """The framebuffer was reset; to be called before the damage of the new picture."""
        shared = self._framebuffer.shared
        if shared is not None:
            self._outbox.put(Map(str(shared.path), shared.width, shared.height, shared.generation))

    def rename(self, host: str) -> None:
        """The next title has this name."""
        self._host = _printable(host)[:100]

    def state(self, word: str, *, stale: bool, why: str = "", at: float | None = None) -> None:
        """Sets the title (`NAME - word - deskconsole (F1: keys)`).

        `stale` greys the picture and counts its age from `at` (Unix time; None: now), with `why` below it.
        """
        self._word, self._why = (_printable(text)[:500] for text in (word, why))
        self._stale, self._at = stale, at
        self._outbox.put(self._status())

    def _status(self) -> Status:
        text = f"{self._word}: {self._why}" if self._why else self._word
        title = f"{self._host} - {self._word} - deskconsole (F1: keys)"
        if self._controlled and not self._stale:
            # F1 goes to the host.
            title = f"{self._host} - controlled - deskconsole"
        return Status(title, text, self._stale, self._at)

    def to_front(self) -> None:
        """Shows the window above all others, from an icon or another workspace too."""
        self._outbox.put(Raise())

    def close(self) -> None:
        """Takes the window away and returns when its process is gone: 50 ms as a rule, at most 2 s."""
        self._told_to_close = True
        self._outbox.put(CloseWindow())
        if not self._gone.wait(_LEAVING):
            self._process.kill()
        self._outbox.join()
        if self._reader is not threading.current_thread():
            self._reader.join()

    def _open_outbox(self) -> Outbox:
        assert self._process.stdin is not None  # noqa: S101  # Popen was given a pipe
        return Outbox(self._process.stdin, f"viewer of {self._host}, out")

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # Popen was given a pipe
        fault = ""
        with self._process.stdout as answers:
            try:
                self._hear(answers)
            except Exception as error:  # noqa: BLE001  # keys may be held on the host: the window must end
                # Neither its sentence nor its trace: they may have what was typed.
                fault = f"the console failed at its input: {type(error).__name__}"
                _log.error("the window of %s: %s", self._host, fault)
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
                message = to_console.decode(text)
            except msgspec.DecodeError as fault:
                _log.warning("the window of %s said something else: %s", self._host, fault)
            else:
                self._heard(message)

    def _heard(self, message: ToConsole) -> None:
        match message:
            case Ready():
                self._up.set()
            case Failed():
                self._failure = message
            case Shown(packet, draws):
                self.shown, self.draws = packet, draws
            case Closed(_, draws):
                self.draws = draws
                self._farewell = message
            case SaveWish():
                self._on_save()
            case PlayWish(key):
                if self._on_play is not None:
                    self._on_play(key)
            case _:
                self._on_input(message)

    def _cause(self) -> str:
        """Why the process ended, from what it said, how it ended and what it printed."""
        if self._farewell is not None:
            return self._farewell.reason
        self._words.seek(0)
        words = self._words.read()[-2000:].decode(errors="replace").strip()
        if words:
            _log.warning("the window of %s printed: %s", self._host, words)
        code = self._process.returncode
        if "X11 connection broke" in words or "XIO:" in words:
            return "the display that it was on is gone"
        if code < 0:
            # Real-time signals have no name.
            return f"its process was ended by {_SIGNALS.get(-code, f'signal {-code}')}"
        return f"its process ended with exit code {code}"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
