"""The driver of a terminal on Linux and macOS: it reads through `TerminalParser` and sets the title."""

from __future__ import annotations

import codecs
import os
import select
from contextlib import suppress

from textual._parser import ParseError
from textual.drivers.linux_driver import LinuxDriver

from deskconsole.common.safe_text import safe_text

from .terminal_parser import TerminalParser

TICK = 0.1
"""Seconds between two looks at whether an ESC was a key: Textual's own."""

READ = 4096


TITLE_KEPT, TITLE_BACK = "\x1b[22;2t", "\x1b]2;\x07\x1b[23;2t"
"""Puts the terminal's title aside, and takes it back; a terminal that cannot do that has none then."""

WITHOUT_TITLE = frozenset({"linux", "dumb"})
"""Kinds of terminals (TERM) that would show a title as text."""


class TerminalDriver(LinuxDriver):
    """Textual's driver with another parser, which it has no place for, and a title.

    The terminal has its own title back while a shell or another program has the terminal, and at the end.
    """

    _title = ""

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._write_title(TITLE_KEPT)
        if title := self._title:
            self._title = ""
            self.set_title(title)

    def stop_application_mode(self) -> None:
        self._write_title(TITLE_BACK)
        super().stop_application_mode()

    def set_title(self, text: str) -> None:
        """Shows `text` as the title of the terminal."""
        if text != self._title:
            self._title = text
            self._write_title(f"\x1b]2;{safe_text(text)}\x07")

    def _write_title(self, sequence: str) -> None:
        if os.environ.get("TERM") not in WITHOUT_TITLE:
            self.write(sequence)

    def run_input_thread(self) -> None:
        """Reads until the app ends, then what is left."""
        parser = TerminalParser(self._debug)
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        ending = False
        while not ending:
            ending = self.exit_event.is_set()
            if select.select([self.fileno], [], [], TICK)[0]:
                data = os.read(self.fileno, READ)
                if not data:  # the terminal is gone, which the app will notice
                    self.exit_event.wait(TICK)
                if text := decode(data, final=ending):
                    for message in parser.feed(text):
                        self.process_message(message)
            for message in parser.tick():
                self.process_message(message)
        with suppress(EOFError, ParseError):
            list(parser.feed(""))
