"""Films and pictures of a recording: who may see them."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import cv2
import pytest

from deskconsole.app import exporting
from deskconsole.app.exporting import export_recording
from deskconsole.common.errors import ConfigurationError

from .test_recording import write


@pytest.mark.skipif(sys.platform == "win32", reason="there the folder's list says who may read")
@pytest.mark.parametrize(
    ("name", "mode"), [("a.mp4", 0o600), ("a.gif", 0o600), ("a.webp", 0o600), ("a", 0o700)]
)
def test_exports_are_for_their_owner_only(name: str, mode: int, tmp_path: Path) -> None:
    write(tmp_path / "a.deskrec")
    told: list[tuple[int, int]] = []
    done = export_recording(
        tmp_path / "a.deskrec", tmp_path / name, 2, told=lambda *counts: told.append(counts)
    )
    assert done.frames > 1
    assert told == [(number, done.frames) for number in range(1, done.frames + 1)]
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode
    if name in {"a.mp4", "a.gif"}:  # OpenCV plays no WebP
        assert cv2.VideoCapture(str(tmp_path / name)).read()[0], "it is a film all the same"


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full elsewhere")
def test_a_film_for_which_the_disk_has_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.deskrec")
    monkeypatch.setattr(exporting, "_make_private", lambda file: file.symlink_to("/dev/full"))
    with pytest.raises(ConfigurationError, match=r"cannot write .*a\.mp4"):
        export_recording(tmp_path / "a.deskrec", tmp_path / "a.mp4", 2)
    assert not (tmp_path / "a.mp4").is_symlink()


def test_an_export_that_has_no_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.deskrec")
    with pytest.raises(ConfigurationError, match=r"cannot write .*: No such file or directory"):
        export_recording(tmp_path / "a.deskrec", tmp_path / "none" / "a.mp4", 2)
