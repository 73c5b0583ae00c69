"""Files that a virus scanner holds on Windows: what is refused for a moment is done after it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskagent.host import held_files
from deskagent.host.parts import LISTING, hashed
from deskconsole.bootstrap.archive import archived
from deskconsole.bootstrap.remote import install

FOREVER = 10_000
SHARING_VIOLATION, ACCESS_DENIED, PATH_NOT_FOUND = 32, 5, 3


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_files, "SHORTEST_PAUSE", 0.001)
    monkeypatch.setattr(held_files, "LONGEST_PAUSE", 0.001)
    monkeypatch.setattr(held_files, "CLEARING_TIMEOUT", 0.02)


def refusing(act: Callable[..., Any], times: int, winerror: int) -> Callable[..., Any]:
    """The same, after so many refusals of Windows."""
    left = [times]

    def refuse(*arguments: Any, **more: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            error = PermissionError(13, "refused")
            error.winerror = winerror  # type: ignore[attr-defined, unused-ignore]
            raise error
        return act(*arguments, **more)

    return refuse


@pytest.mark.parametrize("winerror", [SHARING_VIOLATION, ACCESS_DENIED])
def test_what_is_held_for_a_moment_is_done_then_and_told(winerror: int) -> None:
    told: list[None] = []
    assert held_files.once_released(refusing(lambda: 7, 3, winerror), wait=lambda: told.append(None)) == 7
    assert len(told) == 3


def test_another_refusal_is_told_at_once() -> None:
    with pytest.raises(PermissionError):
        held_files.once_released(refusing(lambda: 7, 1, PATH_NOT_FOUND))


def test_what_stays_held_is_told_in_the_end() -> None:
    with pytest.raises(PermissionError):
        held_files.once_released(refusing(lambda: 7, FOREVER, SHARING_VIOLATION), timeout=0.02)


def install_agent(root: Path) -> tuple[dict[str, Any], Path]:
    """What the script that takes an uploaded archive into use answers, and the upload."""
    archive = archived("agent-00000000000a", {"hello.py": b"pass"})
    part = root / "agent.part"
    with archive.open() as source, part.open("wb") as target:
        shutil.copyfileobj(source, target)
    sent = {"verb": "install", "root": str(root), "part": part.name, "name": archive.name, "keep": []}
    return install.main({**sent, "sha256": archive.sha256()}), part


def test_a_folder_that_is_scanned_as_it_is_unpacked_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "tell_of_waiting", lambda: None)
    monkeypatch.setattr(Path, "rename", refusing(Path.rename, 3, ACCESS_DENIED))
    answer, _ = install_agent(tmp_path)
    assert "error" not in answer
    folder = tmp_path / "agent-00000000000a"
    assert json.loads((folder / LISTING).read_bytes()) == {"hello.py": [4, hashed(folder / "hello.py")]}


def test_an_upload_that_cannot_be_deleted_does_not_undo_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refusing(Path.unlink, FOREVER, SHARING_VIOLATION))
        answer, part = install_agent(tmp_path)
    assert "error" not in answer
    assert zipfile.is_zipfile(part), "it is still there"
    assert (tmp_path / "agent-00000000000a" / "hello.py").exists()
