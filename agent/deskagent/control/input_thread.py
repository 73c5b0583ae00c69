"""The one thread of a desktop that injects, so that a slow injection never stops the reading of a link."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from deskagent.input.device import DeviceOpener
from deskwire.control import EndControl
from deskwire.messages import NumberedRequest

from .client import ControlClient
from .desktop_lock import DesktopLock
from .input_executor import LOOK, InputExecutor
from .input_queue import InputQueue, QueuedInput
from .input_rules import InputRules

_CLOSE_WITHIN: Final = 3.0
"""Seconds that the end of the agent may wait for what is just being typed."""


class InputThread:
    """Takes commands and inputs from any thread, and has them carried out one after another."""

    def __init__(
        self, open_device: DeviceOpener, lock: DesktopLock, question: DesktopLock, rules: InputRules
    ) -> None:
        """`lock` is taken while a console acts, `question` only looked at."""
        self._wake = threading.Condition()
        self._queue = InputQueue()
        self._commands: deque[Callable[[], None]] = deque()
        self._closed = False
        self._executor = InputExecutor(open_device, lock, question, rules, self._is_interrupted)
        self._thread = threading.Thread(target=self._run, name="input", daemon=True)

    @property
    def has_no_device(self) -> bool:
        """True if the desktop has nothing to act with, as was found when it was opened last."""
        return self._executor.has_no_device

    @property
    def sees_question(self) -> bool:
        """True if an agent of the desktop asked the person when the last request for the clipboard came."""
        return self._executor.sees_question

    def put(
        self, client: ControlClient, grant: int, message: NumberedRequest | EndControl
    ) -> QueuedInput | None:
        """Puts an input behind those that wait, see `InputQueue.add`."""
        with self._wake:
            displaced = self._queue.add(client, grant, message)
            self._wake.notify()
        return displaced

    def begin(self, client: ControlClient, grant: int, name: str, *, force: bool) -> None:
        """The next inputs come from this console; `rules` hears whether that works."""
        self._command(lambda: self._executor.begin(client, grant, name, force=force))

    def end(self) -> None:
        """Everything goes up, before any input that waits, and the device is closed."""
        self._command(self._executor.end)

    def all_up(self) -> None:
        """Everything goes up, before any input that waits."""
        self._command(self._executor.all_up)

    def clear(self) -> threading.Event:
        """Everything goes up that an agent which was killed left down; the event is set when that is done."""
        done = threading.Event()

        def command() -> None:
            try:
                self._executor.clear()
            finally:
                done.set()

        self._command(command)
        return done

    def close(self) -> None:
        """Everything goes up, and the thread ends."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread.ident is not None:
            self._thread.join(_CLOSE_WITHIN)

    def _command(self, command: Callable[[], None]) -> None:
        with self._wake:
            if self._closed:
                return
            self._commands.append(command)
            if self._thread.ident is None:
                self._thread.start()
            self._wake.notify()

    def _is_interrupted(self) -> bool:
        return self._closed or bool(self._commands)

    # The thread

    def _run(self) -> None:
        while (act := self._next()) is not None:
            self._executor.run(act)
        self._executor.run(self._executor.end)

    def _next(self) -> Callable[[], None] | None:
        """Waits for the next act; None at the end."""
        executor = self._executor
        with self._wake:
            while not (self._closed or self._commands or self._queue):
                if not self._wake.wait(LOOK if executor.acts else None):
                    return executor.look
            if self._closed:
                return None
            if self._commands:
                return self._commands.popleft()
            queued = self._queue.next()
        return lambda: executor.inject(queued)
