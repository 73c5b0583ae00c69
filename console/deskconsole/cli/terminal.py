"""The terminal of a command: messages on stderr, results on stdout, questions; hosts' words made safe."""

from __future__ import annotations

import contextlib
import getpass
import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import typer

from deskconsole.common.errors import DeskconsoleError, sentence
from deskconsole.common.safe_text import safe_lines, safe_text
from deskconsole.ssh.prompts import (
    ChangedHostKey,
    NoQuestions,
    Questions,
    SecretRequest,
    ServerMessage,
    UnknownHostKey,
)

from .streams import printable

if TYPE_CHECKING:
    from deskconsole.session.events import Event

_asking = threading.Lock()


def say(text: str) -> None:
    """One line for the person, on stderr."""
    typer.echo(safe_text(text, 1000), err=True)


def say_error(error: DeskconsoleError) -> None:
    """Says what was wrong, and what to do."""
    say(f"deskconsole: {error}")
    if error.remedy:
        say(f"  {error.remedy}")


def say_failure(subject: str, error: DeskconsoleError) -> None:
    """Says the same of one of several subjects, hosts for the most part, in one line."""
    reason = without_subject(subject, str(error))
    say(f"{safe_text(subject, 64)}: {sentence(reason, error.remedy)}")


def without_subject(subject: str, reason: str) -> str:
    """A sentence that begins with its subject without it: it stands before the line already.

    `lab-01 has no picture` becomes `no picture`, `lab-01 did not answer` becomes `did not answer`.
    """
    rest = reason.removeprefix(f"{subject} ")
    if rest == reason:
        return reason
    return rest.removeprefix("has ").removeprefix("is ")


def say_event(event: Event) -> None:
    """An event as a line."""
    from deskconsole.wording.events import place, wording

    say(f"{place(event)}: {wording(event).text}")


def heard_unless(quiet: bool) -> Callable[[Event], None]:
    """Says events as lines; nothing where it is to be `quiet`."""
    return (lambda _event: None) if quiet else say_event


def print_json(value: Any) -> None:
    """One JSON value on one line of stdout, in ASCII: any terminal and pipe bears that."""
    import msgspec

    print_line(json.dumps(msgspec.to_builtins(value), ensure_ascii=True))


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
    """Asks on the terminal; where there is none, there is no person to ask."""
    there = sys.stdin is not None and sys.stdin.isatty()
    return TerminalQuestions() if there else SilentTerminal()


class _Messages:
    """Shows on stderr what servers say during a login, each text once: a session may log in many times."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str, bool]] = set()
        """Host, text, and whether a login waits; no host where the console itself says it: once is enough."""

    def tell(self, message: ServerMessage) -> None:
        told = ("" if message.by_console else message.host, message.text, message.waiting)
        if told in self._told:
            return
        self._told.add(told)
        host = safe_text(message.host)
        if message.by_console:
            say(f"{host}: {safe_text(message.text)}")
            return
        if message.waiting:
            say(f"{host}: the login waits; do what the server says. Ctrl+C cancels.")
            return
        say(f"{host}: the server says:")
        for line in safe_lines(message.text).splitlines():
            typer.echo(f"  {line}", err=True)


class SilentTerminal(_Messages, NoQuestions):
    """Answers every question with no, and shows what servers say."""


class TerminalQuestions(_Messages):
    """Asks on the terminal, one question at a time."""

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        with _asking:
            say(f"{question.host} ({question.address}) is not known yet. Its {question.algorithm} key is")
            say(f"  {question.fingerprint}")
            typer.echo("Is that right? Trust it from now on? [y/N] ", err=True, nl=False)
            return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def forget_host_key(self, question: ChangedHostKey) -> bool:  # noqa: ARG002 - the protocol's name
        """No: the error that follows has both fingerprints and the command that forgets the old one."""
        return False

    def secret(self, request: SecretRequest) -> str | None:
        again = "" if request.attempt == 1 else f" (attempt {request.attempt})"
        *before, prompt = safe_lines(request.prompt.strip().rstrip(":")).splitlines() or [request.kind]
        account = request.account if request.account not in request.prompt else ""
        who = safe_text(f"{request.host} ({account})" if account else request.host)
        with _asking:
            for line in before:
                typer.echo(f"  {line}", err=True)
            try:
                if not request.echo:
                    return getpass.getpass(printable(f"{who}: {prompt}{again}: "))
                typer.echo(f"{who}: {prompt}{again}: ", err=True, nl=False)
                line = sys.stdin.readline()
            except EOFError:
                return None
            return line.rstrip("\n") if line else None


def is_asking() -> bool:
    """True if a question stands on the terminal and waits for its answer."""
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
