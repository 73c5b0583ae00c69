"""`deskconsole demo`: the embedded hosts, with or without the TUI."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..demo.headless import run_headless
from ..errors import ConfigurationError
from ..session.report import report
from .terminal import print_json, print_table, say_event


def demo(
    *,
    headless: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Without TUI and window, for so long.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="With --headless: one JSON object a host, a line each.")
    ] = False,
) -> None:
    """Try it: three hosts inside this process, reached over SSH like any other."""
    if headless is None:
        if json:
            raise ConfigurationError("--json needs --headless SECONDS")
        from .console import run_demo

        sys.exit(run_demo())
    snapshots = run_headless(headless, (lambda _event: None) if json else say_event)
    if json:
        for snapshot in snapshots:
            print_json(report(snapshot))
    else:
        rows = []
        for snapshot in snapshots:
            figures = snapshot.statistics
            exact = "?" if snapshot.exactness is None else "yes" if snapshot.exactness.exact else "no"
            rows.append(
                (
                    snapshot.host,
                    snapshot.state.value,
                    exact,
                    str(figures.slices),
                    str(figures.updates),
                    str(figures.received),
                )
            )
        print_table(("host", "state", "exact", "slices", "updates", "bytes"), rows)
    if not all(one.exactness is not None and one.exactness.exact for one in snapshots):
        sys.exit(1)
