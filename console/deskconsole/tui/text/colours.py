"""The colours of a status, as Textual names them; its words are those of every face."""

from __future__ import annotations

from deskconsole.wording.status import Kind

MUTED = "$foreground 65%"
FAINT = "$foreground 40%"
"""Textual's `$text-muted` is "auto", which in content, away from a style sheet, comes out as white."""

COLOURS = {
    Kind.LIVE: "$success",
    Kind.ATTENTION: "$warning",
    Kind.UNDER_WAY: "$primary",
    Kind.BAD: "$error",
    Kind.QUIET: MUTED,
}
