"""`deskconsole diff`: what is found, what is drawn, what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from deskconsole.article.difference import mark_differences, run
from deskconsole.common.errors import ConfigurationError
from deskwire.geometry import Rectangle


def _save(path: Path, picture: np.ndarray) -> Path:
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    return path


def test_two_changes_far_apart_are_two_rectangles_and_colours_stay() -> None:
    before = np.full((100, 200, 3), 90, np.uint8)
    after = before.copy()
    after[10:20, 30:50] = (200, 10, 10)
    after[70:71, 150:151] = (91, 90, 90)
    marked, rectangles = mark_differences(before, after)
    assert rectangles == [Rectangle(30, 10, 20, 10), Rectangle(150, 70, 1, 1)]
    assert (marked[10:20, 30:50] == (200, 10, 10)).all()
    assert (marked[8, 30:50] == (0, 255, 0)).all()
    assert (marked[40:60] == 90).all()
    assert (after[8, 30:50] == 90).all()


def test_black_to_blue_is_seen_even_with_the_threshold_of_30() -> None:
    before = np.zeros((20, 20, 3), np.uint8)
    after = before.copy()
    after[5, 5] = (255, 0, 0)
    assert mark_differences(before, after, 30)[1] == [Rectangle(5, 5, 1, 1)]
    after[5, 5] = (30, 0, 0)
    assert mark_differences(before, after, 30)[1] == []
    assert mark_differences(before, after)[1] == [Rectangle(5, 5, 1, 1)]


def test_files_with_any_name_are_compared_and_the_marked_one_written(tmp_path: Path) -> None:
    before = np.zeros((60, 80, 3), np.uint8)
    after = before.copy()
    after[20:24, 20:30] = 255
    output = tmp_path / "разница.png"
    report = run(_save(tmp_path / "vorhér ü.png", before), _save(tmp_path / "後.png", after), output)
    assert (report.areas, report.changed_pixels, report.width, report.height) == (1, 40, 80, 60)
    written = cv2.imdecode(np.fromfile(output, np.uint8), cv2.IMREAD_COLOR)
    assert written is not None
    assert (written == mark_differences(before, after)[0]).all()


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    small = _save(tmp_path / "small.png", np.zeros((4, 4, 3), np.uint8))
    large = _save(tmp_path / "large.png", np.zeros((4, 5, 3), np.uint8))
    broken = tmp_path / "broken.png"
    broken.write_bytes(small.read_bytes()[:20])
    empty = tmp_path / "empty.png"
    empty.touch()
    target = tmp_path / "marked.png"
    for previous, current, output, words in (
        (small, large, target, "4 x 4 and 5 x 4"),
        (small, broken, target, "not a picture"),
        (empty, small, target, "not a picture"),
        (small, tmp_path / "missing.png", target, "No such file"),
        (small, small, tmp_path / "none" / "marked.png", "cannot be written"),
        (small, small, tmp_path / "marked", "no ending"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            run(previous, current, output)
    with pytest.raises(ConfigurationError, match="0 to 255"):
        run(small, small, target, threshold=300)
    assert not target.exists()
