"""What is kept of uv's downloads."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.runtimes.uv import clear_downloads


@pytest.fixture
def downloaded(tmp_path: Path) -> Path:
    """Something in uv's cache."""
    (tmp_path / "scratch").mkdir()
    path = tmp_path / "cache/uv/archive-v0/numpy"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a wheel")
    return path


def test_downloads_are_cleared(downloaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    clear_downloads(tmp_path / "scratch", tmp_path / "cache")
    assert not downloaded.exists()


def test_cache_of_the_user_is_not_cleared(
    downloaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache/uv"))
    clear_downloads(tmp_path / "scratch", tmp_path / "cache")
    assert downloaded.exists()
