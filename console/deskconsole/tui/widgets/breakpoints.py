"""The sizes of a terminal from which more is shown, in cells: the style sheet's classes and those in code."""

from __future__ import annotations

BESIDE = 68
"""Columns from which a picture has room beside the facts about its host."""

WIDE = 104
"""Columns from which the facts keep more room beside a picture, and the footer has room for all keys."""

KEY_LINE = 118
"""Columns from which a host and its key fit into one line."""

SHORT, TALL = 16, 30
"""Lines from which more than the table is shown, and from which dialogs have all the room they need."""

HORIZONTAL = [(0, "-narrow"), (WIDE, "-wide")]
VERTICAL = [(0, "-tiny"), (SHORT, "-short"), (TALL, "-tall")]
