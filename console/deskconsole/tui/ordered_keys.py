"""Keys act in the order in which they were pressed, however fast they come.

Textual hands a key to the focused widget, where it begins a way up through one queue a parent; only at the
end of it a binding runs. The next key is handed to a widget meanwhile: what is typed behind a ctrl+u, an
Enter or an Escape in one burst arrives before them, or at a screen that is about to go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

T = TypeVar("T")

ACTION_TIMEOUT = 2.0
"""Seconds after which the keys that wait go on, should a widget have gone with the message behind the key."""

AT_ONCE = frozenset({"ctrl+c", "ctrl+q"})
"""Keys that leave also while the first screen is awaited."""


class KeyDone(Message):
    """It is posted behind a key, to the same widget, and so is back at the app when the key has acted."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class OrderedKeysApp(App[T], Generic[T]):
    """An app whose keys wait for the keys before them, and all of them for `release_keys` at first.

    A screen with a true `keys_wait` is about to go: what is typed meanwhile is for the screen below it. One
    with a true `keys_raw` hands keys on to a host: they are what the terminal calls them.
    """

    keys_wait: ClassVar[bool] = False
    keys_raw: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._released = False
        self._number = 0
        self._acting = False
        self._place: tuple[Screen[object], Widget | None] | None = None

    def release_keys(self) -> None:
        """The first screen stands: what was typed ahead is for it."""
        if not self._released:
            self._released = True
            self._follow(self._receiver)

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded or self._leaves(event):
            await super().on_event(event)
        else:
            raw = bool(self.screen_stack) and getattr(self.screen, "keys_raw", False)
            self._typed.extend([event] if raw else _keys(event))
            if self._acting and self._released:
                self.set_timer(ACTION_TIMEOUT, partial(self._done, self._number))
            await self._type()

    async def on_key_done(self, message: KeyDone) -> None:
        """Goes on with the next key, once the one before has changed screen and focus as far as it does."""
        if message.number != self._number or not self._acting or not self.screen_stack:
            return  # a later key acts, or the console is leaving
        place = self.screen, self.focused
        if getattr(self.screen, "keys_wait", False):
            self._place = None
            self.set_timer(0.02, self._follow_on)
        elif place != self._place:  # what the key led to, such as `Input.Submitted`, is under way
            self._place = place
            self._follow(self._receiver)
        else:
            await self._done(message.number)

    @property
    def _receiver(self) -> Widget:
        return self.focused or self.screen

    def _leaves(self, event: events.Key | events.Paste) -> bool:
        """One may leave while the first screen is awaited, too."""
        if self._released or not isinstance(event, events.Key):
            return False
        return event.key in AT_ONCE or (event.key == "q" and not self._typed)

    async def _type(self) -> None:
        """Hands on the keys that need not wait."""
        while self._typed and self._released and not self._acting:
            event = self._typed.popleft()
            receiver = self._receiver
            await super().on_event(event)
            # A letter stays in the queue of its input, in front of the next one.
            if not (isinstance(receiver, Input) and _is_text(event)):
                self._place = None
                self._follow(receiver)

    def _follow_on(self) -> None:
        if self.screen_stack:  # else the console is leaving
            self._follow(self._receiver)

    def _follow(self, receiver: Widget) -> None:
        self._acting = True
        self._number += 1
        if not receiver.post_message(KeyDone(self._number)):  # it is closing
            self.post_message(KeyDone(self._number))

    async def _done(self, number: int) -> None:
        if number == self._number:
            self._acting = False
            await self._type()


def _keys(event: events.Key | events.Paste) -> Iterator[events.Key | events.Paste]:
    """The keys that were pressed, where a terminal tells them as another one."""
    if not isinstance(event, events.Key):
        yield event
        return
    *modifiers, key = event.key.split("+")
    if event.key == "ctrl+j":  # an Enter that was typed before the terminal was ours
        yield events.Key("enter", "\r")
    elif modifiers[:1] == ["alt"] and event.character and event.is_printable:
        # Escape and a letter right behind it.
        yield events.Key("escape", "\x1b")
        yield events.Key(event.character if len(key) == 1 else key, event.character)
    else:
        yield event


def _is_text(event: events.Key | events.Paste) -> bool:
    return isinstance(event, events.Paste) or event.is_printable
