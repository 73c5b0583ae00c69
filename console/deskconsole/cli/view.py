"""`deskconsole view`, `stats` and `shot`: one host, seen."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import cv2
import typer

from ..errors import ConfigurationError
from ..session.report import report
from ..session.session import Session
from ..session.snapshot import Snapshot
from ..session.state import SETTLED
from .sessions import route_to, running_session, wait_for_picture
from .terminal import print_json, print_table, say

HostArgument = Annotated[
    str | None, typer.Argument(metavar="HOST", help="A name of the inventory, or [user@]address[:port].")
]
Direct = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="An agent's own port, without SSH.", show_default=False),
]
TokenFile = Annotated[Path | None, typer.Option(help="The agent's token file, for --direct.")]
Display = Annotated[
    int | None, typer.Option(min=0, max=64, help="0: the whole desktop; 1, 2, ...: one display.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def view(
    host: HostArgument = None,
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    fullscreen: Annotated[bool, typer.Option(help="Begin in full screen.")] = False,
    seconds: Annotated[float | None, typer.Option(min=0, help="Close by itself after so long.")] = None,
    json: Json = False,
) -> None:
    """Show a host's desktop in a window until it is closed.

    With --json --seconds S no window is opened: the stream runs for S seconds, and its figures are printed.
    """
    if json and seconds is None:
        raise ConfigurationError("--json needs --seconds: figures are printed when they are over")
    found, route = route_to(host, direct, token_file, display)
    with running_session(found, route, quiet=json) as session:
        if json:
            wait_for_picture(session)
            _run_for(session, seconds or 0)
            print_json(report(_compared(session)))
            return
        session.view(fullscreen=fullscreen)
        wait_for_picture(session)
        deadline = None if seconds is None else time.monotonic() + seconds
        _until_closed(session, deadline)


def stats(
    host: HostArgument = None,
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to count.")] = 5.0,
    json: Json = False,
) -> None:
    """Count what a host's stream costs for a while, without a window."""
    found, route = route_to(host, direct, token_file, None)
    with running_session(found, route, quiet=True) as session:
        wait_for_picture(session)
        _run_for(session, seconds)
        figures = report(_compared(session))
    if json:
        print_json(figures)
        return
    rows = [(key, str(value)) for key, value in figures.items() if key != "statistics"]
    rows += [(key, str(value)) for key, value in figures["statistics"].items()]
    print_table(("figure", "value"), rows)


def shot(
    host: HostArgument = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the PNG goes.")],
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    json: Json = False,
) -> None:
    """Save one exact picture of a host's desktop as PNG."""
    found, route = route_to(host, direct, token_file, display)
    with running_session(found, route, quiet=True) as session:
        wait_for_picture(session)
        snapshot = _compared(session)
        encoded, data = cv2.imencode(".png", session.framebuffer.pixels)
    try:
        output.write_bytes(data.tobytes() if encoded else b"")
    except OSError as error:
        raise ConfigurationError(f"cannot write {output}: {error.strerror}") from None
    if json:
        print_json(report(snapshot) | {"file": str(output)})
    else:
        say(f"{output}: {snapshot.size[0]}x{snapshot.size[1]}" if snapshot.size else str(output))


def _run_for(session: Session, seconds: float) -> None:
    """Lets the session stream; raises what ended it early."""
    session.wait_for(lambda one: one.state in SETTLED, seconds)
    if session.failure is not None:
        raise session.failure


def _compared(session: Session) -> Snapshot:
    """A snapshot whose pictures have just been compared, or have `exactness` None where nobody answered."""
    asked = time.time()
    session.check_exact()
    session.wait_for(lambda one: one.exactness is not None and one.exactness.at >= asked, 10.0)
    return session.snapshot()


def _until_closed(session: Session, deadline: float | None) -> None:
    """Returns when the window is closed, the session ends or the time is over."""
    session.wait_for(lambda one: one.viewing or one.state in SETTLED, 60.0)
    timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
    session.wait_for(lambda one: not one.viewing or one.state in SETTLED, timeout)
    if session.failure is not None:
        raise session.failure
