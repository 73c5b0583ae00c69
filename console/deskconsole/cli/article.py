"""`deskconsole listen`: a receiver for the article's sender, in either dialect."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from .. import listen as receiver
from ..errors import ConfigurationError
from .terminal import print_json, say


def listen(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    no_identity: Annotated[bool, typer.Option(help="The dialect of the article's whole program.")] = False,
    seconds: Annotated[float | None, typer.Option(min=0, help="Stop after so long.")] = None,
    json: Annotated[bool, typer.Option("--json", help="No window; with --seconds: one JSON object.")] = False,
) -> None:
    """Receive from the article's sender and show its desktop."""
    if json and seconds is None:
        raise ConfigurationError("--json needs --seconds: figures are printed when they are over")
    begun = time.monotonic()
    report = receiver.listen(port, host, identity=not no_identity, seconds=seconds, show=not json, say=say)
    if json:
        print_json(report.as_dict() | {"seconds": time.monotonic() - begun})
    else:
        say(f"{report.packets} packets, {report.slices} slices, {report.received:,} bytes")
