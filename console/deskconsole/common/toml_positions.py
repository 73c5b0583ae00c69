"""The lines of tables of one kind, and of their keys, in a TOML text. tomllib reads the values.

Neither tomllib nor tomlkit keeps positions. So the text is cut at its lines, and tomllib is asked: a cut
inside of a string or an array over several lines is the only one that leaves something unreadable.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """One `[[kind]]` table: its header and all that follows up to the next one."""

    kind: str
    first: int
    """Number of the header's line, from 1."""
    lines: tuple[str, ...]
    """With their line ends."""

    def line_of(self, key: str) -> int:
        """The number of the line on which `key` of the table begins; the header's if it has none."""
        return self.first - 1 + line_of(self.lines, self.kind, 0, key)

    @property
    def own(self) -> int:
        """The number of lines that are the table's own; comments after its last key are not."""
        count = len(self.lines)
        while count > 1 and _is_trivia(self.lines[count - 1]) and _read(self.lines[: count - 1]) is not None:
            count -= 1
        return count


def split(text: str, kinds: Sequence[str]) -> tuple[tuple[str, ...], list[Block]]:
    """The lines before the first `[[kind]]` of a valid TOML text, and a block for each of these tables."""
    header = re.compile(rf"""[ \t]*\[\[[ \t]*(["']?)({"|".join(kinds)})\1[ \t]*\]\]""")
    # str.splitlines also cuts at separators that may stand inside of a TOML string.
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    cuts: list[tuple[int, str]] = []
    begin = 0
    for number, line in enumerate(lines):
        # What looks like a header inside of a string leaves the lines before it unreadable.
        if (found := header.match(line)) and _read(lines[begin:number]) is not None:
            cuts.append((number, found[2]))
            begin = number
    if not cuts:
        return tuple(lines), []
    ends = [*(start for start, _ in cuts[1:]), len(lines)]
    return tuple(lines[: cuts[0][0]]), [
        Block(kind, first=start + 1, lines=tuple(lines[start:end]))
        for (start, kind), end in zip(cuts, ends, strict=True)
    ]


def line_of(lines: Sequence[str], *path: str | int) -> int:
    """The number, from 1, of the line on which the value at `path` begins; 1 if there is none."""
    readable = 0
    for count in range(1, len(lines) + 1):
        data = _read(lines[:count])
        if data is None:
            continue
        if _has(data, path):
            return readable + 1
        readable = count
    return 1


def _has(data: Any, path: Sequence[str | int]) -> bool:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError):
            return False
    return True


def _read(lines: Sequence[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return None


def _is_trivia(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
