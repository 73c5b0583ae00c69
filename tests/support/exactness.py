"""Whether a console shows what a screen shows, asked of both sides."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot


def is_exact(session: Session) -> bool:
    """Do both digests agree, when they are compared now?"""
    asked = time.time()
    session.check_exact()

    def compared(one: Snapshot) -> bool:
        return one.exactness is not None and one.exactness.at >= asked

    if not session.wait_for(compared, 60):
        return False
    exactness = session.snapshot().exactness
    return exactness is not None and exactness.exact


def shows(session: Session, screenshot: Callable[[], NDArray[np.uint8]]) -> bool:
    """Is every byte of the console's picture that of the real screen, and do both digests agree?"""
    return is_exact(session) and np.array_equal(session.framebuffer.pixels, screenshot())
