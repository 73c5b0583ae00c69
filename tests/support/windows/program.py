"""A program of the tests on the desktop of a Windows stand-in: the agent's code in the real Windows Python.

put_agent(windows)                                   # once for each host
with WindowsProgram(windows) as program:
    program.run("from deskagent.clipboard.windows import WindowsClipboard; clipboard = WindowsClipboard()")
    program.value("clipboard.fetch()")
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import zipfile
from typing import Any, Self

from deskconsole.bootstrap.archive import agent_archive
from support.deployed_runtime import deployed_runtime
from support.xvfb import wait_for

from .host import WindowsHost

_SERVER = r"""
import json, socket, sys, threading, traceback
sys.path.insert(0, r"C:\ours\agent")
names = {}

def serve(client):
    with client, client.makefile("rw", encoding="utf-8") as lines:
        for line in lines:
            kind, source = json.loads(line)
            try:
                answer = [True, eval(source, names) if kind == "eval" else exec(source, names)]
                answer = json.dumps(answer)
            except BaseException:
                answer = json.dumps([False, traceback.format_exc()])
            lines.write(answer + "\n")
            lines.flush()

with socket.create_server(("127.0.0.1", 0)) as listener:
    with open(sys.argv[1] + ".part", "w") as file:
        file.write(str(listener.getsockname()[1]))
    import os
    os.rename(sys.argv[1] + ".part", sys.argv[1])
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


def put_agent(windows: WindowsHost) -> None:
    """The runtime and the agent in C:\\ours, without a deploy."""
    ours = windows.drive_c / "ours"
    shutil.copytree(deployed_runtime(), ours / "runtime", copy_function=os.link)
    zipfile.ZipFile(agent_archive().open()).extractall(ours / "agent")


class WindowsProgram:
    """One such program; its calls block here until it has answered. Calls of several threads overlap."""

    def __init__(self, windows: WindowsHost) -> None:
        told = windows.drive_c / "ours" / f"program-{secrets.token_hex(4)}"
        script = told.with_suffix(".py")
        script.write_text(_SERVER, encoding="utf-8")
        self._process = windows.start_process(
            r"C:\ours\runtime\pythonw.exe",
            "-I",
            "-X",
            "utf8",
            rf"C:\ours\{script.name}",
            rf"C:\ours\{told.name}",
        )
        wait_for(told.exists, what="the program on the Windows desktop")
        self._port = int(told.read_text())

    def run(self, source: str) -> None:
        """Executes statements; AssertionError with the program's traceback where they fail."""
        self._ask("exec", source)

    def value(self, expression: str) -> Any:
        """The value of an expression, as JSON carries it."""
        return self._ask("eval", expression)

    def end(self) -> None:
        """Ends the process at once, as a crash would."""
        with contextlib.suppress(OSError, ValueError):
            self._ask("exec", "import os; os._exit(1)")
        self._process.wait(30)

    def _ask(self, kind: str, source: str) -> Any:
        with (
            socket.create_connection(("127.0.0.1", self._port), timeout=60) as link,
            link.makefile("rw", encoding="utf-8") as lines,
        ):
            lines.write(json.dumps([kind, source]) + "\n")
            lines.flush()
            done, result = json.loads(lines.readline())
        assert done, result
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()
