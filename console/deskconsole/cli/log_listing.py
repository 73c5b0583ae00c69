"""Prints a log of the console, of one host or from a time on."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from deskconsole.common.errors import ConfigurationError

from .running import KeptFiles
from .terminal import print_json, print_line, say

T = TypeVar("T")

OfHosts = Annotated[
    list[str] | None, typer.Argument(metavar="HOST...", help="Only those of these hosts.", show_default=False)
]
OfHost = Annotated[
    list[str] | None,
    typer.Option("--host", metavar="NAME", help="The same; may be given more than once.", show_default=False),
]
Since = Annotated[str, typer.Option(metavar="TIME", help="From then on: 30m, 8h, 7d, 22:00, 2026-11-28.")]

_UNITS = {"m": 60, "h": 3600, "d": 86400}


def print_log(
    kept: KeptFiles, path: Path, entries: Iterable[T], line: Callable[[T], str], *, json: bool, noun: str
) -> None:
    """Prints each of the `entries`, which are read from `path` meanwhile; says where there is none, and whose
    they are where they are not the user's own."""
    found = False
    try:
        for entry in entries:
            if kept.of_demo and not found:
                say(kept.note)
            found = True
            if json:
                print_json(entry)
            else:
                print_line(line(entry))
    except BrokenPipeError:  # the reader of what is printed has had enough
        raise
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}", remedy="Correct its permissions."
        ) from error
    if not found and not json:
        kept.say_none(f"No such {noun}." if path.exists() else f"No {noun}.")


def start_of(text: str) -> float:
    """Unix time of `30m` (ago), `22:00` (the last time it was), a date with or without a time; empty: 0."""
    if not text:
        return 0.0
    now = time.time()
    if ago := re.fullmatch(r"(\d{1,6})([mhd])", text):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
            clock = dt.time.fromisoformat(text.zfill(5))
            today = dt.datetime.fromtimestamp(now).astimezone()
            then = dt.datetime.combine(today.date(), clock).astimezone()
            return (then if then <= today else then - dt.timedelta(days=1)).timestamp()
        return dt.datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigurationError(
            f"{text!r} cannot be read as a time",
            remedy="Give --since as 30m, 8h, 7d, 22:00, 2026-11-28 or 2026-11-28T22:00.",
        ) from error
