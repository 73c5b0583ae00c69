"""The words by which a host's Python reads a script from stdin: its length on a line, then the script.

Python's own `-` runs a script at the end of stdin, which Windows' SSH server does not always deliver.
"""

from __future__ import annotations

READ_SCRIPT = "import sys; stdin = sys.stdin.buffer; exec(stdin.read(int(stdin.readline())))"
"""Nothing in it is special between double quotes to sh, csh or fish."""

READER = "run.py"
"""The file in a runtime that holds them: a command for cmd.exe and PowerShell has no quotes."""

READER_FILES = {READER: READ_SCRIPT.encode("ascii") + b"\n"}


def framed(script: bytes) -> bytes:
    """The script with its length before it."""
    return b"%d\n%b" % (len(script), script)
