"""Blocking work on hosts, beside the event loop: a bounded number of hosts at once; each can be cancelled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from deskconsole.inventory.host import Host
from deskconsole.ssh.login_queue import LoginQueue
from deskconsole.ssh.prompts import HostQuestions, Questions

from .questions import OwnQuestions, QueuedQuestions

T = TypeVar("T")

_THREADS = 128
"""Hosts that may wait for the person's answer together, so that one dialog can answer all of them."""


class HostThreads:
    """Threads for such work, on at most `at_once` hosts together; what waits for a person leaves its place.

    `close` cancels all of it and waits for that.
    """

    def __init__(self, questions: QueuedQuestions, at_once: int, name: str) -> None:
        self._questions = questions
        self._queue = LoginQueue(at_once)
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix=name)
        self._under_way: dict[threading.Event, OwnQuestions] = {}

    def close(self) -> None:
        """Blocks for a moment where something is under way."""
        for cancelled, questions in list(self._under_way.items()):
            cancelled.set()
            questions.withdraw()
        self._executor.shutdown()

    async def run(self, host: Host, work: Callable[[Questions, threading.Event], T]) -> T:
        """Does `work` on a thread, given whom to ask and what is set when it is to end early.

        Where this call is cancelled, that is set. Raises what `work` raises.
        """
        questions, cancelled = OwnQuestions(self._questions, host.name), threading.Event()
        turn = self._queue.turn()

        def in_turn() -> T:
            asking = HostQuestions(questions, host.name, turn.leave, lambda: turn.take(cancelled))
            try:
                turn.take(cancelled)
                return work(asking, cancelled)
            finally:
                turn.leave()

        self._under_way[cancelled] = questions
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, in_turn)
        finally:
            del self._under_way[cancelled]
            cancelled.set()
            questions.withdraw()
