"""Starts the agent where no one sees its output: the log file is standard error from the first line on.

The folder that goes to a host runs this (its `__main__.py`); `python -m deskagent` does without. Nothing of
the agent is imported before the log file is open: a numpy that cannot be loaded is to be read there too.
Requests of the console (`host launch`) import nothing of the agent's at all.
"""

from __future__ import annotations

import faulthandler
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO


def main() -> int:
    """Runs the agent's command line, or `python -m deskagent.host`, and returns the exit code."""
    if sys.argv[1:2] == ["host"]:
        from .host.__main__ import main as run_host

        return run_host(sys.argv[2:])
    if sys.stderr is None:  # pythonw
        sys.stderr = _log_of(sys.argv[1:])
    if sys.stderr is not None:
        faulthandler.enable(sys.stderr)
    from .__main__ import main as run

    return run()


def _log_of(arguments: Sequence[str]) -> TextIO | None:
    """The log file that the arguments name, opened for appending; None where there is none to be had."""
    for option, value in itertools.pairwise(arguments):
        if option == "--log-file":
            try:
                return Path(value).open("a", buffering=1, encoding="utf-8", errors="backslashreplace")
            except OSError:
                return None
    return None
