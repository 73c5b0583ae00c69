"""The parser of what a terminal sends, made safe: Textual 8.2's takes text for keys, and falls over keys.

- An ESC inside a bracketed paste makes it turn what follows into key presses: a text that somebody copied
  from a page could quit the console, or type into a host.
- A key with an event type (`ESC [97;1:3u`) raises ValueError in the thread that reads keys, which ends the
  app. Terminals send these where another program asked for them and was killed.
- A mouse's back button arrives as its left one.
- An answer to the question for graphics (`terminal_graphics.py`) that comes late, through a slow SSH, is keys
  too: `O` wakes a host, `t` types into one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

PASTE_BEGINS: Final = "\x1b[200~"
PASTE_ENDS: Final = "\x1b[201~"

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All that no paste needs: everything of C0 and C1 but tab, line feed and carriage return."""

_KEY: Final = re.compile(r"\x1b\[(\d*)(?::[\d:]*)?(?:;(\d*)(?::(\d*))?)?(;[\d:]*)?([u~ABCDEFHPQRS])")
"""A key of the kitty protocol: code (its alternatives), modifiers (the event's type), text."""

_ANSWERS: Final = re.compile(r"\x1b_G[^\x1b]*\x1b\\|\x1b\[6;\d+;\d+t|\x1b\[\?[\d;]*c")
"""The terminal's answers about graphics; it writes all of them at once."""

_RELEASE: Final = "3"

_EXTRA_BUTTONS: Final = 128
"""The bit of the buttons back and forward in a mouse report."""


class TerminalParser(XTermParser):
    """Textual's parser with clean pastes, and without an error for any key."""

    def __init__(self, debug: bool = False) -> None:
        self._pasting = False
        self._kept = ""
        super().__init__(debug)

    def feed(self, data: str) -> Iterable[Message]:
        """Parses `data`; an empty text ends the parser."""
        cleaned = _ANSWERS.sub("", self._cleaned(data))
        return super().feed(cleaned) if cleaned or not data else ()

    def parse_mouse_code(self, code: str) -> Message | None:
        buttons = "".join(takewhile(str.isdigit, code.removeprefix("\x1b[<")))
        if buttons and int(buttons) & _EXTRA_BUTTONS:
            return None
        return super().parse_mouse_code(code)

    def _parse_extended_key(self, sequence: str) -> list[events.Key] | None:  # type: ignore[override]
        if (match := _KEY.fullmatch(sequence)) is None:
            return super()._parse_extended_key(sequence)
        code, modifiers, event, text, end = match.groups(default="")
        if event == _RELEASE:
            return [events.Key(Keys.Ignore, sequence)]
        plain = f"\x1b[{code}" + (f";{modifiers}" if modifiers or text else "") + text + end
        try:
            return super()._parse_extended_key(plain)
        except (ValueError, OverflowError):  # a number that is no character
            return [events.Key(Keys.Ignore, sequence)]

    def _cleaned(self, data: str) -> str:
        """Removes control characters from the pastes in the data; markers may come in pieces.

        Outside of a paste everything passes at once: a lone ESC is a key. `_kept` is then a copy of the
        last characters, else what may be the beginning of the end marker.
        """
        out = []
        while data:
            if not self._pasting:
                seen = self._kept + data
                at = seen.find(PASTE_BEGINS)
                if at < 0:
                    out.append(data)
                    self._kept = seen[-len(PASTE_BEGINS) + 1 :]
                    break
                end = at + len(PASTE_BEGINS) - len(self._kept)
                out.append(data[:end])
                data, self._kept, self._pasting = data[end:], "", True
            else:
                data, self._kept = self._kept + data, ""
                before, marker, after = data.partition(PASTE_ENDS)
                if not marker:
                    self._kept = _beginning(data, PASTE_ENDS)
                    before = data[: len(data) - len(self._kept)]
                out += [_CONTROLS.sub("", before), marker]
                data, self._pasting = after, not marker
        return "".join(out)


def _beginning(text: str, marker: str) -> str:
    """The end of `text` that may be the beginning of `marker`."""
    return next((marker[:n] for n in range(len(marker) - 1, 0, -1) if text.endswith(marker[:n])), "")
