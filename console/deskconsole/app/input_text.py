"""Texts that may be typed on a host, or go into its clipboard."""

from __future__ import annotations

import re

from deskconsole.common.errors import ConfigurationError
from deskconsole.session.sent_inputs import LONGEST_TEXT
from deskwire.clip_text import clip_fault, clip_text, with_line_feeds

_NO_KEY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""C0 without tab and line feed, DEL and C1; halves of characters, which are bytes that are not UTF-8."""

_NOT_UTF_8 = "the text is not UTF-8"


def require_typable(text: str) -> str:
    """The text with line feeds as its line ends; raises ConfigurationError where no key could give it."""
    text = with_line_feeds(text)
    if not text:
        raise ConfigurationError("there is no text to type")
    if len(text) > LONGEST_TEXT:
        raise ConfigurationError(
            f"the text has {len(text):,} characters, at most {LONGEST_TEXT:,} are typed at once",
            remedy="Type it in parts.",
        )
    if (strange := _NO_KEY.search(text)) is not None:
        code = ord(strange[0])
        raise ConfigurationError(
            _NOT_UTF_8
            if code >= 0xD800
            else f"the text has the control character U+{code:04X}, which cannot be typed as text"
        )
    return text


def require_clip(text: str) -> str:
    """The text itself; raises ConfigurationError where no clipboard takes it."""
    if (fault := clip_fault(clip_text(text))) is not None:
        raise ConfigurationError(fault)
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        raise ConfigurationError(_NOT_UTF_8)
    return text
