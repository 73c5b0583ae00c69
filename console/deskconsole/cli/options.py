"""Arguments that several commands share, as types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HOST_HELP = "A name from `deskconsole hosts`, or [user@]address[:port], or an alias of the SSH configuration."

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
