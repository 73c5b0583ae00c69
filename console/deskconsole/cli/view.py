"""`deskconsole view`, `stats` and `shot`: one host, seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deskconsole.common.errors import ConfigurationError
from deskconsole.picture.image_file import ImageFormat

from .options import Direct, Display, HostOrNone, Json, TokenFile, seconds_option
from .terminal import print_json, print_table, say

if TYPE_CHECKING:
    from deskconsole.app.results import HostResult


def view(
    host: HostOrNone = None,
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Begin in full screen.")] = False,
    control: Annotated[
        bool, typer.Option("--control", help="Control the host: keys and pointer go there.")
    ] = False,
    seconds: Annotated[float | None, seconds_option("Close after this time.")] = None,
    json: Annotated[
        bool, typer.Option("--json", help="With --seconds: no window, one JSON object at the end.")
    ] = False,
) -> None:
    """Show a host's desktop in a window until it is closed.

    Right Ctrl in the window takes control of the host, and gives it back.
    With --json --seconds S no window is opened: the stream runs for S seconds, and its figures are printed.

    \b
    Examples:
      deskconsole view lab-01
      deskconsole view alice@10.0.3.7 --display 1 --fullscreen
      deskconsole view lab-01 --json --seconds 10
    """
    from deskconsole.app.measuring import measure
    from deskconsole.app.waiting import wait_for_closed_window, wait_for_picture
    from deskconsole.common.paths import Paths
    from deskconsole.common.settings import Settings

    from .sessions import require_window, route_to, running_session

    if json and seconds is None:
        raise ConfigurationError("--json needs --seconds: figures are printed when they are over")
    if json and (control or fullscreen):
        raise ConfigurationError(
            f"{'--control' if control else '--fullscreen'} needs a window, and --json opens none",
            remedy="Leave one of both out.",
        )
    found, route = route_to(host, direct, token_file, display)
    if not json:
        require_window()
    # An agent reached directly has no name to remember its window by.
    paths = Paths.default()
    places = paths.window_places if direct is None else None
    pictures = Settings.load(paths.settings).pictures_in(paths)
    with running_session(found, route, quiet=json, places=places, pictures=pictures) as session:
        if json:
            print_json(measure(session, seconds or 0))
            return
        session.view(fullscreen=fullscreen, control=control)
        wait_for_picture(session)
        wait_for_closed_window(session, seconds)


def stats(
    host: HostOrNone = None,
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    seconds: Annotated[float, seconds_option("How long to count.", default=True)] = 5.0,
    json: Json = False,
) -> None:
    """Count what a host's stream costs for a while, without a window.

    \b
    Examples:
      deskconsole stats lab-01
      deskconsole stats lab-01 --seconds 60 --json
    """
    from deskconsole.app.measuring import measure

    from .sessions import route_to, running_session

    found, route = route_to(host, direct, token_file, display)
    with running_session(found, route, quiet=True) as session:
        figures = measure(session, seconds)
    if json:
        print_json(figures)
        return
    print_table(("figure", "value"), _for_people(figures))


def shot(
    host: HostOrNone = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="FILE.png, .jpg or .webp; or a folder.")
    ],
    kind: Annotated[
        ImageFormat | None, typer.Option("--format", help="The format, whatever the file's name.")
    ] = None,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    json: Json = False,
) -> None:
    """Save one exact picture of a host's desktop as PNG, WebP or JPEG.

    \b
    Examples:
      deskconsole shot lab-01 -o lab-01.png
      deskconsole shot lab-01 -o pictures --format webp
    """
    from deskconsole.app.screenshot import ShotTarget

    from .sessions import route_to, running_session

    target = ShotTarget(output, kind, several=False)
    found, route = route_to(host, direct, token_file, display)
    with running_session(found, route, quiet=True) as session:
        result = target.save(session)
    if json:
        print_json(result)
    else:
        say(f"{result.file}: {result.width}x{result.height}")


def _for_people(result: HostResult) -> list[tuple[str, str]]:
    """Names and texts of the figures that people read; `--json` has all figures under their own names.

    What is zero or not known is left out.
    """
    from deskconsole.common.figures import count, decimal, milliseconds, moment, percent, rate, share, size

    def a_second(number: float) -> str:
        return f"{decimal(number)}/s"

    def of_time(at: float) -> str:
        return f"of {moment(at, seconds=True)}"

    import msgspec

    figures: dict[str, Any] = msgspec.to_builtins(result)
    counted = figures["statistics"]
    verified = {None: "not verified", True: "yes", False: "no"}[figures["exact"]]
    screen = f"{figures['width']}x{figures['height']}" if figures["width"] else figures["screen"]
    refreshes = ", ".join(f"{number} {why}" for why, number in counted["refreshes"].items())
    rows: list[tuple[str, Any, Callable[[Any], str]]] = [
        ("state", figures["state"], str),
        ("reason", figures["reason"], str),
        ("screen", screen, str),
        ("logged on", figures["user"], str),
        ("picture", figures["picture_at"], of_time),
        ("exact", verified, str),
        ("lossy now", figures["lossy_share"], share),
        ("traffic", counted["bytes_per_second"], rate),
        ("updates", counted["updates_per_second"], a_second),
        ("slices", counted["slices_per_second"], a_second),
        ("packets", counted["packets"], count),
        ("refreshes", refreshes, str),
        ("received", counted["received"], size),
        ("saved of refreshes", counted["saved_share"], percent),
        ("round trip", counted["round_trip"], milliseconds),
        ("reconnects", counted["reconnects"], count),
        ("input done", figures["round_trips"]["done_p50"], milliseconds),
        ("input shown", figures["round_trips"]["shown_p50"], milliseconds),
    ]
    return [(name, words(figure)) for name, figure, words in rows if figure]
