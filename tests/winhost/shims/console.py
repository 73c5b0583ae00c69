"""Speaking to a console as programs of Windows do: in the OEM code page, not in Python's."""

import sys


def say(words: str, *, error: bool = False) -> None:
    """One or more lines."""
    stream = (sys.stderr if error else sys.stdout).buffer
    stream.write(words.replace("\n", "\r\n").encode("oem", "replace") + b"\r\n")
