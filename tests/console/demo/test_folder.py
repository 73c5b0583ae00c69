"""The next demo deletes the folder of one that was killed, and nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from deskconsole.demo.folder import DemoFolder


def test_the_folder_of_a_killed_demo_is_deleted_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    alive = DemoFolder()
    killed, beginning, other = (
        tmp_path / f"{name}-x" for name in ("deskconsole-demo", "deskconsole-demo-y", "z")
    )
    for folder in (killed, beginning, other):
        folder.mkdir()
        (folder / "file").touch()
    for folder in (alive.path, killed, other):
        os.utime(folder, (1, 1))
    another = DemoFolder()
    assert {*tmp_path.iterdir()} == {alive.path, beginning, other, another.path}
    for demo in (alive, another):
        demo.cleanup()
    assert {*tmp_path.iterdir()} == {beginning, other}
