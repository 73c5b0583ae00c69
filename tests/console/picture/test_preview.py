"""Small pictures: which of them are black."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from deskconsole.picture.preview import PreviewPicture, is_black


@pytest.mark.parametrize("size", [(320, 180), (960, 540)])
@pytest.mark.parametrize(("shown", "black"), [("", True), ("login:", False)])
def test_a_black_screen_is_told_from_one_with_a_few_words_on_it(
    size: tuple[int, int], shown: str, black: bool
) -> None:
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    cv2.putText(pixels, shown, (5, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.3, (200, 200, 200))
    assert is_black(pixels) == black
    _, jpeg = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, 75))
    assert PreviewPicture(*size, jpeg.tobytes(), 0.0).black == black
