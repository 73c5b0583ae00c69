"""The banner over an old picture, in a font that knows ASCII only."""

from __future__ import annotations

import numpy as np

from deskconsole.viewer.canvas import aged


def test_letters_lose_their_marks_and_are_not_lost_themselves() -> None:
    picture = np.full((80, 400, 3), 90, np.uint8)
    assert np.array_equal(
        aged(picture, "Žofie Nováková\nÅngström"), aged(picture, "Zofie Novakova\nAngstrom")
    )
    assert np.array_equal(aged(picture, "日本"), aged(picture, "??"))
