"""The scheduled task's XML, and what is read out of schtasks, which speaks every language."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from deskagent.host.windows.launch import choose, misplaced
from deskagent.host.windows.security import trustees
from deskagent.host.windows.tasks import HAS_NOT_RUN, NAMESPACE, in_words, task_xml
from deskwin32.query_user import preference
from deskwin32.schtasks import names, starts_from

ROOT = r"C:\Users\Žofie & Söhne\AppData\Local\deskconsole"
SID = "S-1-5-21-1-2-3-1001"


@pytest.mark.parametrize(("highest", "level"), [(False, "LeastPrivilege"), (True, "HighestAvailable")])
def test_the_task_runs_for_whoever_is_at_the_desktop_and_for_as_long_as_it_likes(
    highest: bool, level: str
) -> None:
    xml = task_xml(rf"{ROOT}\pythonw.exe", rf'"{ROOT}\agent" serve', SID, highest=highest)
    assert xml.startswith(b"\xff\xfe"), "schtasks wants UTF-16 with its mark"
    task = ET.fromstring(xml)
    assert task.tag == f"{{{NAMESPACE}}}Task"

    def text(path: str) -> str | None:
        return task.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))

    assert {path.rpartition("/")[2]: text(path) for path in (
        "Principals/Principal/UserId",
        "Principals/Principal/LogonType",
        "Principals/Principal/RunLevel",
        "Settings/ExecutionTimeLimit",
        "Settings/DisallowStartIfOnBatteries",
        "Settings/StopIfGoingOnBatteries",
        "Settings/MultipleInstancesPolicy",
        "Settings/Priority",
        "Actions/Exec/Command",
        "Actions/Exec/Arguments",
    )} == {
        "UserId": SID,
        "LogonType": "InteractiveToken",
        "RunLevel": level,
        "ExecutionTimeLimit": "PT0S",
        "DisallowStartIfOnBatteries": "false",
        "StopIfGoingOnBatteries": "false",
        "MultipleInstancesPolicy": "StopExisting",
        "Priority": "5",
        "Command": rf"{ROOT}\pythonw.exe",
        "Arguments": rf'"{ROOT}\agent" serve',
    }  # fmt: skip
    assert text("Triggers") == ""


def test_tasks_of_ours_are_known_by_their_names_in_any_language() -> None:
    listed = (
        '"\\\\deskconsole-0123456789ab","Nicht zutreffend","Bereit"\n'
        '"\\\\Microsoft\\\\Windows\\\\Defrag\\\\ScheduledDefrag","N/V","Bereit"\n'
        '"\\\\deskconsole-x & y","N/V","Bereit"\n'
        "INFORMATION: nothing else\n"
    ).replace("\\\\", "\\")
    assert names(listed) == ["deskconsole-0123456789ab"]


@pytest.mark.parametrize(
    ("command", "ours"),
    [
        (rf"{ROOT}\runtime-1\pythonw.exe -I", True),
        (rf"c:\users\?ofie & S{chr(0xFFFD)}hne\appdata\local\DESKCONSOLE\runtime-1\pythonw.exe -I", True),
        (r"C:\Users\Zofie & Sohne\AppData\Local\deskconsole\runtime-1\pythonw.exe", True),
        (r"C:\Users\ann\AppData\Local\deskconsole\runtime-1\pythonw.exe", False),
        (rf"{ROOT}-2\runtime-1\pythonw.exe", False),
        (rf"notepad.exe {ROOT}\run\x", False),
    ],
)
def test_only_what_starts_from_our_folder_is_ours(command: str, ours: bool) -> None:
    details = f'"HOST","\\t","N/A","Ready","Interactive","1/1/2026","267011","N/A","{command}","N/A"'
    assert starts_from(details, ROOT) is ours


def test_last_results_are_words_or_the_exit_code() -> None:
    assert "nobody is logged on" in in_words(HAS_NOT_RUN)
    assert in_words(3) == "the agent ended with exit code 3"
    assert in_words(0xC0000005) == "the agent ended with exit code 0xc0000005"


def session(number: int, user: str, state: str = "active", *, own: bool = False) -> dict[str, Any]:
    station = "Console" if number == 1 else f"RDP-Tcp#{number}"
    sid = f"{SID}{number}"
    return {"number": number, "station": station, "user": user, "sid": sid, "state": state, "own": own}


@pytest.mark.parametrize(
    ("sessions", "elevated", "chosen"),
    [
        ([session(1, "ann"), session(2, "me", own=True)], True, 2),
        ([session(1, "ann"), session(2, "me", "disconnected", own=True)], True, 2),
        ([session(3, "bob"), session(1, "ann")], True, 1),
        ([session(1, "ann", "disconnected"), session(3, "bob")], True, 3),
        ([session(1, "ann", "disconnected")], True, None),
        ([session(1, "ann")], False, None),
        ([], True, None),
    ],
)
def test_the_session_of_the_user_is_chosen(
    sessions: list[dict[str, Any]], elevated: bool, chosen: int | None
) -> None:
    found = choose(sorted(sessions, key=preference), elevated=elevated)
    assert (found and found["number"]) == chosen


def test_a_locked_desktop_is_a_place_to_be_and_session_0_is_not() -> None:
    there = {"session": 2, "station": "WinSta0", "screen": "locked", "size": None}
    assert misplaced(there) == ""
    assert "session 0" in misplaced({**there, "session": 0})
    assert "Service-0x0-3e7$" in misplaced({**there, "station": "Service-0x0-3e7$"})


def test_an_access_list_tells_whom_it_lets_in() -> None:
    text = f"O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;{SID})(D;;FA;;;BG)(A;;0x1200a9;;;LA)"
    assert trustees(text) == {"SY", SID, "LA"}
