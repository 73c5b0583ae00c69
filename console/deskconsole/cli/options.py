"""Arguments that several commands share, as types."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

LONGEST = 10_000_000.0
"""Seconds, a third of a year: what the system can wait for ends not far above it."""


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number of seconds.") from None
    if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST):
        raise typer.BadParameter(f"{text} is not from 0 to {LONGEST:.0f} seconds.")
    return seconds


def seconds_option(meaning: str, *names: str, default: bool = False) -> Any:
    """An option that is a number of seconds, finite and from 0 to LONGEST; `default`: the help shows it."""
    return typer.Option(*names, metavar="SECONDS", parser=_seconds, help=meaning, show_default=default)


HOST_HELP = (
    "A name from `deskconsole hosts`, [user@]address[:port], ssh://..., or an alias of the SSH configuration."
)

HostName = Annotated[str, typer.Argument(metavar="HOST", help=HOST_HELP, show_default=False)]
HostOrNone = Annotated[str | None, typer.Argument(metavar="HOST", help=HOST_HELP, show_default=False)]

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
