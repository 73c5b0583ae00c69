"""The stand-in's Task Scheduler: what schtasks asks of it.

Imitated: /create from a file of XML, /run, /end, /delete, /query as CSV. A task is a child of this service:
outside of any SSH job and without its environment. One of an InteractiveToken principal runs on the user's
desktop, and only while somebody is logged on; others on the window station of services. /run says SUCCESS
whatever comes of it, the last result tells. Not imitated: triggers, time limits, rights, /change, other
formats, most of the XML.
"""

import csv
import ctypes
import io
import os
import sys
import threading
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

assert sys.platform == "win32"

from winhost.shims.desktop import STATION, Desktop
from winhost.shims.native import SERVICE_STATION, Process

FOLDER = Path(r"C:\windows\system32\Tasks")
_SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
_HAS_NOT_RUN, _RUNNING, _TERMINATED = 0x41303, 0x41301, 0x41306
_SYSTEM = ("S-1-5-18", "SYSTEM", r"NT AUTHORITY\SYSTEM")
_FLAGS = ("/f", "/i", "/v", "/nh", "/hresult")
_NEVER = "11/30/1999 12:00:00 AM"
_COLUMNS = (
    "HostName", "TaskName", "Next Run Time", "Status", "Logon Mode", "Last Run Time", "Last Result", "Author",
    "Task To Run", "Start In",
)  # fmt: skip


class Refusal(Exception):
    """What schtasks says after ERROR:, with exit code 1."""


@dataclass
class _State:
    result: int = _HAS_NOT_RUN
    ran: str = _NEVER
    process: Process | None = None


class Tasks:
    """The registered tasks; `answer` is called by one thread at a time."""

    def __init__(self, desktop: Desktop) -> None:
        self.refused = False
        self.away: int | None = None
        self._desktop = desktop
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def answer(self, arguments: list[str], folder: str) -> tuple[int, str]:
        """Exit code and words of `schtasks ARGUMENTS` in that folder."""
        try:
            with self._lock:
                return 0, self._do(arguments, folder)
        except Refusal as refusal:
            return 1, f"ERROR: {refusal}"

    def _do(self, arguments: list[str], folder: str) -> str:
        verb, *rest = [*arguments, "/query"][: max(1, len(arguments))]
        options: dict[str, str] = {}
        while rest:
            option = rest.pop(0).lower()
            if option in _FLAGS:
                options[option] = ""
            elif option.startswith("/") and rest:
                options[option] = rest.pop(0)
            else:
                raise Refusal(f"Invalid argument/option - '{option}'.")
        name = options.get("/tn", "").lstrip("\\")
        match verb.lower():
            case "/query":
                return self._query(name, options)
            case _ if not name:
                raise Refusal("Invalid syntax. Mandatory option 'tn' is missing.")
            case "/create":
                return self._create(name, options, folder)
            case "/run":
                return self._run(name)
            case "/end":
                return self._end(name)
            case "/delete":
                return self._delete(name, options)
        raise Refusal(f"{verb} is not imitated.")

    def _create(self, name: str, options: dict[str, str], folder: str) -> str:
        if self.refused:
            raise Refusal("Access is denied.")
        if (FOLDER / name).exists() and "/f" not in options:
            raise Refusal(f'"{name}" exists; without /f Windows asks here (Y/N), and gets no answer.')
        if "/xml" not in options:
            raise Refusal("only /create with /xml is imitated.")
        try:
            data = Path(folder, options["/xml"]).read_bytes()
            root = ET.fromstring(data)
        except OSError:
            raise Refusal("The system cannot find the file specified.") from None
        except (ET.ParseError, ValueError) as error:
            raise Refusal(f"The task XML is malformed. ({error})") from None
        if root.tag != f"{_SPACE}Task" or not _text(root, "Command"):
            raise Refusal("The task XML contains an unexpected node, or no command.")
        (FOLDER / name).write_bytes(data)
        self._states[name] = _State()
        return f'SUCCESS: The scheduled task "{name}" has successfully been created.'

    def _run(self, name: str) -> str:
        root, state = self._load(name)
        if state.process and _text(root, "MultipleInstancesPolicy") == "StopExisting":
            state.process.end()
            state.process = None
        if state.process is None and (self._desktop.session or not _interactive(root)):
            self._start(root, state)
        elif state.process is None and self.away is not None:
            state.result = self.away
        return f'SUCCESS: Attempted to run the scheduled task "{name}".'

    def _start(self, root: ET.Element, state: _State) -> None:
        line = f'"{_text(root, "Command").strip(chr(34))}" {_text(root, "Arguments")}'
        folder = _text(root, "WorkingDirectory").strip('"') or r"C:\windows\system32"
        interactive = _interactive(root)
        state.ran = time.strftime("%m/%d/%Y %I:%M:%S %p")
        try:
            state.process = Process(
                os.path.expandvars(line),
                desktop=STATION if interactive else rf"{SERVICE_STATION}\Default",
                folder=os.path.expandvars(folder),
                job=self._desktop.session if interactive else None,
            )
        except OSError as error:
            state.result = 0x80070000 | (error.winerror or 0)
            return
        state.result = _RUNNING
        threading.Thread(target=self._wait, args=(state, state.process), daemon=True).start()

    def _wait(self, state: _State, process: Process) -> None:
        code = process.wait()
        with self._lock:
            if state.process is process:
                state.process = None
                state.result = code if state.result == _RUNNING else state.result

    def _end(self, name: str) -> str:
        _, state = self._load(name)
        if state.process is None:
            return f'INFO: The scheduled task "{name}" is not currently running.'
        state.result = _TERMINATED
        state.process.end()
        return f'SUCCESS: The scheduled task "{name}" has been terminated successfully.'

    def _delete(self, name: str, options: dict[str, str]) -> str:
        self._load(name)
        if "/f" not in options:
            raise Refusal(f'Without /f Windows asks here whether to remove "{name}", and gets no answer.')
        (FOLDER / name).unlink()
        del self._states[name]
        return f'SUCCESS: The scheduled task "{name}" was successfully deleted.'

    def _query(self, name: str, options: dict[str, str]) -> str:
        if options.get("/fo", "").upper() != "CSV":
            raise Refusal("only /query with /fo CSV is imitated.")
        names = [name] if name else sorted(self._states)
        if not names:
            return "INFO: There are no scheduled tasks presently available at your access level."
        shown = _COLUMNS if "/v" in options else _COLUMNS[1:4]
        rows = [self._describe(each) for each in names]
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        if "/nh" not in options:
            writer.writerow(shown)
        writer.writerows([row[column] for column in shown] for row in rows)
        return text.getvalue().rstrip()

    def _describe(self, name: str) -> dict[str, str]:
        root, state = self._load(name)
        return {
            "HostName": os.environ["COMPUTERNAME"],
            "TaskName": f"\\{name}",
            "Next Run Time": "N/A",
            "Status": "Running" if state.process else "Ready",
            "Logon Mode": "Interactive only" if _interactive(root) else "Interactive/Background",
            "Last Run Time": state.ran,
            "Last Result": str(ctypes.c_int32(state.result).value),
            "Author": _text(root, "Author") or "N/A",
            "Task To Run": f"{_text(root, 'Command')} {_text(root, 'Arguments')}".strip(),
            "Start In": _text(root, "WorkingDirectory") or "N/A",
        }

    def _load(self, name: str) -> tuple[ET.Element, _State]:
        state = self._states.get(name)
        if state is None:
            raise Refusal("The system cannot find the file specified.")
        return ET.fromstring((FOLDER / name).read_bytes()), state


def _text(root: ET.Element, name: str) -> str:
    return (root.findtext(f".//{_SPACE}{name}") or "").strip()


def _interactive(root: ET.Element) -> bool:
    if _text(root, "UserId").upper() in _SYSTEM:
        return False
    return _text(root, "LogonType") in {"", "InteractiveToken", "InteractiveTokenOrPassword"}
