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
    "text", ["bytes_per_second = -1", "bytes_per_second = 'much'", "bites_per_second = 1", "= 1", "\udcff"]
)
def test_mistake_in_settings_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationError, match=r"settings\.toml"):
        Settings.load(path)


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
