"""Asking the stand-in's services (services.py): by its Windows programs and, from outside, by the tests."""

import json
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any


class ServicesError(Exception):
    """What went wrong there."""


def ask(testbed: Path, verb: str, *arguments: object) -> Any:
    """The result of one request to the services of the stand-in whose C:\\testbed is at that path."""
    told = json.loads((testbed / "services.json").read_text())
    with Client(("127.0.0.1", told["port"]), authkey=bytes.fromhex(told["key"])) as services:
        services.send((verb, *arguments))
        done, result = services.recv()
    if not done:
        raise ServicesError(result)
    return result
