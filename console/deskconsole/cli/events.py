"""`deskconsole events`: what happened to the hosts, from the event log."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Annotated

import typer

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.paths import Paths
from deskconsole.common.safe_text import safe_text

from .options import Json
from .terminal import print_json, print_line, say

_UNITS = {"m": 60, "h": 3600, "d": 86400}


def events(
    host: Annotated[str | None, typer.Option(metavar="NAME", help="Only this host's.")] = None,
    since: Annotated[
        str, typer.Option(metavar="TIME", help="From then on: 30m, 8h, 7d, 22:00, 2026-11-28.")
    ] = "",
    json: Json = False,
) -> None:
    """List what happened to the hosts: links lost and found, screens hidden, keys trusted, hosts changed.

    The TUI and `view` write these events down; the newest 20,000 or so are kept. With --json each event is
    one JSON object a line.

    \b
    Examples:
      deskconsole events --host lab-07 --since 12h
      deskconsole events --since 2026-11-28 --json
    """
    from deskconsole.common.figures import moment
    from deskconsole.session.event_log import read_events
    from deskconsole.wording.events import place, wording

    path = Paths.default().events
    start = moment_of(since, time.time()) if since else 0.0
    found = 0
    try:
        for event in read_events(path, host=host, since=start):
            found += 1
            if json:
                print_json(event)
                continue
            day = dt.datetime.fromtimestamp(event.at).astimezone().date().isoformat()
            text = safe_text(wording(event).text, 2000)
            print_line(f"{day} {moment(event.at, seconds=True)}  {safe_text(place(event), 64)}  {text}")
    except BrokenPipeError:  # the reader of what is printed has had enough
        raise
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}", remedy="Correct its permissions."
        ) from error
    if not found and not json:
        say("No events." if not path.exists() else "No such events.")


def moment_of(text: str, now: float) -> float:
    """Unix time of `30m` (ago), `22:00` (the last time it was), or a date with or without a time."""
    if ago := re.fullmatch(r"(\d{1,6})([mhd])", text):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
            clock = dt.time.fromisoformat(text.zfill(5))
            today = dt.datetime.fromtimestamp(now).astimezone()
            then = dt.datetime.combine(today.date(), clock).astimezone()
            return (then if then <= today else then - dt.timedelta(days=1)).timestamp()
        return dt.datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigurationError(
            f"{text!r} is no time",
            remedy="Give --since as 30m, 8h, 7d, 22:00, 2026-11-28 or 2026-11-28T22:00.",
        ) from error
