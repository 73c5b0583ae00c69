"""Arguments that several commands share, as types."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Final

import typer

LONGEST = 10_000_000.0
"""Seconds, a third of a year: what the system can wait for ends not far above it."""


_UNITS: Final = {"s": 1, "m": 60, "h": 3600}


def _seconds(given: str | float) -> float:
    text = str(given)  # a default is a number
    number, unit = (text[:-1], _UNITS[text[-1]]) if text[-1:] in _UNITS else (text, 1)
    try:
        seconds = float(number) * unit
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: give 10m, 2h or a number of seconds.") from None
    if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST):
        raise typer.BadParameter(f"{text} is not from 0 to {LONGEST:.0f} seconds.")
    return seconds


def seconds_option(meaning: str, *names: str, default: bool = False) -> Any:
    """An option that is a number of seconds, or of minutes (10m) or hours (2h), finite and from 0 to LONGEST.

    `default`: the help shows it.
    """
    return typer.Option(*names, metavar="SECONDS", parser=_seconds, help=meaning, show_default=default)


HOST_HELP = (
    "A name from `deskconsole hosts`, [user@]address[:port], ssh://..., or an alias of the SSH configuration."
)

HostName = Annotated[str, typer.Argument(metavar="HOST", help=HOST_HELP, show_default=False)]

Direct = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT", help="Instead of HOST: an agent's own port, without SSH.", show_default=False
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="With --direct: the agent's token file.", show_default=False),
]
Display = Annotated[
    int | None,
    typer.Option(
        min=0, max=64, metavar="N", help="0: the whole desktop; 1, 2, ...: one display.", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
