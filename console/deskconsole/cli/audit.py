"""`deskconsole audit`: who saw and controlled which host, from the audit log."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.paths import Paths
from deskconsole.common.safe_text import safe_text

from .events import moment_of
from .options import Json
from .terminal import print_json, print_line, say


def audit(
    host: Annotated[str | None, typer.Option(metavar="NAME", help="Only this host's.")] = None,
    since: Annotated[
        str, typer.Option(metavar="TIME", help="From then on: 30m, 8h, 7d, 22:00, 2026-11-28.")
    ] = "",
    json: Json = False,
) -> None:
    """List who saw and controlled which host from this console.

    It has links, control, questions, clipboards and deploys; of texts the length, never the content.
    With --json each entry is one JSON object a line.

    \b
    Examples:
      deskconsole audit --host lab-07
      deskconsole audit --since 2026-11-28 --json
    """
    import datetime as dt

    from deskconsole.audit import read_entries

    path = Paths.default().audit
    start = moment_of(since, time.time()) if since else 0.0
    found = 0
    try:
        for entry in read_entries(path, host=host, since=start):
            found += 1
            if json:
                print_json(entry)
                continue
            when = dt.datetime.fromtimestamp(entry.at).astimezone().isoformat(" ", "seconds")[:19]
            words = [
                safe_text(entry.host, 64),
                safe_text(entry.user, 64),
                entry.action.value,
                safe_text(entry.why),
            ]
            print_line("  ".join([when, *filter(None, words)]))
    except BrokenPipeError:  # the reader of what is printed has had enough
        raise
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}", remedy="Correct its permissions."
        ) from error
    if not found and not json:
        say("No entries." if not path.exists() else "No such entries.")
