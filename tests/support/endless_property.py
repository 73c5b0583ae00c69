"""A window's property with more in it than a program should read: any program on the server may write one."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from Xlib import X

ENDLESS = 4_000_000
"""Bytes."""
_PIECE = 200_000
"""Bytes of one request."""


def make_endless(window: Any, name: int, kind: int, content: bytes, *, bits: int = 8) -> None:
    """Fills the property with repetitions of `content`; `bits` of each number in it."""
    piece = content * (_PIECE // len(content))
    for number in range(ENDLESS // len(piece)):
        window.change_property(name, kind, bits, piece, X.PropModeAppend if number else X.PropModeReplace)
        window.get_geometry()  # its answer says that the piece has arrived, and takes no memory here


@contextmanager
def memory_at_most(most: int) -> Iterator[None]:
    """Asserts that no more bytes than this are taken at any time."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most, f"{peak:,} bytes were taken"
