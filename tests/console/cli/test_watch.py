"""`deskconsole watch`: it ends in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from deskconsole.app.parallel import Cancellation
from deskconsole.cli.watch import _Source
from deskconsole.common.errors import ConsoleNotRunning


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
