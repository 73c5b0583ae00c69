"""`deskconsole demo`: the embedded hosts, with or without the TUI."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from deskconsole.common.errors import ConfigurationError

from .options import seconds_option
from .terminal import print_json, print_table, say_event

if TYPE_CHECKING:
    from deskconsole.app.host_result import HostResult


def demo(
    *,
    headless: Annotated[float | None, seconds_option("Without TUI and window, for so long.")] = None,
    hosts: Annotated[
        int | None,
        typer.Option(
            "--hosts", min=1, max=12, metavar="N", help="How many hosts; default: 3.", show_default=False
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="With --headless: one JSON object a host, a line each.")
    ] = False,
) -> None:
    """Try it with hosts inside this process, reached over SSH.

    Of twelve hosts one is locked, one black and one off.

    \b
    Examples:
      deskconsole demo
      deskconsole demo --hosts 12
      deskconsole demo --headless 10 --json
    """
    if headless is None:
        if json:
            raise ConfigurationError("--json needs --headless SECONDS")
        from .console import run_demo

        sys.exit(run_demo(hosts))
    if hosts is not None:
        raise ConfigurationError("--headless runs the first three hosts", remedy="Leave out --hosts.")
    from deskconsole.demo.headless import run_headless
    from deskconsole.picture.opencv import require_opencv

    require_opencv()
    results = run_headless(headless, (lambda _event: None) if json else say_event)
    if json:
        for result in results:
            print_json(result)
    else:
        head = ("host", "state", "exact", "slices", "updates", "bytes")
        print_table(head, [_row(result) for result in results])
    if not all(result.exact for result in results):
        sys.exit(1)


def _row(result: HostResult) -> tuple[str, ...]:
    figures = result.statistics
    exact = {None: "?", True: "yes", False: "no"}[result.exact]
    counts = (figures.slices, figures.updates, figures.received)
    return (result.host, result.status, exact, *(f"{count:,}" for count in counts))
