"""Text for JSON and other formats that take UTF-8 alone: a path on Linux may have other bytes in it."""

from __future__ import annotations


def utf8_text(text: str) -> str:
    """The text, with a question mark for each byte that is not UTF-8.

    >>> utf8_text("/home/\\udcffann")
    '/home/?ann'
    """
    return text.encode(errors="replace").decode()
