"""A place where pictures cannot be saved is refused before a host is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.app.output_place import OutputPlace
from deskconsole.app.shot_target import ShotTarget
from deskconsole.cli.output_words import hosts_and_place
from deskconsole.common.errors import ConfigurationError
from deskconsole.common.kept_file import unused
from deskconsole.picture.image_file import ImageFormat
from deskconsole.recording.new_file import record_into, recording_file
from deskconsole.session.session_recording import RecordingRequest


@pytest.mark.parametrize(("name", "complaint"), [("a.gif", "file type"), ("none/a.png", "no folder")])
def test_a_screenshot_that_cannot_be_saved_is_refused(name: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        ShotTarget(OutputPlace.of(str(tmp_path / name)), None, several=False)


def test_the_name_or_the_option_says_the_format(tmp_path: Path) -> None:
    for name in ("a.png", "a.PNG", "a.jpeg", "a.webp"):
        ShotTarget(OutputPlace.of(str(tmp_path / name)), None, several=False)
    ShotTarget(OutputPlace.of(str(tmp_path / "a.shot")), ImageFormat.WEBP, several=False)


def test_pictures_of_several_hosts_need_a_folder(tmp_path: Path) -> None:
    ShotTarget(OutputPlace.of(str(tmp_path / "new")), None, several=True)
    for name, fault in (("a.png", "is a file"), ("b.png", "is the name of a file")):
        (tmp_path / "a.png").touch()
        with pytest.raises(ConfigurationError, match=f"{fault}, and pictures of several hosts need a folder"):
            ShotTarget(OutputPlace.of(str(tmp_path / name)), None, several=True)


def test_a_name_without_a_suffix_is_a_folder_that_is_made(tmp_path: Path) -> None:
    for name in ("shots", "2026.11/", "deep/shots"):
        target = ShotTarget(OutputPlace.of(f"{tmp_path}/{name}"), None, several=False)
        assert target.write(target.name("lab-01"), b"picture").parent == tmp_path / name
    file = tmp_path / "file"
    file.touch()
    target = ShotTarget(OutputPlace.of(str(file)), None, several=False)
    assert target.write(target.name("lab-01"), b"new") == file


def test_the_last_word_may_be_the_place() -> None:
    """Hosts of an SSH URL, or of a Windows domain, are none."""
    for words, hosts, file in (
        (["lab-01", "a.deskrec"], ["lab-01"], "a.deskrec"),
        (["lab-01", "lab-02", "films/"], ["lab-01", "lab-02"], "films"),
        (["films/all"], None, "films/all"),
    ):
        found, place = hosts_and_place(words, None, {".deskrec"}, "")
        assert (found, place.path) == (hosts, Path(file))
    for host in ("lab-01", "ssh://ada@lab-01", "OFFICE\\ada@lab-01"):
        with pytest.raises(ConfigurationError, match="no file was given"):
            hosts_and_place(["lab-02", host], None, {".deskrec"}, "")
    with pytest.raises(ConfigurationError, match=r"'lab-01.mp4' is taken for a host"):
        hosts_and_place(["lab-01", "lab-01.mp4"], None, {".deskrec"}, "")
    with pytest.raises(ConfigurationError, match="goes into files only"):
        hosts_and_place(["lab-01"], OutputPlace.of("-"), {".png"}, "")


def test_a_name_that_is_too_long_is_told_in_a_sentence(tmp_path: Path) -> None:
    name = tmp_path / ("a" * 300 + ".png")
    target = ShotTarget(OutputPlace.of(str(name)), None, several=False)
    with pytest.raises(ConfigurationError, match="cannot write"):
        target.write(target.name("lab-01"), b"")
    with pytest.raises(ConfigurationError, match="cannot write"):
        record_into(recording_file(name, "lab-01"))(RecordingRequest("lab-01", 1, print, print))


def test_a_name_that_cannot_be_looked_at_is_told_when_the_file_is_made(tmp_path: Path) -> None:
    """`record --ring` tells that sentence and keeps its minutes."""
    (tmp_path / "file").touch()
    for name in (tmp_path / ("a" * 300), tmp_path / "file" / "a", tmp_path / "none" / "a"):
        assert unused(recording_file(name, "lab-01")) == name
        with pytest.raises(ConfigurationError, match="cannot write"):
            record_into(name)(RecordingRequest("lab-01", 1, print, print))
