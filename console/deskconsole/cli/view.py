"""`deskconsole view`, `stats` and `shot`: one host, seen."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import ConfigurationError, StreamError
from .options import Direct, Display, HostOrNone, Json, TokenFile, seconds_option
from .terminal import print_json, print_table, say

if TYPE_CHECKING:
    from ..session.session import Session

_TICK = 0.5

_FOR_MACHINES = ("statistics", "since", "digest")
"""What of the figures a table for people leaves out."""


def view(
    host: HostOrNone = None,
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Begin in full screen.")] = False,
    seconds: Annotated[float | None, seconds_option("Close by itself after so long.")] = None,
    json: Annotated[
        bool, typer.Option("--json", help="With --seconds: no window, one JSON object at the end.")
    ] = False,
) -> None:
    """Show a host's desktop in a window until it is closed.

    With --json --seconds S no window is opened: the stream runs for S seconds, and its figures are printed.

    \b
    Examples:
      deskconsole view lab-01
      deskconsole view alice@10.0.3.7 --display 1 --fullscreen
      deskconsole view lab-01 --json --seconds 10
    """
    from ..paths import Paths
    from .sessions import require_window, route_to, running_session, until_closed, wait_for_picture

    if json and seconds is None:
        raise ConfigurationError("--json needs --seconds: figures are printed when they are over")
    found, route = route_to(host, direct, token_file, display)
    if not json:
        require_window()
    # An agent reached directly has no name to remember its window by.
    places = Paths.default().window_places if direct is None else None
    with running_session(found, route, quiet=json, places=places) as session:
        if json:
            wait_for_picture(session)
            print_json(_counted(session, seconds or 0))
            return
        session.view(fullscreen=fullscreen)
        wait_for_picture(session)
        until_closed(session, seconds)


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
    from .sessions import route_to, running_session, wait_for_picture

    found, route = route_to(host, direct, token_file, display)
    with running_session(found, route, quiet=True) as session:
        wait_for_picture(session)
        figures = _counted(session, seconds)
    if json:
        print_json(figures)
        return
    flat = figures | figures["statistics"]
    if flat["picture_at"] is not None:
        flat["picture_at"] = time.strftime("%H:%M:%S", time.localtime(flat["picture_at"]))
    rows = [(key, _shown(value)) for key, value in flat.items() if key not in _FOR_MACHINES]
    print_table(("figure", "value"), [row for row in rows if row[1]])


def shot(
    host: HostOrNone = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the PNG goes.")],
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    json: Json = False,
) -> None:
    """Save one exact picture of a host's desktop as PNG.

    \b
    Example:
      deskconsole shot lab-01 -o lab-01.png
    """
    from ..session.report import report
    from ..session.state import SETTLED
    from .sessions import compared, route_to, running_session, wait_for_picture

    if output.suffix.lower() not in {"", ".png"}:
        raise ConfigurationError(
            f"{output} would be a PNG by another name", remedy="Give a name that ends in .png."
        )
    if not output.parent.is_dir():
        raise ConfigurationError(
            f"cannot write {output}: there is no folder {output.parent}", remedy="Make it, or name another."
        )
    found, route = route_to(host, direct, token_file, display)
    with running_session(found, route, quiet=True) as session:
        wait_for_picture(session)
        snapshot = compared(session)
        if snapshot.exactness is not None and not snapshot.exactness.exact:
            raise StreamError(f"the picture of {found.name} differs from the host's", remedy="Try again.")
        # While nobody draws on it any more: a picture is not to be half of one packet, half of the next.
        session.disconnect()
        session.wait_for(lambda one: one.state in SETTLED, None)
        data = _png(session)
    try:
        output.write_bytes(data)
    except OSError as error:
        raise ConfigurationError(f"cannot write {output}: {error.strerror}") from None
    if json:
        print_json(report(snapshot) | {"file": str(output)})
    else:
        say(f"{output}: {snapshot.size[0]}x{snapshot.size[1]}" if snapshot.size else str(output))


def _png(session: Session) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", session.framebuffer.pixels)[1])


def _counted(session: Session, seconds: float) -> dict[str, Any]:
    """Lets the session stream; its figures, or what ended it early."""
    from ..session.report import report
    from ..session.state import SETTLED
    from .sessions import compared

    end = time.monotonic() + seconds
    # In small waits: a long one cannot be interrupted by Ctrl+C on Windows.
    while (left := end - time.monotonic()) > 0:
        if session.wait_for(lambda one: one.state in SETTLED, min(left, _TICK)):
            break
    if session.failure is not None:
        raise session.failure
    return report(compared(session))


def _shown(value: object) -> str:
    """A figure for a person's eye; what is not known is left out."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in value.items())
    return str(value)
