"""Drags a window of somebody else's in a circle, 60 times a second and without pause: a process of its own.

`python -m scripts.benchmarks.dragger WINDOW`, on the X display of the environment.
"""

from __future__ import annotations

import itertools
import math
import os
import sys
import time

from .patch import Mover

RATE = 60
MIDDLE = 460, 290
RADII = 400, 200
TURN = 90
"""Steps for one turn: 1.5 s."""


def main() -> None:
    """Until it is ended."""
    mover = Mover(os.environ["DISPLAY"], int(sys.argv[1]))
    began = time.monotonic()
    for step in itertools.count():
        # By the clock, not by pauses: a step that took long makes the next one shorter.
        time.sleep(max(0.0, began + step / RATE - time.monotonic()))
        angle = step * math.tau / TURN
        x = MIDDLE[0] + int(RADII[0] * math.cos(angle))
        mover.move(x, MIDDLE[1] + int(RADII[1] * math.sin(angle)))


if __name__ == "__main__":
    main()
