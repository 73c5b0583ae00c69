"""Reads what `query user` prints of who is logged on, and sorts sessions; no system is asked."""

from __future__ import annotations

import re
from typing import Any


def logged_on(said: str) -> list[dict[str, Any]]:
    """Reads `query user` in any language: its columns keep their order, and only names have none.

    A session without a station is disconnected, whatever the word for that is; the others are in use.
    """
    found = []
    for line in said.splitlines():
        row = re.match(r"[> ](\S.*?)\s{2,}(?:(\S+)\s+)?(\d+)\s{2,}\S", line, re.ASCII)
        if row:
            user, station, number = row.groups()
            state = "active" if station else "disconnected"
            found.append({"number": int(number), "station": station or "", "user": user, "state": state})
    return found


def same_user(one: str, other: str) -> bool:
    """True if two accounts are the same as far as both are given: the domain may be missing in either."""
    one, other = one.casefold(), other.casefold()
    if "\\" in one and "\\" in other:
        return one == other
    return one.rpartition("\\")[2] == other.rpartition("\\")[2]


def preference(session: dict[str, Any]) -> tuple[bool, bool, bool, int]:
    """Sorts sessions: own ones, then active ones, then the console's come first."""
    at_console = session["station"].casefold() == "console"
    return not session["own"], session["state"] != "active", not at_console, session["number"]
