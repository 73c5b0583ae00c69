"""Ctrl+C ends a command, even where an extension module swallowed it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

SWALLOWED = """
import contextlib, signal, time
from deskconsole.common.signals import end_in_order, take_interrupt
end_in_order()
with contextlib.suppress(KeyboardInterrupt):
    signal.raise_signal(signal.SIGINT)
    time.sleep(5)
{taken}
try:
    time.sleep(3)
    print("slept")
except KeyboardInterrupt:
    print("interrupted")
"""

CLEANING_UP = """
import signal, time
from deskconsole.common.signals import end_in_order
end_in_order()
try:
    try:
        signal.raise_signal(signal.SIGINT)
        time.sleep(5)
    finally:
        time.sleep(2)
        print("cleaned up")
except KeyboardInterrupt:
    print("ended")
"""


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (SWALLOWED.format(taken=""), "interrupted"),
        (SWALLOWED.format(taken="take_interrupt()"), "slept"),
        (CLEANING_UP, "cleaned up\nended"),
    ],
    ids=["swallowed", "taken", "cleaning up"],
)
def test_an_interrupt_comes_again_only_where_it_was_swallowed(program: str, told: str) -> None:
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert ended.stdout.strip() == told
    assert ended.stderr == ""
    assert time.monotonic() - begun < 10


AS_PYTHON_ENDS = """
import signal
from deskconsole.common.signals import end_in_order
end_in_order()
class Last:
    def __del__(self, end=signal.raise_signal, number=signal.SIGTERM):
        end(number)
last = Last()
print("done", flush=True)
"""


def test_a_signal_that_comes_as_python_ends_keeps_the_exit_code() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", AS_PYTHON_ENDS], capture_output=True, text=True, check=False, timeout=30
    )
    assert (ended.stdout.strip(), ended.stderr, ended.returncode) == ("done", "", 0)
