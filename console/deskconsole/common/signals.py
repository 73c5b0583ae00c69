"""Signals that end a command: each becomes a KeyboardInterrupt, but not where something is half made."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

_AGAIN = 0.02
"""Seconds until an interrupt that was lost comes again."""

_SEEN_WITHIN = 0.5
"""Seconds in which an interrupt must have reached the main thread's Python code."""

_NAMES = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP
_NUMBERS = [signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__]


def end_in_order() -> None:
    """A SIGTERM, or a terminal that is closed, ends the process like Ctrl+C: nothing is left behind.

    `scripts/run` starts the process with SIGINT held back, so that a Ctrl+C while Python itself begins is
    not lost and prints no traceback: it arrives here, as KeyboardInterrupt.
    """

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        # Another one would interrupt the cleaning up. Not SIGINT: a lost interrupt comes again as one.
        for number in _NUMBERS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in _NUMBERS:
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP, and means it
            signal.signal(number, end)
    atexit.register(_ignore_handled)
    sys.unraisablehook = _come_again
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


def _ignore_handled() -> None:
    """Keeps the exit code: Python takes its handlers away as it ends, and a signal would be what ended it."""
    for number in _NUMBERS:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Raises KeyboardInterrupt as Python's own handler does, and again where that came to nothing.

    An extension module that clears errors of its own clears this one too, and says nothing: seen once in 500
    Ctrl+C's, while modules were imported.
    """
    _taken.clear()
    timer = threading.Timer(_SEEN_WITHIN, _interrupt_again)
    timer.daemon = True
    timer.start()
    raise KeyboardInterrupt


_taken = threading.Event()


def take_interrupt() -> None:
    """Says that a KeyboardInterrupt was handled: it does not come again."""
    _taken.set()


def _interrupt_again() -> None:
    handled = sys._current_exceptions().get(threading.main_thread().ident or 0)  # noqa: SLF001
    error = handled[1] if isinstance(handled, tuple) else handled  # a tuple before Python 3.12
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    if error is None and not _taken.is_set():
        _interrupt_main()


def own_interrupts_end() -> None:
    """Gives SIGINT back to Python's own handler: an event loop takes it over from no other."""
    if signal.getsignal(signal.SIGINT) is _interrupt:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _come_again(lost: sys.UnraisableHookArgs) -> None:
    """Brings an interrupt again that came in a callback of the interpreter's, where nothing can be raised.

    Python prints it there and continues: seen once in 24 Ctrl+C's, during an import.
    """
    if lost.exc_type is not None and issubclass(lost.exc_type, KeyboardInterrupt):
        timer = threading.Timer(_AGAIN, _interrupt_main)
        timer.daemon = True
        timer.start()
    else:
        sys.__unraisablehook__(lost)


def _interrupt_main() -> None:
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)  # it also ends a wait that is under way
    else:
        signal.raise_signal(signal.SIGINT)  # as that does on Windows; _thread.interrupt_main would not


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Signals wait until the block is over: a thread that is half started cannot be joined, for one.

    Does nothing on other threads than the main one, which get no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, *_NUMBERS)}
    held = [number for number, handler in handlers.items() if callable(handler)]
    for number in held:
        signal.signal(number, lambda which, _frame: arrived.append(which))
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, handlers[number])
        if arrived:
            signal.raise_signal(arrived[0])


def has_job_control() -> bool:
    """Does a shell wait that `fg` can be typed into?

    A process that a terminal, tmux or `ssh -t` started itself would stay stopped for good.
    """
    if sys.platform == "win32":
        return False
    parent = os.getppid()
    try:
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgrp()
    except OSError:  # it has ended, or it belongs to somebody else
        return False
