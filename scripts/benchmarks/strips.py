"""Counts how often a strip of a screen is seen to change: a process of its own that looks at X displays.

What changes faster than it looks is counted less often than it was drawn: nobody at a display of that rate
could have seen more either.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import mss

_STEP = 1 / 200
"""Seconds between two looks; a look at 1920 x 2 pixels takes 0.1 ms."""

Strip = tuple[int, int, int, int]
"""x, y, width and height."""


class StripCounter:
    """Watches the same strip of several displays."""

    def __init__(self, displays: Sequence[str], strip: Strip) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, *map(str, strip), *displays],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def counts(self) -> list[int]:
        """Changes seen so far, by display."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the counter cannot be asked")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return [int(word) for word in self._process.stdout.readline().split()]

    def __enter__(self) -> Self:
        self.counts()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()


def main() -> None:
    """Answers each line with the counts."""
    x, y, width, height = map(int, sys.argv[1:5])
    area = {"left": x, "top": y, "width": width, "height": height}
    grabbers = [mss.MSS(display=display) for display in sys.argv[5:]]
    counts = [-1] * len(grabbers)
    last = [b""] * len(grabbers)

    def answer() -> None:
        for _ in sys.stdin:
            print(*(max(0, count) for count in counts), flush=True)

    threading.Thread(target=answer, daemon=True).start()
    while True:
        for number, grabber in enumerate(grabbers):
            seen = bytes(grabber.grab(area).raw)
            if seen != last[number]:
                last[number] = seen
                counts[number] += 1
        time.sleep(_STEP)


if __name__ == "__main__":
    main()
