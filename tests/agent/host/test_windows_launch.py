"""Launching on Windows where no stand-in can show it: another desktop, with calls of the system noted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskagent.host.windows import agents, launch, processes, run_folder, tasks
from deskagent.host.windows.protection import PartFault, ProtectionFault

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

    launch.start(root, {"own": False, "sid": OTHER, "number": 2, "user": r"LAB\ann"}, ARGUMENTS)

    folder = root / "run" / ARGUMENTS["instance"]
    assert lists == {folder: ["read"], folder / "said": ["write"], folder / "said" / "kept": []}
    assert registered == [folder / "task.xml"]
    assert {path.name for path in folder.iterdir()} == {"task.xml", "token", "uses.json", "said"}
    assert [path.name for path in (folder / "said").iterdir()] == ["kept"]


def started(root: Path, monkeypatch: pytest.MonkeyPatch, *, own: bool, highest: bool) -> str:
    """The command line of an agent's task, as far as it gets on this system."""
    lines: list[str] = []

    def task(_program: str, line: str, _user: str, *, highest: bool) -> bytes:
        lines.append(line)
        return b""

    monkeypatch.setattr(run_folder, "make_private_folder", lambda path, _sid: Path(path).mkdir())
    monkeypatch.setattr(run_folder, "allow_reading", lambda _path, _sid: None)
    monkeypatch.setattr(run_folder, "allow_files", lambda _path, _sid: None)
    monkeypatch.setattr(tasks, "task_xml", task)
    monkeypatch.setattr(tasks, "create", lambda _name, _file: "enough")
    monkeypatch.setattr(launch, "failed", lambda *arguments: arguments[-1])
    session = {"own": own, "sid": ADMIN if own else OTHER, "number": 2, "user": r"LAB\ann"}
    launch.start(root, session, {**ARGUMENTS, "highest": highest})
    (line,) = lines
    return line


def test_the_token_of_an_elevated_agent_is_written_when_its_folder_is_closed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Path] = []

    def close(folder: Path) -> None:
        assert not (folder / "token").exists()
        closed.append(folder)

    monkeypatch.setattr(launch, "protect_parts", lambda _root, _parts: None)
    monkeypatch.setattr(launch, "protect_folder", close)
    line = started(root, monkeypatch, own=True, highest=True)
    assert closed == [root / "run" / ARGUMENTS["instance"]]
    assert (closed[0] / "token").exists()
    assert "--refuse-control" not in line


def test_an_elevated_agent_whose_files_stay_open_is_started_without_control(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_root: Path, _parts: list[str]) -> None:
        raise ProtectionFault("Windows did not keep the label")

    monkeypatch.setattr(launch, "protect_parts", refuse)
    line = started(root, monkeypatch, own=True, highest=True)
    assert '--refuse-control "the agent has the highest rights, and its files could not be protected' in line
    assert "Windows did not keep the label" in line


def test_an_elevated_agent_on_anothers_desktop_has_no_control(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = started(root, monkeypatch, own=False, highest=True)
    assert '--refuse-control "the agent has the highest rights of the user at the desktop' in line


@pytest.mark.parametrize("own", [True, False])
def test_an_agent_of_least_rights_needs_no_protection(
    root: Path, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    assert "--refuse-control" not in started(root, monkeypatch, own=own, highest=False)


@pytest.mark.parametrize("own", [True, False])
def test_the_agent_is_told_whose_desktop_it_is_on(
    root: Path, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    """Without it the person at another's desktop would not be asked."""
    assert ("--other-user" in started(root, monkeypatch, own=own, highest=False)) is not own


def test_damaged_files_are_not_run_with_the_highest_rights(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_root: Path, _parts: list[str]) -> None:
        raise PartFault("runtime-0123456789ab")

    monkeypatch.setattr(launch, "protect_parts", lambda _root, _parts: None)
    monkeypatch.setattr(launch, "protect_folder", lambda _folder: None)
    monkeypatch.setattr(launch, "verify_parts", damaged)
    monkeypatch.setattr(run_folder, "make_private_folder", lambda path, _sid: Path(path).mkdir())
    monkeypatch.setattr(launch, "failed", lambda *arguments: arguments[-1])
    refusal = launch.start(root, {"own": True, "sid": ADMIN, "number": 2, "user": ""}, ARGUMENTS)
    assert refusal["error"].startswith("runtime-0123456789ab is not what was sent")
    assert not (root / "run" / ARGUMENTS["instance"] / "token").exists()


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
