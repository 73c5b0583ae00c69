"""`deskconsole record --ring` of a host that a running console is connected to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from deskconsole.app.parallel import Cancellation
from deskconsole.app.results import RecordResult
from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.signals import take_interrupt
from deskconsole.local.client import error_of
from deskconsole.local.messages import KeepLastMinutes, SaveLastMinutes

from .terminal import say_error

if TYPE_CHECKING:
    from deskconsole.local.client import RunningConsole
    from deskconsole.local.messages import HostAnswer

_TICK: Final = 0.25
"""Seconds between two questions whether the last minutes are wanted."""


def kept_there(
    console: RunningConsole,
    host: str,
    output: Path,
    span: float,
    seconds: float | None,
    *,
    wanted: Callable[[], bool],
    kept: Callable[[RecordResult], None],
) -> None:
    """Has the console keep the last minutes, and write them when they are `wanted` and at the end.

    Raises what kept the picture away, or ended the session there.
    """
    request = KeepLastMinutes(host, str(output.absolute()), span, seconds)
    cancellation, over = Cancellation(), threading.Event()
    ends: list[HostAnswer | BaseException] = []

    def ask() -> None:
        try:
            ends.append(console.record(request, cancellation.add))
        except BaseException as error:  # noqa: BLE001  # raised by who waits for it
            ends.append(error)
        finally:
            over.set()

    thread = threading.Thread(target=ask, name=f"last minutes of {host}", daemon=True)
    thread.start()
    try:
        while not over.wait(_TICK):
            if wanted():
                try:
                    _show(console.ask(SaveLastMinutes(host)), kept)
                except DeskconsoleError as error:
                    say_error(error)
    except KeyboardInterrupt:
        take_interrupt()
        cancellation.cancel()
        over.wait()
    (end,) = ends
    if isinstance(end, BaseException):
        raise end
    _show(end, kept)
    if end.failure is not None:
        raise error_of(end.failure)


def _show(answer: HostAnswer, kept: Callable[[RecordResult], None]) -> None:
    result = msgspec.json.decode(answer.value, type=RecordResult | None)
    if result is not None:
        kept(result)
