"""Looks for words in a text that is not to tell them."""

from __future__ import annotations

import re
from collections.abc import Iterable


def told_words(text: str, words: Iterable[str]) -> list[str]:
    """Those of the words that stand in the text as a whole, in any case."""
    return [word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]
