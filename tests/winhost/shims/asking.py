"""Asking the stand-in's services (services.py): by its Windows programs and, from outside, by the tests."""

import json
import socket
from pathlib import Path
from typing import Any


class ServicesError(Exception):
    """What went wrong there."""


def ask(testbed: Path, verb: str, *arguments: object) -> Any:
    """The result of one request to the services of the stand-in whose C:\\testbed is at that path."""
    port = int((testbed / "services.port").read_text())
    with (
        socket.create_connection(("127.0.0.1", port)) as link,
        link.makefile("rw", encoding="utf-8") as lines,
    ):
        lines.write(json.dumps([verb, *arguments]) + "\n")
        lines.flush()
        done, result = json.loads(lines.readline())
    if not done:
        raise ServicesError(result)
    return result
