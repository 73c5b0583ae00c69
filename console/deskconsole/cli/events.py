"""`deskconsole events`: what happened to the hosts, from the event log."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from deskconsole.common.safe_text import safe_text

from .log_listing import OfHost, OfHosts, Since, print_log, start_of
from .options import Json
from .running import kept_files

if TYPE_CHECKING:
    from deskconsole.session.events import Event


def events(names: OfHosts = None, *, host: OfHost = None, since: Since = "", json: Json = False) -> None:
    """List what happened to the hosts.

    Links were lost and found, screens hidden, keys trusted, hosts changed, and so on. The console and
    commands write these events down; the newest 20,000 or so are kept. The demo's are its own: they are
    listed while it runs, where its hosts are the only ones, or one is named. With --json each event is one
    JSON object a line.

    \b
    Examples:
      deskconsole events lab-07 --since 12h
      deskconsole events --since 2026-11-28 --json
    """
    from deskconsole.session.event_log import read_events

    start = start_of(since)
    hosts = {*(names or ()), *(host or ())}
    kept = kept_files(hosts)
    path = kept.paths.events
    print_log(kept, path, read_events(path, hosts=hosts, since=start), event_line, json=json, noun="events")


def event_line(event: Event) -> str:
    """An event for people: when, where, what."""
    from deskconsole.common.figures import moment
    from deskconsole.wording.events import place, wording

    day = dt.datetime.fromtimestamp(event.at).astimezone().date().isoformat()
    text = safe_text(wording(event).text, 2000)
    return f"{day} {moment(event.at, seconds=True)}  {safe_text(place(event), 64)}  {text}"
