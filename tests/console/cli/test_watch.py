"""`deskconsole watch`: it ends in time, and prints what it knows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from deskconsole.app.parallel import Cancellation
from deskconsole.cli.watch import _Printer, _Source
from deskconsole.common.errors import ConsoleNotRunning
from deskconsole.session.events import HostAdded, encode


class SilentConsole:
    """A console that tells nothing until it is asked no more."""

    def watch(
        self, _hosts: tuple[str, ...], ending: Callable[[Callable[[], object]], object]
    ) -> Iterator[bytes]:
        ended = threading.Event()
        ending(ended.set)
        assert ended.wait(60), "it was never told to end"
        raise ConsoleNotRunning("the console ended")
        yield b""


def test_a_time_that_is_over_before_the_console_answers_ends_it() -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    _Source("", SilentConsole()).follow(None, cancellation, print)  # type: ignore[arg-type]


def test_events_of_a_newer_console_are_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    printer = _Printer(json=False)
    printer.print_encoded(b'{"kind": "not known yet", "host": "lab-01", "at": 1}')
    assert capsys.readouterr().out == ""
    printer.print_encoded(encode(HostAdded(host="lab-01")))
    assert "lab-01" in capsys.readouterr().out
