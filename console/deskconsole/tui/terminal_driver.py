"""The driver of a terminal on Linux and macOS whose input goes through `TerminalParser`."""

from __future__ import annotations

import codecs
import os
import select
from contextlib import suppress

from textual._parser import ParseError
from textual.drivers.linux_driver import LinuxDriver

from .terminal_parser import TerminalParser

TICK = 0.1
"""Seconds between two looks at whether an ESC was a key: Textual's own."""

READ = 4096


class TerminalDriver(LinuxDriver):
    """Textual's driver with another parser, which it has no place for."""

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
