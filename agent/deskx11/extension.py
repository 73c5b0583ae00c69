"""Extensions of an X server, as one connection knows them."""

from __future__ import annotations

from typing import Any


def query_extension(display: Any, name: str) -> Any:
    """The server's answer about an extension: `major_opcode`, `first_event`, `first_error`.

    `display` is python-xlib's. Raises LookupError where the server does not have the extension.
    """
    known = display.query_extension(name)
    if known is None or not known.present:
        raise LookupError(f"the X server has no {name}")
    return known
