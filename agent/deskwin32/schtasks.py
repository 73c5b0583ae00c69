"""Words that ask schtasks for our scheduled tasks, and readers of what it prints; no system is asked."""

from __future__ import annotations

import csv
import re

PREFIX = "deskconsole-"
"""The names of all deskconsole's tasks begin with it."""

LIST = ("/query", "/fo", "CSV", "/nh")
DETAILS = (*LIST, "/v", "/tn")
"""Arguments of schtasks; a task's name follows the second."""

_COLUMN_RESULT = 6
_COLUMN_COMMAND = 8
"""Columns of `schtasks /query /v /fo CSV`; the names of its columns are translated, their order is not."""


def names(listed: str) -> list[str]:
    """Tasks that are called as ours are, in what schtasks lists; folders are left out."""
    found = {row[0].rpartition("\\")[2] for row in rows(listed) if row}
    return sorted(name for name in found if re.fullmatch(rf"{PREFIX}[0-9a-f]+", name))


def starts_from(details: str, root: str) -> bool:
    """True if a task starts something from below this folder: another user may have such a task too.

    What is not ASCII in its name may be anything here: code pages lack letters, others stand for them then.
    """
    folder = ".*?".join(re.escape(part) for part in re.split(r"[^\0-\x7f]+", root))
    commands = [row[_COLUMN_COMMAND] for row in rows(details) if len(row) > _COLUMN_COMMAND]
    return any(re.match(rf'"?{folder}\\', command, re.IGNORECASE) for command in commands)


def last_result(details: str) -> int | None:
    """A task's last result without a sign; None where its details tell none."""
    for row in rows(details):
        try:
            return int(row[_COLUMN_RESULT]) & 0xFFFFFFFF
        except (ValueError, IndexError):
            continue
    return None


def rows(text: str) -> list[list[str]]:
    """The rows of schtasks' CSV."""
    return list(csv.reader(text.splitlines()))
