"""Acting on hosts: the dialogs for it, what they lead to, and what is said of it in the end."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final, Protocol

from textual.app import App

from deskconsole.common.errors import DeskconsoleError
from deskconsole.tui.chords import MenuChord
from deskconsole.tui.controller import Controller
from deskconsole.tui.text.amount import amount
from deskwire.clip_text import strangers_clip_text
from deskwire.control import ControlState, InputOutcome

from .chord_menu import ChordMenu
from .clip_input import ClipInput
from .confirm import Confirmed, confirm_force, confirm_paste
from .typing import CLAIM, TypingScreen

TERMINAL_TAKES: Final = 56_000
"""Bytes of a text that all terminals take: some drop sequences longer than about 75,000, in base64."""


class ForcibleAct(Protocol):
    """An act on a host; by force it takes control from another console."""

    def __call__(self, *, force: bool) -> None: ...


class ControlDialogs:
    """Opens these dialogs over `app`; all on the event loop."""

    def __init__(self, app: App[Any], controller: Controller) -> None:
        self._app = app
        self._controller = controller
        self._operator = controller.operator

    def take_or_release(self, name: str) -> None:
        """Gives control back where it is ours or asked for; else takes it."""
        if self._operator.status(name).state in (ControlState.YOURS, ControlState.ASKING):
            self._operator.release(name)
            self._controller.pull()
            if self._operator.status(name).state is ControlState.YOURS:
                self._controller.say("its window still controls it; control ends there", name)
        else:
            self._permitted(name, lambda *, force: self._take(name, force=force))

    def type(self, name: str) -> None:
        """Opens the type mode, in which the answer of the host is awaited."""

        def go(*, force: bool) -> None:
            if (control := self._operator.control(name)) is not None:
                control.take(force=force, claim=CLAIM)
                self._controller.pull()
                self._app.push_screen(TypingScreen(self._controller, name, control))

        self._permitted(name, go)

    def paste(self, name: str, text: str) -> None:
        """Asks about a long paste; it goes to the type mode that asked."""
        typing = self._app.screen

        def decided(choice: Confirmed | None) -> None:
            if choice == "yes" and isinstance(typing, TypingScreen):
                typing.paste(text)

        self._app.push_screen(confirm_paste(name, text), decided)

    def chords(self, name: str) -> None:
        """Shows the menu, and sends what is chosen."""

        def chosen(choice: MenuChord | None) -> None:
            if choice is not None:
                self._permitted(name, lambda *, force: self._run(name, self._send(name, choice, force=force)))

        self._app.push_screen(ChordMenu(name), chosen)

    def fetch_clip(self, name: str) -> None:
        self._permitted(name, lambda *, force: self._run(name, self._fetch(name, force=force)))

    def put_clip(self, name: str) -> None:
        """Asks for the text, which a terminal hands over only when it is pasted."""

        def given(text: str | None) -> None:
            if text:
                self._permitted(name, lambda *, force: self._run(name, self._put(name, text, force=force)))

        self._app.push_screen(ClipInput(name), given)

    def _permitted(self, name: str, go: ForcibleAct) -> None:
        """Begins the act at once; where another console has control it asks first, and then uses force."""
        status = self._operator.status(name)
        if status.state is not ControlState.OTHER:
            go(force=False)
            return

        def decided(choice: Confirmed | None) -> None:
            if choice == "yes":
                go(force=True)

        self._app.push_screen(confirm_force(name, status.holder), decided)

    def _take(self, name: str, *, force: bool) -> None:
        self._operator.take(name, force=force)
        self._controller.pull()

    def _run(self, name: str, act: Coroutine[Any, Any, None]) -> None:
        self._app.run_worker(self._reported(name, act))

    async def _reported(self, name: str, act: Coroutine[Any, Any, None]) -> None:
        try:
            await act
        except DeskconsoleError as error:
            self._controller.report(name, error)
        finally:
            self._controller.pull()

    async def _send(self, name: str, choice: MenuChord, *, force: bool) -> None:
        result = await self._operator.act(name, choice.sends, force=force)
        if result.outcome is InputOutcome.DONE:
            self._controller.say(f"{choice.label} sent", name)
        else:
            reason = f": {result.reason}" if result.reason else ""
            said = f"{choice.label} {result.outcome.value}{reason}"
            self._controller.say(said, name, severity="warning")

    async def _fetch(self, name: str, *, force: bool) -> None:
        text = strangers_clip_text(await self._operator.fetch_clip(name, force=force))
        if not text:
            self._controller.say("its clipboard holds no text", name)
            return
        self._app.copy_to_clipboard(text)
        long = len(text.encode()) > TERMINAL_TAKES
        more = "; some terminals drop so much: `deskconsole clip get` writes a file" if long else ""
        self._controller.say(f"copied to this terminal's clipboard: {amount(text)}{more}", name)

    async def _put(self, name: str, text: str, *, force: bool) -> None:
        await self._operator.put_clip(name, text, force=force)
        self._controller.say(f"put into its clipboard: {amount(text)}", name)
