"""Whether a console shows what a screen shows, asked of both sides."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot


def shows(session: Session, screenshot: Callable[[], NDArray[np.uint8]]) -> bool:
    """Is every byte of the console's picture that of the real screen, and do both digests agree?"""
    asked = time.time()
    session.check_exact()

    def compared(one: Snapshot) -> bool:
        return one.exactness is not None and one.exactness.at >= asked

    if not session.wait_for(compared, 10):
        return False
    exactness = session.snapshot().exactness
    same = np.array_equal(session.framebuffer.pixels, screenshot())
    return exactness is not None and exactness.exact and same
