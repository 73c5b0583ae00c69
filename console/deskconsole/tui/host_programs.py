"""Hosts in other programs of this computer: a shell by its ssh, a desktop by its Remote Desktop client.

And what is done before a host can be reached: it is woken.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from textual.app import App, SuspendNotSupported

from deskconsole.common.errors import Cancelled, DeskconsoleError
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.session.events import HostWoken, RemoteDesktopClosed, RemoteDesktopOpened
from deskconsole.wording.events import wording

from .controller import Controller
from .questions import OwnQuestions

_AT_ONCE = 8
"""Remote desktops that may be open together."""

SSH_FAILED = 255
"""The exit code of ssh where the connection failed; else it has that of the shell."""


class HostPrograms:
    """Starts these programs over `app`. `close` ends those that run beside it, and waits for that."""

    def __init__(self, app: App[Any], controller: Controller) -> None:
        self._app = app
        self._controller = controller
        self._cancelled = threading.Event()
        self._desktops: dict[str, OwnQuestions] = {}
        self._executor = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="remote desktop")
        # What takes a moment does not wait until a Remote Desktop is closed.
        self._brief = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="host program")
        self.has_terminal = False
        """A program has the terminal, and with it the person's ctrl+c."""

    def close(self) -> None:
        """Blocks until the clients have ended."""
        self._cancelled.set()
        for questions in list(self._desktops.values()):
            questions.withdraw()
        self._executor.shutdown()
        self._brief.shutdown()

    async def wake(self, host: Host) -> None:
        """Sends the packet that wakes a host, and says so."""
        try:
            await self.send_wake(host)
        except DeskconsoleError as error:
            self._controller.report(host.name, error)
        else:
            connects = self._controller.keys.key_of("connect")
            self._controller.say(
                f"the packet that wakes it was sent; {connects} connects once it is up", host.name
            )

    async def send_wake(self, host: Host) -> str:
        """Sends it, writes that down and returns where it went; raises the `DeskconsoleError` why not."""
        controller = self._controller
        loop = asyncio.get_running_loop()
        sent = await loop.run_in_executor(self._brief, controller.backend.wake, host)
        controller.note(HostWoken(host=host.name, mac=sent.mac))
        return f"sent to {sent.mac}"

    async def shell(self, host: Host) -> None:
        """Leaves the terminal to ssh until the shell ends."""
        controller = self._controller
        loop = asyncio.get_running_loop()
        try:
            words = await loop.run_in_executor(self._brief, controller.backend.shell_command, host)
        except DeskconsoleError as error:
            controller.report(host.name, error)
            return
        try:
            with self._app.suspend():
                self.has_terminal = True
                _run(words, host.name)
        except SuspendNotSupported:
            controller.say(
                f"this terminal cannot be left to ssh; use `deskconsole shell {host.name}` in another one",
                host.name,
                severity="warning",
            )
        finally:
            # A ctrl+c that ssh got came here too, and is handled only now.
            self._app.set_timer(0.5, self._take_terminal_back)

    def _take_terminal_back(self) -> None:
        self.has_terminal = False

    async def remote_desktop(self, host: Host) -> None:
        """Opens the Remote Desktop client; the console stays as it is meanwhile."""
        controller, name = self._controller, host.name
        if name in self._desktops:
            controller.say("its Remote Desktop is open, or on its way", name)
            return
        self._desktops[name] = questions = OwnQuestions(controller.questions, name)
        loop = asyncio.get_running_loop()

        def opened(client: str) -> None:
            loop.call_soon_threadsafe(self._note, RemoteDesktopOpened(host=name, client=client))

        controller.say("opening its Remote Desktop", name)
        try:
            await loop.run_in_executor(
                self._executor,
                lambda: controller.backend.remote_desktop(
                    host, questions, opened=opened, cancelled=self._cancelled
                ),
            )
        except Cancelled:
            pass
        except DeskconsoleError as error:
            controller.report(name, error)
        else:
            controller.note(RemoteDesktopClosed(host=name))
        finally:
            del self._desktops[name]

    def _note(self, event: RemoteDesktopOpened) -> None:
        self._controller.note(event)
        self._controller.say(wording(event).text, event.host)


def _run(words: list[str], name: str) -> None:
    """Runs ssh to its end; what it says of a failure stays to be read."""
    terminal = sys.__stderr__ or sys.stderr
    way_back = "its end (exit, ctrl+d) leads back to deskconsole"
    print(f"ssh to {safe_text(name)}: {way_back}", file=terminal, flush=True)
    # The console's own standard error is its log.
    code = _wait(subprocess.Popen(words, stderr=terminal.fileno()))
    if code == SSH_FAILED:
        print("ssh failed. Enter leads back to deskconsole.", file=terminal, flush=True)
        sys.stdin.readline()


def _wait(program: subprocess.Popen[bytes]) -> int:
    """Waits for the end of a program. One that stops itself goes on: no shell is there to continue it."""
    if sys.platform == "win32":
        return program.wait()
    options = os.WEXITED | os.WSTOPPED | os.WNOWAIT
    while (state := os.waitid(os.P_PID, program.pid, options)) and state.si_code == os.CLD_STOPPED:
        os.waitid(os.P_PID, program.pid, os.WSTOPPED)
        program.send_signal(signal.SIGCONT)
    return program.wait()
