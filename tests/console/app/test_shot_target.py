"""A place where pictures cannot be saved is refused before a host is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.app.shot_target import ShotTarget
from deskconsole.common.errors import ConfigurationError
from deskconsole.common.kept_file import unused
from deskconsole.picture.image_file import ImageFormat
from deskconsole.recording.new_file import record_into, recording_file
from deskconsole.session.session_recording import RecordingRequest


@pytest.mark.parametrize(("name", "complaint"), [("a.gif", "file type"), ("none/a.png", "no folder")])
def test_a_screenshot_that_cannot_be_saved_is_refused(name: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        ShotTarget(tmp_path / name, None, several=False)


def test_the_name_or_the_option_says_the_format(tmp_path: Path) -> None:
    for name in ("a", "a.png", "a.PNG", "a.jpeg", "a.webp"):
        ShotTarget(tmp_path / name, None, several=False)
    ShotTarget(tmp_path / "a.shot", ImageFormat.WEBP, several=False)


def test_pictures_of_several_hosts_need_a_folder(tmp_path: Path) -> None:
    ShotTarget(tmp_path / "new", None, several=True)
    (tmp_path / "a.png").touch()
    with pytest.raises(ConfigurationError, match="is a file, and pictures of several hosts need a folder"):
        ShotTarget(tmp_path / "a.png", None, several=True)


def test_a_name_that_is_too_long_is_told_in_a_sentence(tmp_path: Path) -> None:
    name = tmp_path / ("a" * 300 + ".png")
    target = ShotTarget(name, None, several=False)
    with pytest.raises(ConfigurationError, match="cannot write"):
        target.write("lab-01", b"")
    with pytest.raises(ConfigurationError, match="cannot write"):
        record_into(recording_file(name, "lab-01"))(RecordingRequest("lab-01", 1, print, print))


def test_a_name_that_cannot_be_looked_at_is_told_when_the_file_is_made(tmp_path: Path) -> None:
    """`record --ring` tells that sentence and keeps its minutes."""
    (tmp_path / "file").touch()
    for name in (tmp_path / ("a" * 300), tmp_path / "file" / "a", tmp_path / "none" / "a"):
        assert unused(recording_file(name, "lab-01")) == name
        with pytest.raises(ConfigurationError, match="cannot write"):
            record_into(name)(RecordingRequest("lab-01", 1, print, print))
