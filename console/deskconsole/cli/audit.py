"""`deskconsole audit`: who saw and controlled which host, from the audit log."""

from __future__ import annotations

import datetime as dt

from deskconsole.common.safe_text import safe_text

from .log_listing import OfHost, OfHosts, Since, print_log, start_of
from .options import Json
from .running import kept_files


def audit(names: OfHosts = None, *, host: OfHost = None, since: Since = "", json: Json = False) -> None:
    """List who saw and controlled which host from this console.

    It has links, control, questions, clipboards and deploys; of texts the length, never the content. The
    demo's is its own: it is listed while the demo runs, where its hosts are the only ones, or one is named.
    With --json each entry is one JSON object a line.

    \b
    Examples:
      deskconsole audit lab-07
      deskconsole audit --since 2026-11-28 --json
    """
    from deskconsole.audit import AuditEntry, read_entries

    def line(entry: AuditEntry) -> str:
        when = dt.datetime.fromtimestamp(entry.at).astimezone().isoformat(" ", "seconds")[:19]
        names = (safe_text(name, 64) for name in (entry.host, entry.user))
        return "  ".join([when, *filter(None, (*names, entry.action.value, safe_text(entry.why)))])

    start = start_of(since)
    hosts = {*(names or ()), *(host or ())}
    kept = kept_files(hosts)
    path = kept.paths.audit
    print_log(kept, path, read_entries(path, hosts=hosts, since=start), line, json=json, noun="entries")
