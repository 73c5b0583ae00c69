"""Our scheduled task on a Windows host: its XML, and what the system's schtasks does with it.

A task is the one way from an SSH session into the session of the person at the desktop.
"""

from __future__ import annotations

import contextlib
import subprocess

from deskwin32 import schtasks

from .processes import program
from .task_service import run_in_session

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"

HAS_NOT_RUN = 0x41303
RUNNING = 0x41301
QUEUED = 0x41325

BLOCKED = {0x800704EC, 0x800711C7}
"""Results of a program that a policy of the host keeps from running."""

USER_AWAY = {HAS_NOT_RUN, QUEUED, 0x80070569, 0x800710E0}
"""Results of a task whose user is not logged on, among other reasons."""

RESULTS = {
    HAS_NOT_RUN: "Windows has not run it: nobody is logged on whose desktop it could run on",
    RUNNING: "it runs",
    QUEUED: "it waits for its turn",
    0x41302: "it is disabled",
    0x41306: "somebody ended it",
    0x80070002: "a file of it is missing",
    0x80070005: "access was denied",
    0x800702E4: "it needs an administrator's rights",
    0x800704EC: "a policy of the host blocks it (error 1260)",
    0x80070569: "its user may not log on this way",
    0x800711C7: "a policy of the host blocks it (error 4551)",
    0x800710E0: "Windows refused to run it: its user is not logged on, or a condition is not met",
    0xC0000135: "a DLL that it needs is missing",
    0xC000013A: "its session was logged off",
    0xC0000142: "a DLL that it needs did not start",
}
"""Meanings of a task's last result, as far as known; others are exit codes of the program."""

SETTINGS = {
    "AllowStartOnDemand": "true",
    "AllowHardTerminate": "true",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "RunOnlyIfIdle": "false",
    "RunOnlyIfNetworkAvailable": "false",
    "WakeToRun": "false",
    "Enabled": "true",
    "Hidden": "false",
    "ExecutionTimeLimit": "PT0S",
    "MultipleInstancesPolicy": "StopExisting",
    "Priority": "5",
}
"""Without these a task ends on battery power, after three days, or runs like background work."""

SCHTASKS_TIMEOUT = 20.0
"""Seconds that schtasks is given."""


def task_xml(command: str, arguments: str, sid: str, *, highest: bool) -> bytes:
    """A task of no trigger for a user who is logged on, in UTF-16 as schtasks wants it."""
    import xml.etree.ElementTree as ET  # not for those who find their agent running

    task = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    about = ET.SubElement(task, "RegistrationInfo")
    ET.SubElement(about, "Author").text = "deskconsole"
    ET.SubElement(about, "Description").text = "Starts the agent of deskconsole, then goes away."
    ET.SubElement(task, "Triggers")
    principals = ET.SubElement(task, "Principals")
    principal = ET.SubElement(principals, "Principal", {"id": "Author"})
    ET.SubElement(principal, "UserId").text = sid
    ET.SubElement(principal, "LogonType").text = "InteractiveToken"
    ET.SubElement(principal, "RunLevel").text = "HighestAvailable" if highest else "LeastPrivilege"
    settings = ET.SubElement(task, "Settings")
    for name, value in SETTINGS.items():
        ET.SubElement(settings, name).text = value
    actions = ET.SubElement(task, "Actions", {"Context": "Author"})
    execute = ET.SubElement(actions, "Exec")
    ET.SubElement(execute, "Command").text = command
    ET.SubElement(execute, "Arguments").text = arguments
    xml: bytes = ET.tostring(task, "utf-16", xml_declaration=True)
    return xml


def create(name: str, file: str) -> str | None:
    """Registers the task that the file describes; schtasks' own words where it would not."""
    return _refusal(ask("/create", "/f", "/tn", name, "/xml", file))


def run(name: str, number: int | None = None) -> str | None:
    """Asks for the task to be run, in the session of that number if Windows lets it be chosen.

    schtasks does not: the scheduler takes one session of the task's user. It says SUCCESS in any case.
    """
    if number is not None:
        with contextlib.suppress(OSError):
            run_in_session(name, number)
            return None
    return _refusal(ask("/run", "/i", "/tn", name))


def delete(name: str) -> str | None:
    """Takes the task away; what it started runs on."""
    return _refusal(ask("/delete", "/f", "/tn", name))


def last_result(name: str) -> int | None:
    """The task's last result without a sign, or None where there is none to be had."""
    return schtasks.last_result(ask(*schtasks.DETAILS, name)[1])


def in_words(result: int) -> str:
    """A sentence's end for a last result."""
    if words := RESULTS.get(result):
        return f"{words} ({result:#x})"
    return f"the agent ended with exit code {result if result < 2**16 else hex(result)}"


def ours(root: str) -> list[str]:
    """Names of the tasks that start something from below our folder, whichever launch left them."""
    _, listed = ask(*schtasks.LIST)
    return [
        name for name in schtasks.names(listed) if schtasks.starts_from(ask(*schtasks.DETAILS, name)[1], root)
    ]


def ask(*words: str) -> tuple[int, str]:
    """Exit code and what was said, in one text."""
    try:
        finished = subprocess.run(
            [program("schtasks"), *words],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="oem",  # as programs of the system speak into a pipe
            errors="replace",
            timeout=SCHTASKS_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return 1, f"schtasks did not answer within {SCHTASKS_TIMEOUT:.0f} s"
    return finished.returncode, finished.stdout


def _refusal(said: tuple[int, str]) -> str | None:
    code, text = said
    if code == 0:
        return None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[-3:]) or f"schtasks ended with exit code {code}"
