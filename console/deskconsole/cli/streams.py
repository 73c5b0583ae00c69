"""The three standard streams, made usable whatever the process was started with."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from io import TextIOWrapper

from deskconsole.common.errors import ConfigurationError, DeskconsoleError

from .charset import require_utf8

_NAMES = ("stdin", "stdout", "stderr")


class _Results(TextIOWrapper):
    """A stdout that says in a sentence why it takes nothing: a result that is lost is an error.

    A BrokenPipeError passes: Typer handles a reader that has had enough (`| head`).
    """

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise self._failure(error) from None

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise self._failure(error) from None

    def _failure(self, error: OSError) -> Exception:
        _discard(self)
        if isinstance(error, BrokenPipeError):
            return error
        if sys.platform == "win32" and error.errno == errno.EINVAL:  # its word for a pipe without a reader
            return BrokenPipeError(errno.EPIPE, error.strerror)
        return DeskconsoleError(f"the result cannot be written to stdout: {error.strerror}")


class LossyStream(TextIOWrapper):
    """A stream that loses what it cannot write: the exit code must do.

    For stderr, and for the terminal that the console is drawn on: Textual's writing thread ends at the first
    error, and the console then waits for it for ever.
    """

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError:
            _discard(self)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            _discard(self)


def _discard(stream: TextIOWrapper) -> None:
    # What could not be written stays in the buffer, and would fail once more when Python ends.
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def repair_streams() -> None:
    """Opens the streams that are closed, and lets neither a character nor a full disk end in a traceback.

    Without this the next file that is opened would become stdout or stderr, and get what is printed there.
    Characters that stdout's encoding lacks become escapes: no two names become one.
    """
    for descriptor, name in enumerate(_NAMES):
        try:
            os.fstat(descriptor)
        except OSError:
            # This is the lowest number that is free. A stdout that cannot be written: a result is not lost
            # without a word.
            os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = _wrapped(_Results, sys.stdout, 1)
    sys.stderr = _wrapped(LossyStream, sys.stderr, 2)


def _wrapped(kind: type[TextIOWrapper], stream: object, descriptor: int) -> TextIOWrapper:
    encoding = stream.encoding if isinstance(stream, TextIOWrapper) else None
    return kind(
        os.fdopen(descriptor, "wb", closefd=False),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=descriptor == 2 or os.isatty(descriptor),
    )


def printable(text: str) -> str:
    """The text as stdout's encoding can show it, with escapes for characters that it lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def require_terminal() -> None:
    """Raises ConfigurationError where the console cannot be drawn and operated."""
    for descriptor, name in enumerate(_NAMES):
        if not os.isatty(descriptor):
            raise ConfigurationError(
                f"the console needs a terminal, and {name} is not one",
                remedy="Start it in a terminal, over ssh with `ssh -t`. `deskconsole --help` lists the "
                "commands that need none.",
            )
    if os.environ.get("TERM") == "dumb":
        raise ConfigurationError(
            "the console cannot be drawn on a terminal of type dumb",
            remedy="Start it in another terminal, or set TERM to what this one really is.",
        )
    require_utf8()
