"""Launching on Windows where no stand-in can show it: another desktop, with calls of the system noted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskagent.host.windows import agents, launch, processes, run_folder, tasks

ADMIN, OTHER = "S-1-5-21-1-500", "S-1-5-21-1-1001"
ARGUMENTS: dict[str, Any] = {
    "instance": "0123456789ab",
    "agent": "agent-1",
    "token": "00" * 32,
    "options": [],
    "parts": [],
    "highest": True,
    "wait": 0.0,
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our folder on a host without agents, whose user is an administrator."""
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(launch, "own_user", lambda: (r"LAB\admin", ADMIN))
    monkeypatch.setattr(processes, "processes", list)
    return tmp_path


def test_what_is_written_for_the_system_is_beyond_the_desktops_user(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists: dict[Path, list[str]] = {}
    registered: list[Path] = []

    def make(path: str, sid: str) -> None:
        assert sid == ADMIN
        Path(path).mkdir()
        lists[Path(path)] = []

    def allow(what: str) -> Any:
        def note(path: str, sid: str) -> None:
            assert sid == OTHER
            assert what == "read" or any(Path(path).iterdir()), "an empty folder can become a link"
            lists[Path(path)].append(what)

        return note

    def create(_name: str, file: str) -> str:
        registered.append(Path(file))
        return "enough"

    monkeypatch.setattr(run_folder, "make_private_folder", make)
    monkeypatch.setattr(run_folder, "allow_reading", allow("read"))
    monkeypatch.setattr(run_folder, "allow_files", allow("write"))
    monkeypatch.setattr(tasks, "create", create)
    monkeypatch.setattr(launch, "failed", lambda *arguments: arguments[-1])

    launch.start(root, {"own": False, "sid": OTHER}, ARGUMENTS)

    folder = root / "run" / ARGUMENTS["instance"]
    assert lists == {folder: ["read"], folder / "said": ["write"], folder / "said" / "kept": []}
    assert registered == [folder / "task.xml"]
    assert {path.name for path in folder.iterdir()} == {"task.xml", "token", "uses.json", "said"}
    assert [path.name for path in (folder / "said").iterdir()] == ["kept"]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        "[" * 30000,
        '{"port": 1, "pid": 0, "version": ""}',
        '{"port": 65536, "pid": 1, "version": ""}',
        '{"port": -1, "pid": 1, "version": ""}',
        '{"port": 1e999, "pid": 1, "version": ""}',
        '{"port": 1, "pid": 4294967296, "version": ""}',
        '{"port": null, "pid": 1, "version": ""}',
        '{"port": 1, "pid": 1}',
        '{"port": 1, "pid": 1, "version": ""}' + " " * 100_000 + "{",
    ],
)
def test_what_an_agent_says_is_checked(tmp_path: Path, said: str) -> None:
    (tmp_path / "said").mkdir()
    (tmp_path / "said" / "ready.json").write_text(said)
    found = agents.ready(tmp_path)
    assert found is None or (found["port"], found["pid"]) == (1, 1)


def test_the_process_that_an_agent_names_has_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "said").mkdir()
    (tmp_path / "said" / "ready.json").write_text('{"port": 1, "pid": 5, "version": ""}')
    images = {5: r"C:\Windows\System32\lsass.exe"}
    monkeypatch.setattr(processes, "image_of", images.__getitem__)
    root: Any = r"C:\Users\ann\AppData\Local\deskconsole"
    assert agents.speaking(tmp_path, root) is None
    images[5] = rf"{root}\runtime-0123456789ab\pythonw.exe"
    assert agents.speaking(tmp_path, root) is not None
