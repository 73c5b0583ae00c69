"""Hosts in other programs of this computer: a shell by its ssh, a desktop by its Remote Desktop client.

And what is done before a host can be reached: it is woken.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO

from textual.app import App, SuspendNotSupported

from deskconsole.common.errors import Cancelled, ConfigurationError, DeskconsoleError
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
        """True while a program has the terminal, and with it the person's ctrl+c."""

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
        """Sends the packet, logs that and returns where it went. Raises DeskconsoleError."""
        controller = self._controller
        loop = asyncio.get_running_loop()
        sent = await loop.run_in_executor(self._brief, controller.backend.wake, host)
        controller.note(HostWoken(host=host.name, mac=sent.mac))
        return f"sent to {sent.mac}"

    async def shell(self, host: Host) -> None:
        """Leaves the terminal to ssh until the shell ends."""
        controller = self._controller
        try:
            loop = asyncio.get_running_loop()
            words = await loop.run_in_executor(self._brief, controller.backend.shell_command, host)
        except DeskconsoleError as error:
            controller.report(host.name, error)
            return
        fault = ""
        try:
            with self._app.suspend():
                self.has_terminal = True
                fault = _run(words, host.name)
        except SuspendNotSupported:
            controller.say(
                f"this terminal cannot be left to ssh; use `deskconsole shell {host.name}` in another one",
                host.name,
                severity="warning",
            )
        finally:
            # A ctrl+c that ssh got came here too, and is handled only now.
            self._app.set_timer(0.5, self._take_terminal_back)
        if fault:
            controller.report(host.name, ConfigurationError(f"ssh cannot be started: {fault}"))

    def _take_terminal_back(self) -> None:
        self.has_terminal = False

    async def remote_desktop(self, host: Host) -> None:
        """Opens the Remote Desktop client; the console stays as it is meanwhile."""
        controller, name = self._controller, host.name
        if name in self._desktops:
            controller.say("its Remote Desktop is open, or on its way", name)
            return
        if len(self._desktops) == _AT_ONCE:
            controller.say(
                f"{_AT_ONCE} Remote Desktops are open, or on their way: close one first",
                name,
                severity="warning",
            )
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


def _run(words: list[str], name: str) -> str:
    """Runs ssh to its end; what it says of a failure stays to be read. Returns why it cannot be started.

    It raises nothing: the app would not have its terminal back.
    """
    terminal = sys.__stderr__ or sys.stderr
    _print(f"ssh to {safe_text(name)}: its end (exit, ctrl+d) leads back to deskconsole", terminal)
    try:
        # The console's own standard error is its log.
        program = subprocess.Popen(words, stderr=terminal.fileno())
    except OSError as fault:
        return fault.strerror or str(fault)
    if _wait(program) == SSH_FAILED:
        _print("ssh failed. Enter leads back to deskconsole.", terminal)
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone; what was typed is no text
            sys.stdin.readline()
    return ""


def _print(text: str, terminal: TextIO) -> None:
    with contextlib.suppress(OSError):  # the terminal is gone, which the app will notice
        print(text, file=terminal, flush=True)


def _wait(program: subprocess.Popen[bytes]) -> int:
    """Waits for the end of a program. Continues one that stops itself: no shell is there to do it."""
    if sys.platform == "win32":
        return program.wait()
    options = os.WEXITED | os.WSTOPPED | os.WNOWAIT
    while (state := os.waitid(os.P_PID, program.pid, options)) and state.si_code == os.CLD_STOPPED:
        os.waitid(os.P_PID, program.pid, os.WSTOPPED)
        program.send_signal(signal.SIGCONT)
    return program.wait()
