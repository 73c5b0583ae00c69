"""The banner over an old picture, in a font that knows ASCII only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deskconsole.viewer.overlay import draw_banner


def _aged(text: str) -> NDArray[np.uint8]:
    picture = np.full((80, 400, 4), 90, np.uint8)
    draw_banner(picture, text)
    return picture


def test_letters_lose_their_marks_and_are_not_lost_themselves() -> None:
    assert np.array_equal(_aged("Žofie Nováková\nÅngström"), _aged("Zofie Novakova\nAngstrom"))
    assert np.array_equal(_aged("日本"), _aged("??"))
