"""Sessions of a Windows host that no stand-in has: several of one user, and unnamed ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deskagent.host.windows import agents, launch, sessions, tasks
from deskagent.host.windows.processes import Process
from deskwin32.calls import SessionInfo

ANN = "S-1-5-21-1-1001"


def seat(number: int, user: str = "LAB\\ann", state: str = "active", *, own: bool = True) -> dict[str, Any]:
    """A session as it is listed."""
    sid = ANN if own else ""
    return {"number": number, "station": "", "user": user, "sid": sid, "state": state, "own": own}


@pytest.fixture
def listing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows lists the sessions 0, 1 (active) and 65536 (it listens), and refuses to say whose they are."""
    rows = (SessionInfo * 3)(
        SessionInfo(0, "Services", 4), SessionInfo(1, "Console", 0), SessionInfo(65536, "RDP-Tcp", 6)
    )

    def enumerate_sessions(_server: Any, _zero: int, _version: int, found: Any, count: Any) -> int:
        found._obj.contents = rows[0]
        count._obj.value = len(rows)
        return 1

    def refuse(*_arguments: Any) -> int:
        raise OSError(0, "Access is denied.", "WTSQuerySessionInformationW")

    calls = {
        "WTSEnumerateSessionsW": enumerate_sessions,
        "WTSFreeMemory": lambda _rows: None,
        "WTSQuerySessionInformationW": refuse,
    }
    monkeypatch.setattr(sessions, "windows", calls.__getitem__)
    monkeypatch.setattr(sessions, "own_user", lambda: ("LAB\\ann", ANN))


@pytest.mark.usefixtures("listing")
def test_a_plain_user_who_may_not_ask_for_his_own_session_is_not_told_that_nobody_is_there() -> None:
    there = sessions.sessions()
    assert [(session["number"], session["own"]) for session in there] == [(1, False)]
    chosen = launch.choose(there, elevated=False)
    assert chosen is not None
    assert (chosen["number"], chosen["own"]) == (1, True)
    assert launch.choose(there, elevated=True) is None, "an administrator may ask: it is another's"


def test_a_session_whose_user_is_known_goes_before_one_whose_user_is_not() -> None:
    there = [seat(1, "", own=False), seat(2, state="disconnected")]
    assert launch.choose(there, elevated=False) == there[1]


def test_what_the_scheduler_says_of_a_session_without_a_name_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(launch, "own_user", lambda: ("LAB\\ann", ANN))
    unnamed = seat(1, "", own=False)
    monkeypatch.setattr(sessions, "sessions", lambda: [unnamed])
    trouble = {"error": "the agent's task was not begun", "result": tasks.HAS_NOT_RUN}
    assert launch.explained(trouble, unnamed) == {"error": "nobody is logged on", "kind": "nobody"}


@pytest.mark.parametrize("result", [0x800711C7, 0x800704EC])
def test_a_program_that_a_policy_blocks_is_told_as_that(result: int) -> None:
    told = launch.explained({"error": tasks.in_words(result), "result": result}, seat(1))
    assert told["kind"] == "blocked"
    assert f"error {result & 0xFFFF}" in told["error"]


@pytest.mark.parametrize(("wanted", "reused"), [(3, True), (4, False)])
def test_an_agent_that_the_scheduler_put_elsewhere_is_not_replaced_at_each_connect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: int, reused: bool
) -> None:
    folder = tmp_path / "run" / "0123456789ab"
    folder.mkdir(parents=True)
    (folder / "token").write_bytes(bytes(32))
    (folder / "uses.json").write_text(json.dumps({"parts": [], "session": wanted}))
    monkeypatch.setattr(
        agents, "speaking", lambda *_: {"port": 1, "pid": 5, "version": "1", "session": 1, "station": ""}
    )
    there = [seat(3), seat(1, state="disconnected")]
    monkeypatch.setattr(sessions, "enumerated", lambda: there)
    monkeypatch.setattr(sessions, "sessions", lambda: there)
    monkeypatch.setattr(launch, "is_elevated", lambda: False)
    found = launch.find_running(tmp_path, folder.name, there)
    assert (found is not None) is reused


def test_a_session_is_chosen_by_com_and_without_it_schtasks_runs_the_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def refuse(name: str, number: int) -> None:
        asked.append((name, number))
        raise OSError(0, "Access is denied.")

    def ask(*words: str) -> tuple[int, str]:
        asked.append(words)
        return 0, "SUCCESS"

    monkeypatch.setattr(tasks, "ask", ask)
    monkeypatch.setattr(tasks, "run_in_session", lambda name, number: asked.append((name, number)))
    assert tasks.run("deskconsole-1", 3) is None
    monkeypatch.setattr(tasks, "run_in_session", refuse)
    assert tasks.run("deskconsole-1", 3) is None
    assert tasks.run("deskconsole-1") is None
    by_schtasks = ("/run", "/i", "/tn", "deskconsole-1")
    assert asked == [("deskconsole-1", 3), ("deskconsole-1", 3), by_schtasks, by_schtasks]


def test_a_user_without_a_sid_by_name_has_that_of_his_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts of Entra ID, while the host is offline."""

    def unknown(_account: str) -> str:
        raise OSError(0, "No mapping between account names and security IDs was done.")

    shells = {7: (1, "S-1-12-1-1"), 8: (2, "S-1-12-1-2")}
    monkeypatch.setattr(sessions, "sid_of", unknown)
    monkeypatch.setattr(
        sessions, "processes", lambda: [Process(pid, 0, r"C:\Windows\Explorer.EXE") for pid in shells]
    )
    monkeypatch.setattr(sessions, "session_of", lambda pid: shells[pid][0])
    monkeypatch.setattr(sessions, "sid_of_process", lambda pid: shells[pid][1])
    assert sessions.sid_in(2, "AzureAD\\Ann") == "S-1-12-1-2"
    assert sessions.sid_in(3, "AzureAD\\Ben") == ""
