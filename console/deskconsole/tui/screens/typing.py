"""The type mode: what is typed in the terminal is typed on a host.

Every key but the way out goes there: characters as text, whatever the layouts are, other keys by their
position. No question and no toast's button may come over it, or what is typed for the host would answer it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer

from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.figures import count
from deskconsole.common.safe_text import safe_text
from deskconsole.session.control_status import ControlStatus
from deskconsole.session.sent_inputs import InputResult
from deskconsole.tui.controller import Controller
from deskconsole.tui.messages import ChordsOpened, ClipFetchAsked, ClipPutAsked, PasteAsked
from deskconsole.tui.ports import ControlPort
from deskconsole.tui.strokes import Stroke, chord, stroke
from deskconsole.tui.text.colours import COLOURS, MUTED
from deskconsole.tui.text.control_text import control_text, round_trip_text
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.header import Header
from deskconsole.tui.widgets.lines import Lines
from deskconsole.tui.widgets.preview import PreviewPane
from deskconsole.wording.status import WHOLE, Kind
from deskwire.clip_text import with_line_feeds
from deskwire.control import InputOutcome
from deskwire.limits import MAX_CLIP

from .base import ConsoleScreen

WAY_OUT: Final = "f12"
AGAIN: Final = 0.6
"""Seconds within which the key after F12 is for the type mode, too."""

LOOK: Final = 0.2
"""Seconds between two looks at who has control and at the last key's result."""

PICTURE: Final = 0.1
"""Seconds between two looks for a newer picture; previews come 0.2 s apart to this screen."""

CLAIM: Final = "typing"
"""The claim to control that this screen has while it is open."""

ASKED_FROM: Final = 500
"""Characters from which on a paste is asked about; more than one line always is."""

BEHIND_WAY_OUT: Final = {
    WAY_OUT: ("f12", "sends F12"),
    "s": ("chords", "more keys"),
    "p": ("put_clip", "puts a text into the clipboard"),
    "y": ("fetch_clip", "copies the clipboard"),
}
"""The keys after F12: each with its action here, and what it does. Any other key leaves."""


class TypingScreen(ConsoleScreen, ModalScreen[None]):
    """Types into one host for as long as it is open; F12 leaves."""

    # Only for the help and the docs: keys act by `on_key` here.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(WAY_OUT, "leave", "Leave", tooltip="Back to the console; F12 again sends F12")
    ]
    interruptible = False
    keys_raw = True
    typing = True
    least = (0, 0)

    def __init__(self, controller: Controller, name: str, control: ControlPort) -> None:
        """`control` is claimed as CLAIM, and is released with this screen."""
        super().__init__(controller)
        self.host = name
        self._control = control
        self._sent = {"character": 0, "key": 0}
        self._unsent = 0
        self._open: list[int] = []
        """The numbers of inputs that the host has not answered yet."""
        self._following = False
        self._result: InputResult | DeskconsoleError | None = None
        self._asked_out: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Header()
        yield Lines("typing-facts")
        yield PreviewPane()
        yield Lines("typing-keys")

    def on_mount(self) -> None:
        self.query_one(".typing-facts").border_title = Content(f"typing into {safe_text(self.host, 64)}")
        self.set_interval(LOOK, self._show_facts)
        self.set_interval(PICTURE, self._show_picture)
        self.lift_toasts(1)

    @property
    def selected(self) -> str | None:
        return self.host

    def show(self, view: FleetView) -> None:
        # Removed, renamed, or another host has the name now.
        if view.host(self.host) is None or self.controller.operator.control(self.host) is not self._control:
            self._control.release(CLAIM)
            if self.is_active:
                self.dismiss()
            return
        self.query_one(Header).show(view, len(self.controller.questions.hosts()))
        self._show_facts()
        self._show_picture()

    def _show_picture(self) -> None:
        pane = self.query_one(PreviewPane)
        view = self.controller.view
        pane.show(self.controller.picture(self.host, *pane.room), old=not view.snapshot(self.host).current)

    # Keys

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if self._stop_asking():
            action, _ = BEHIND_WAY_OUT.get(event.key, ("leave", ""))
            await self.run_action(action)
        elif event.key == WAY_OUT:
            self._asked_out = self.set_timer(AGAIN, self.action_leave)
        elif _is_text(event):
            self._type(event.character or "")
        else:
            self._press(stroke(event.key))
        self._show_facts()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self._stop_asking():
            self.action_leave()
            return
        text = with_line_feeds(event.text)
        if len(text) > MAX_CLIP:
            said = f"too long to be typed: {count(len(text))} characters, {count(MAX_CLIP)} at most"
            self.controller.say(said, self.host, severity="warning")
        elif len(text) > ASKED_FROM or "\n" in text:
            self.post_message(PasteAsked(self.host, text))
        elif text:
            self._type(text)
        self._show_facts()

    def _stop_asking(self) -> bool:
        """True if F12 was pressed just before; what is typed now is no longer for the host."""
        asked_out, self._asked_out = self._asked_out, None
        if asked_out is not None:
            asked_out.stop()
        return asked_out is not None

    def paste(self, text: str) -> None:
        """Types a text that was asked about."""
        self._type(text)
        self._show_facts()

    def action_f12(self) -> None:
        self._press(chord("f12"))

    def action_chords(self) -> None:
        self.post_message(ChordsOpened(self.host))

    def action_put_clip(self) -> None:
        self.post_message(ClipPutAsked(self.host))

    def action_fetch_clip(self) -> None:
        self.post_message(ClipFetchAsked(self.host))

    def action_leave(self) -> None:
        """Gives control back where nothing else here needs it; every stroke was let go as it was sent."""
        self._control.release(CLAIM)
        self.dismiss()

    def action_view(self) -> None:
        """A click on the picture opens the window."""
        self.controller.view_host(self.host, control=True)

    def _type(self, text: str) -> None:
        self._count("character", len(text), self.controller.operator.send(self.host, text))

    def _press(self, what: Stroke | None) -> None:
        self._count("key", 1, () if what is None else self.controller.operator.send(self.host, what))

    def _count(self, kind: str, how_many: int, numbers: Sequence[int]) -> None:
        if not numbers:
            self._unsent += how_many
            return
        self._sent[kind] += how_many
        self._open += numbers
        if not self._following:
            self._following = True
            self.run_worker(self._follow())

    async def _follow(self) -> None:
        """Waits for the inputs' results until none is open."""
        while self._open:
            numbers, self._open = self._open, []
            try:
                self._result = await self.controller.operator.result(self.host, numbers)
            except DeskconsoleError as error:
                self._result = error
            self._show_facts()
        self._following = False

    # What is shown

    def _show_facts(self) -> None:
        if not self.is_mounted:
            return
        trips = round_trip_text(self._control.round_trips)
        self.query_one(".typing-facts", Lines).show_facts(
            [
                [_who(self._control.status)],
                [
                    _pair("sent", ", ".join(_number(kind, sent) for kind, sent in self._sent.items())),
                    *([_unsent(self._unsent)] if self._unsent else []),
                    *(_pair(label, value) for label, value in trips),
                ],
                [self._became()],
            ]
        )
        self.query_one(".typing-keys", Lines).show_facts([self._ways_out()])

    def _became(self) -> Content:
        """Says whether the last input was injected, and why not."""
        result = self._result
        if result is None:
            return Content.styled("Characters are typed as such, other keys go by their position.", MUTED)
        if isinstance(result, DeskconsoleError):
            return Content.styled(f"✖ {safe_text(result.whole, WHOLE)}", COLOURS[Kind.BAD])
        if result.outcome is InputOutcome.DONE:
            return Content.styled("✓ done", COLOURS[Kind.LIVE])
        reason = f": {safe_text(result.reason, WHOLE)}" if result.reason else ""
        return Content.styled(f"✖ {result.outcome.value}{reason}", COLOURS[Kind.BAD])

    def _ways_out(self) -> list[Content]:
        asked = self._asked_out is not None
        ways = [] if asked else [_way("F12", "leaves")]
        for key, (_, does) in BEHIND_WAY_OUT.items():
            name = key.upper() if key == WAY_OUT else key
            ways.append(_way(name if asked else f"F12 {name}", does))
        return ways


def _is_text(event: events.Key) -> bool:
    """A character without modifiers; joiners of emoji, too, which are not printable."""
    character = event.character or "\n"
    return unicodedata.category(character) != "Cc" and "+" not in event.key[:-1]


def _way(key: str, does: str) -> Content:
    return Content.assemble((key, "bold $accent"), (f" {does}", MUTED))


def _who(status: ControlStatus) -> Content:
    seen = control_text(status)
    reason = f" ({safe_text(status.reason, WHOLE)})" if status.reason else ""
    text = seen.text or f"no console controls this host{reason}: nothing is sent"
    return Content.assemble((f"{seen.sign} {text}", f"bold {COLOURS[seen.kind]}"))


def _number(kind: str, number: int) -> str:
    return f"{count(number)} {kind}{'' if number == 1 else 's'}"


def _unsent(number: int) -> Content:
    return Content.styled(f"not sent {count(number)}", COLOURS[Kind.ATTENTION])


def _pair(label: str, value: str) -> Content:
    return Content.assemble((f"{label} ", MUTED), value)
