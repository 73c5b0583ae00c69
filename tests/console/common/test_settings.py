"""settings.toml: what it may say, and that a mistake is told with the file's name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.paths import Paths
from deskconsole.common.settings import Settings


def test_without_settings_there_is_no_budget(tmp_path: Path) -> None:
    assert Settings.load(tmp_path / "settings.toml").bytes_per_second == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_budget_is_read_from_settings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "settings.toml").write_text("bytes_per_second = 2_000_000\n", encoding=encoding)
    assert Settings.load(tmp_path / "settings.toml").bytes_per_second == 2_000_000


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        ("bytes_per_second = -1", "line 1: bytes_per_second must be a whole number, 0 or more, not '-1'", ""),
        (
            "theme = 'dark'\nbites_per_second = 1",
            "line 2: there is no setting 'bites_per_second'",
            "bytes_per",
        ),
        ("\ntheme = 'drak'", "line 2: theme must be one of dark, light, terminal, not 'drak'", "'dark'"),
        ("[keys]\nview = 5", "line 1: keys must be a table of actions", "docs/configuration.md"),
        ("= 1", "line 1, column 1: this is not TOML: invalid statement", "theme ="),
        ("\udcff", "line 1: the file is not UTF-8 text", "Save it"),
    ],
)
def test_a_mistake_in_settings_is_told_with_its_line(
    tmp_path: Path, text: str, said: str, remedy: str
) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(path)
    assert f"settings.toml, {said}" in str(caught.value)
    assert remedy in caught.value.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="there Python takes ~NAME for a folder beside the user's")
def test_a_folder_in_the_home_of_no_user_is_refused(tmp_path: Path) -> None:
    settings = Settings(pictures="~no such user/pictures", recordings="~/recordings")
    assert settings.recordings_in(Paths.below(tmp_path)) == Path.home() / "recordings"
    with pytest.raises(ConfigurationError, match="pictures '~no such user/pictures': there is no such user"):
        settings.pictures_in(Paths.below(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.toml")
    with pytest.raises(ConfigurationError, match="not a regular file"):
        Settings.load(tmp_path / "settings.toml")
