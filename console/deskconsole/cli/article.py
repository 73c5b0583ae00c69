"""`deskconsole listen` and `diff`: the article's receiver, in either dialect, and its comparison."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from deskconsole.common.counted import counted
from deskconsole.common.errors import ConfigurationError

from .options import Json, seconds_option
from .terminal import print_json, say


def listen(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    no_identity: Annotated[
        bool,
        typer.Option(
            "--no-identity",
            help="Packets come without the 16 bytes of identity.",
        ),
    ] = False,
    seconds: Annotated[float | None, seconds_option("Stop after so long.")] = None,
    json: Annotated[
        bool, typer.Option("--json", help="With --seconds: no window, one JSON object at the end.")
    ] = False,
) -> None:
    """Receive from the article's sender and show its desktop.

    \b
    Examples:
      deskconsole listen
      deskconsole listen --port 9000 --no-identity
    """
    from deskconsole.picture.opencv import require_opencv

    if json and seconds is None:
        raise ConfigurationError("--json needs --seconds: figures are printed when they are over")
    require_opencv()
    from deskconsole.article import listen as receiver

    begun = time.monotonic()
    report = receiver.listen(port, host, identity=not no_identity, seconds=seconds, show=not json, say=say)
    if json:
        from deskconsole.app.results import ListenResult

        print_json(ListenResult(**report.as_dict(), seconds=time.monotonic() - begun))
    else:
        figures = ((report.packets, "packet"), (report.slices, "slice"), (report.received, "byte"))
        say(", ".join(counted(number, noun) for number, noun in figures))


def diff(
    previous: Annotated[Path, typer.Argument(help="A picture: PNG or JPEG.", show_default=False)],
    current: Annotated[Path, typer.Argument(help="A later one of the same size.", show_default=False)],
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="MARKED", help="Where CURRENT goes, with what changed in green frames."
        ),
    ],
    threshold: Annotated[
        int, typer.Option(min=0, max=255, help="Changes of a channel up to this do not count.")
    ] = 0,
    show: Annotated[bool, typer.Option("--show", help="Show it in a window until that is closed.")] = False,
    json: Json = False,
) -> None:
    """Compare two pictures and mark what changed.

    \b
    Example:
      deskconsole diff before.png after.png -o marked.png --show
    """
    from deskconsole.picture.opencv import require_opencv

    require_opencv()
    from deskconsole.article import difference

    report = difference.run(previous, current, output, threshold, show)
    if json:
        from deskconsole.app.results import Area, DiffResult

        areas = [Area(*rectangle) for rectangle in report.rectangles]
        print_json(
            DiffResult(report.areas, report.changed_pixels, report.width, report.height, areas, str(output))
        )
    else:
        say(f"{output}: {counted(report.areas, 'area')}, {counted(report.changed_pixels, 'pixel')} changed")
