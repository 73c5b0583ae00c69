"""The console's side of a window: starts its process, feeds it, and says when it is gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from deskconsole.picture.framebuffer import Framebuffer
from deskwire.control import ControlState
from deskwire.geometry import Rectangle

from .keys import PlayKey
from .mailbox import Mailbox
from .messages import (
    ArrangeWish,
    ClipText,
    Damage,
    DisplayWish,
    DoneTimes,
    FigureLines,
    FiguresWish,
    FromWindow,
    Input,
    LapseNotice,
    Map,
    Notice,
    PlaceWindow,
    PlayPlace,
    PlayWish,
    Raise,
    Request,
    SaveWish,
    Shown,
    Status,
    ToWindow,
    WhoControls,
    WindowWish,
    to_console,
)
from .window_process import WindowProcess


class Viewer:
    """A window that shows a framebuffer, in a process of its own.

    The constructor returns when the process is up (half a second) and raises ViewerError where there can be
    no window; the window itself appears with the framebuffer's first picture. All other methods but `close`
    return at once, whatever the window does: what it has no time for is merged. `places` is the file in which
    the host's window finds the size and place that it had; without it none are kept. `on_closed` is called
    once, with a sentence's second half such as `it was closed`, from a thread of the viewer's, when the
    window ends for any reason but a call of `close`. `on_input` gets the user's input for the host, from the
    same thread: it must not wait, nor must `on_save`, called when the picture is to be saved, and `on_wish`,
    which gets what the user wants of the console. With `on_play` the window shows a recording, and tells its
    keys to that.
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
        on_wish: Callable[[WindowWish], None] = lambda _: None,
    ) -> None:
        self._host = printable(host)[:100]
        self._framebuffer = framebuffer
        self._on_input = on_input
        self._on_save = on_save
        self._on_play = on_play
        self._on_wish = on_wish
        self._word, self._why = "live", ""
        self._stale, self._controlled = False, False
        self._at: float | None = None
        self._draws = 0
        self.shown = 0
        """The last packet that is known to be in the window; it says so a few times a second."""
        arguments = ["--fullscreen"] if fullscreen else []
        if on_play is not None:
            arguments += ["--hint", "--playing"]
        if places is not None:
            # Such a window is opened by a person: it tells the keys.
            arguments += ["--hint", f"--host={self._host}", f"--places={places}"]
        self._process: WindowProcess[ToWindow, FromWindow] = WindowProcess(
            self._host, arguments, Mailbox(), to_console, self._heard, on_closed
        )
        self._process.put(self._status())
        if framebuffer.size is not None:
            self.resized()

    @property
    def draws(self) -> int:
        """Drawings of the window so far."""
        farewell = self._process.farewell
        return self._draws if farewell is None else farewell.draws

    @property
    def alive(self) -> bool:
        """True if the process runs, and was not asked to end."""
        return self._process.alive

    def damaged(self, packet: int, rectangles: Sequence[Rectangle], *, input_at: float | None = None) -> None:
        """The framebuffer has changed there, by this packet; the window is live again if it was stale.

        `input_at`: the packet has the effect of an input of that time, which its message told.
        """
        self._process.put(Damage(packet, tuple(rectangles), input_at))

    def control(self, message: WhoControls) -> None:
        """Says who acts on the host: with YOURS the window's keys and pointer go to `on_input`, and the title
        is `NAME - controlled - deskconsole` while the picture is of now."""
        self._controlled = message.state == ControlState.YOURS
        self._process.put(
            msgspec.structs.replace(
                message, holder=printable(message.holder)[:100], reason=printable(message.reason)[:500]
            )
        )
        self._process.put(self._status())

    def say(self, sentence: str) -> None:
        """Shows a sentence for a moment."""
        self._process.put(Notice(printable(sentence)[:500]))

    def lapsed(self) -> None:
        """Says that what the window held went up on the host, because it was not heard of for long."""
        self._process.put(LapseNotice())

    def clip(self, text: str) -> None:
        """Puts this text into the clipboard of the window's display."""
        self._process.put(ClipText(text))

    def times(self, p50: float, p95: float) -> None:
        """Says how many seconds inputs take until they are injected."""
        self._process.put(DoneTimes(p50, p95))

    def figures(self, lines: Sequence[str]) -> None:
        """Shows these figures over the picture while the user wants them."""
        self._process.put(FigureLines(tuple(lines)))

    def place(self, place: Rectangle) -> None:
        """Puts the window there on the screen, with its frame."""
        self._process.put(PlaceWindow(*place))

    def resized(self) -> None:
        """The framebuffer was reset; to be called before the damage of the new picture."""
        shared = self._framebuffer.shared
        if shared is not None:
            self._process.put(Map(str(shared.path), shared.width, shared.height, shared.generation))

    def rename(self, host: str) -> None:
        """The next title has this name."""
        self._host = printable(host)[:100]

    def play_place(self, text: str) -> None:
        """Shows where a recording is until it is told otherwise; empty: no more."""
        self._process.put(PlayPlace(text))

    def state(self, word: str, *, stale: bool, why: str = "", at: float | None = None) -> None:
        """Sets the title (`NAME - word - deskconsole (F1: keys)`).

        `stale` greys the picture and counts its age from `at` (Unix time; None: now), with `why` below it.
        """
        self._word, self._why = (printable(text)[:500] for text in (word, why))
        self._stale, self._at = stale, at
        self._process.put(self._status())

    def _status(self) -> Status:
        text = f"{self._word}: {self._why}" if self._why else self._word
        title = f"{self._host} - {self._word} - deskconsole (F1: keys)"
        if self._controlled and not self._stale:
            # F1 goes to the host.
            title = f"{self._host} - controlled - deskconsole"
        return Status(title, text, self._stale, self._at)

    def to_front(self) -> None:
        """Shows the window above all others, from an icon or another workspace too."""
        self._process.put(Raise())

    def close(self) -> None:
        """Takes the window away and returns when its process is gone: 50 ms as a rule, at most 2 s."""
        self._process.close()

    def _heard(self, message: FromWindow) -> None:
        match message:
            case Shown(packet, draws):
                self.shown, self._draws = packet, draws
            case SaveWish():
                self._on_save()
            case PlayWish(key):
                if self._on_play is not None:
                    self._on_play(key)
            case DisplayWish() | FiguresWish() | ArrangeWish():
                self._on_wish(message)
            case _:
                self._on_input(message)


def printable(text: str) -> str:
    """The text, with `?` in the place of what is no printable character."""
    return "".join(c if c.isprintable() else "?" for c in text)
