"""Answers the console: calls a request's main and prints what it returns behind a marker."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from typing import Any

_marker: list[str] = []


def answer(main: Callable[[dict[str, Any]], dict[str, Any]], marker: str, arguments: dict[str, Any]) -> None:
    """Prints one line, `marker` and JSON, on a line of its own: login scripts may have printed before it."""
    _marker.append(marker)
    try:
        result = main(arguments)
    except OSError as error:
        what = error.strerror or str(error)
        if number := getattr(error, "winerror", None):  # the words are in the host's language
            what = f"{what.rstrip('.')} (error {number})"
        result = {
            "error": f"{what}: {error.filename}" if error.filename else what,
            "errno": errno.errorcode.get(error.errno or 0, ""),
        }
    os.write(1, f"\n{marker}{json.dumps(result)}\n".encode("ascii"))


def tell(done: int, total: int) -> None:
    """Reports how far a long request has come; raises OSError where the console does not listen any more."""
    os.write(1, f"\n{_marker[-1]}{json.dumps([done, total])}\n".encode("ascii"))
