"""What commands say and ask on a terminal: messages on stderr, results on stdout, hosts' words made safe."""

from __future__ import annotations

import contextlib
import getpass
import json
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import typer

from ..errors import DeskconsoleError
from ..safe_text import safe_text
from ..session.event import Event
from ..ssh.questions import NoQuestions, Questions, SecretRequest, UnknownHostKey
from .streams import printable

_asking = threading.Lock()


def say(text: str) -> None:
    """One line for the person, on stderr."""
    typer.echo(safe_text(text, 1000), err=True)


def say_error(error: DeskconsoleError) -> None:
    """What was wrong, and what to do."""
    say(f"deskconsole: {error}")
    if error.remedy:
        say(f"  {error.remedy}")


def say_event(event: Event) -> None:
    """An event as a line."""
    say(f"{event.host}: {event.text}")


def counted(number: int, noun: str) -> str:
    """A number and what it counts: `1 file`, `1,200 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_json(value: Any) -> None:
    """One JSON value on one line of stdout."""
    print_line(json.dumps(value, ensure_ascii=True))


def print_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Columns of text on stdout, every cell made safe."""
    from rich.cells import cell_len, set_cell_size

    lines = [head, *(tuple(printable(safe_text(cell)) for cell in row) for row in rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = [set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True)]
        print_line("  ".join(cells).rstrip())


def print_line(line: str) -> None:
    """One line of a result on stdout; a host's words in it are safe already."""
    typer.echo(line)


def terminal_questions() -> Questions:
    """Asks on the terminal; where there is none, nobody can be asked."""
    there = sys.stdin is not None and sys.stdin.isatty()
    return TerminalQuestions() if there else NoQuestions()


class TerminalQuestions:
    """Asks on the terminal, one question at a time."""

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        with _asking:
            say(f"{question.host} ({question.address}) is not known yet. Its {question.algorithm} key is")
            say(f"  {question.fingerprint}")
            typer.echo("Is that right? Trust it from now on? [y/N] ", err=True, nl=False)
            return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def secret(self, request: SecretRequest) -> str | None:
        again = "" if request.attempt == 1 else f" (attempt {request.attempt})"
        with _asking:
            try:
                prompt = safe_text(request.prompt.strip().rstrip(":"))
                return getpass.getpass(printable(f"{safe_text(request.host)}: {prompt}{again}: "))
            except EOFError:
                return None


def is_asking() -> bool:
    """A question stands on the terminal and waits for its answer."""
    return _asking.locked()


@contextlib.contextmanager
def terminal_as_it_was() -> Iterator[None]:
    """Gives the terminal its echo back where a command ends while a password is being asked for."""
    if sys.platform == "win32" or sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        if is_asking():
            termios.tcsetattr(sys.stdin, termios.TCSANOW, before)
            typer.echo(err=True)
