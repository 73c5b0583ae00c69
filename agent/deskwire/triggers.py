"""Why a refresh was sent, by name. The first three are the article's, its values the defaults of `push`."""

from __future__ import annotations

from enum import StrEnum


class Trigger(StrEnum):
    """The causes of a refresh."""

    FIRST_FRAME = "first frame"
    TOO_MANY_SLICES = "too many slices"
    TOO_LARGE = "too large"
    GEOMETRY = "geometry change"
    REQUEST = "console request"
    RESTART = "stream restart"


ARTICLE_MAX_SLICES = 3000
"""More changed areas than this and the article's sender refreshes."""

ARTICLE_MAX_SHARE = 0.9
"""Slices that cover more of the picture than this and the article's sender refreshes."""
