"""Who is logged on to a Windows host, from what the system lists: rows such as no stand-in gives."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import PureWindowsPath
from typing import Any

import pytest

from deskagent.host.windows import agents, processes, sessions
from deskwin32.calls import SessionInfo

LOGON_SCREEN = [(0, "Services", 4), (1, "Console", 1), (65536, "RDP-Tcp", 6)]
"""As Windows lists its sessions with nobody logged on."""


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Has Windows list sessions and their users; returns where it is noted that `query user` was begun."""

    def set_up(rows: list[tuple[int, str, int]], users: dict[int, str]) -> list[str]:
        listed = (SessionInfo * len(rows))(*(SessionInfo(*row) for row in rows))
        begun: list[str] = []

        def enumerate_sessions(*arguments: Any) -> int:
            ctypes.memmove(arguments[3], ctypes.byref(ctypes.c_void_p(ctypes.addressof(listed))), 8)
            arguments[4]._obj.value = len(rows)
            return 1

        functions: dict[str, Callable[..., int]] = {
            "WTSEnumerateSessionsW": enumerate_sessions,
            "WTSFreeMemory": lambda *_: 1,
            "WTSGetActiveConsoleSessionId": lambda: 1,
        }

        def text(number: int, what: int) -> str:
            return users.get(number, "") if what == sessions.WTS_USER_NAME else ""

        monkeypatch.setattr(sessions, "windows", functions.__getitem__)
        monkeypatch.setattr(sessions, "session_text", text)
        monkeypatch.setattr(sessions, "own_user", lambda: ("ann", "S-1-ann"))
        monkeypatch.setattr(sessions, "sid_of", lambda account: f"S-1-{account}")
        monkeypatch.setattr(sessions, "begin_query", lambda: begun.append("query"))  # there is none
        return begun

    return set_up


def test_a_logon_screen_is_nobody_and_no_riddle(lists: Callable[..., list[str]]) -> None:
    begun = lists(LOGON_SCREEN, {})
    assert sessions.enumerated() == []
    assert sessions.sessions() == []
    assert begun == []


def test_who_is_listed_is_logged_on(lists: Callable[..., list[str]]) -> None:
    begun = lists([*LOGON_SCREEN, (2, "RDP-Tcp#3", 0), (3, "", 4)], {2: "bob", 3: "ann"})
    assert [(row["number"], row["own"], row["state"]) for row in sessions.sessions()] == [
        (3, True, "disconnected"),
        (2, False, "active"),
    ]
    assert begun == []


def test_where_nothing_is_listed_the_consoles_session_is_taken_to_be_the_users(
    lists: Callable[..., list[str]],
) -> None:
    begun = lists([], {})
    assert sessions.enumerated() is None
    assert [(row["number"], row["own"]) for row in sessions.sessions()] == [(1, True)]
    assert begun == ["query"]


def test_programs_of_the_system_are_run_by_their_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEMROOT", r"D:\WinNT")
    assert processes.program("query") == r"D:\WinNT\System32\query.exe"


def test_our_folder_is_named_as_the_system_names_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = r"D:\Users\ann\AppData\Local\deskconsole"
    images = {os.getpid(): rf"{moved}\runtime-1\python.exe", 7: rf"{moved}\runtime-1\pythonw.exe"}
    monkeypatch.setattr(processes, "image_of", lambda pid: images.get(pid, ""))
    monkeypatch.setattr(
        processes, "processes", lambda: [processes.Process(pid, 0, image) for pid, image in images.items()]
    )
    monkeypatch.setattr(processes, "Path", PureWindowsPath)
    monkeypatch.setattr(sys, "executable", r"C:\Users\ann\AppData\Local\deskconsole\runtime-1\python.exe")
    root = processes.own_folder()
    assert str(root) == moved
    assert agents.living(root) == {7}
    images[os.getpid()] = ""
    assert str(processes.own_folder()) == r"C:\Users\ann\AppData\Local\deskconsole"
