"""services.py PORT: the program of the stand-in that runs as long as it does. It keeps the desktop and the
tasks, and answers both the imitated programs (schtasks, query) and the tests, over a loopback port.

A request is a line of JSON, a verb and its arguments; so is an answer, [true, result] or [false, what went
wrong].
"""

import json
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

assert sys.platform == "win32"

from winhost.shims import programs
from winhost.shims.desktop import Desktop
from winhost.shims.native import end_process, make_service_station, processes
from winhost.shims.tasks import Tasks

TESTBED = Path(r"C:\testbed")


class Services:
    """All that can be asked for; each public method is a verb."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._desktop = Desktop()
        self._tasks = Tasks(self._desktop)

    def open(self, width: int, height: int) -> None:
        """Brings the desktop up; nobody is logged on."""
        make_service_station()
        self._desktop.open(width, height)

    def log_on(self) -> None:
        """The user logs on, if he was not."""
        if self._desktop.session is None:
            self._desktop.log_on()

    def log_off(self) -> None:
        """The user logs off: all that runs on his desktop ends."""
        self._desktop.log_off()

    def logged_on(self) -> str:
        """Who is logged on; empty if nobody."""
        return self._user if self._desktop.session else ""

    def resize(self, width: int, height: int) -> None:
        """Gives the desktop another size."""
        self._desktop.resize(width, height)

    def type_text(self, text: str) -> None:
        """Types into the desktop's notepad."""
        self._desktop.type_text(text)

    def typed_text(self) -> str:
        """Reads the text of the desktop's notepad."""
        return self._desktop.typed_text()

    def pointer(self) -> tuple[int, int]:
        """Reads the mouse pointer's place."""
        return self._desktop.pointer()

    def swap_buttons(self, swapped: bool) -> None:
        """Swaps the left and the right button of the mouse, or puts them back."""
        self._desktop.swap_buttons(swapped)

    def refuse_tasks(self, refused: bool) -> None:
        """Whether /create is answered by "Access is denied."."""
        self._tasks.refused = refused

    def answer_away(self, result: int | None) -> None:
        """The last result of a task that was run while its user is away; None: it stays as it is."""
        self._tasks.away = result

    def program(self, name: str, folder: str, *arguments: str) -> list[int | str]:
        """What a program of that name, started in that folder, answers."""
        match name:
            case "query":
                return programs.spoken(*programs.query(list(arguments), self.logged_on()))
            case "tasklist":
                return programs.spoken(*programs.tasklist(list(arguments)))
            case "schtasks":
                return programs.spoken(*self._tasks.answer(list(arguments), folder))
        raise ValueError(f"{name} is not imitated")

    def processes(self) -> list[tuple[int, str, str]]:
        """Pid, image and path of all that runs."""
        return list(processes())

    def kill(self, pid: int) -> None:
        """Ends one process, at once."""
        end_process(pid)


def _serve(services: Services, client: socket.socket) -> None:
    with client, client.makefile("rw", encoding="utf-8") as lines:
        verb, *arguments = json.loads(lines.readline())
        try:
            call: Callable[..., Any] = getattr(services, verb)
            answer: list[Any] = [True, call(*arguments)]
        except Exception as error:  # noqa: BLE001 - told to the one who asked
            answer = [False, f"{type(error).__name__}: {error}"]
        lines.write(json.dumps(answer) + "\n")


def main(user: str, width: int, height: int) -> None:
    """Answers until Windows is shut down."""
    services = Services(user)
    services.open(width, height)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        unfinished = TESTBED / "services.part"
        unfinished.write_text(str(listener.getsockname()[1]))
        unfinished.rename(TESTBED / "services.port")
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(services, client), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
