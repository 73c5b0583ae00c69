"""Sees a few pixels of a screen change: a process of its own that says when, and which colour is there now.

Its clock is time.monotonic, which on Linux all processes share.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

import mss

_STEP = 0.001
"""Seconds between two looks; a look at 4 x 4 pixels takes 0.1 ms."""


class Witness:
    """Watches the 4 x 4 pixels at `x`, `y` of an X display."""

    def __init__(self, display: str, x: int, y: int) -> None:
        environment = {**os.environ, "DISPLAY": display}
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(x), str(y)], env=environment, stdout=subprocess.PIPE, text=True
        )
        self._seen: queue.SimpleQueue[tuple[float, int]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, name="witness")
        self._thread.start()

    def wait_for(self, colour: int, timeout: float) -> float:
        """The moment at which `colour` (0xRRGGBB) was seen first; TimeoutError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                moment, seen = self._seen.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"the colour {colour:06x} was not seen within {timeout:g} s") from None
            if seen == colour:
                return moment

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._thread.join()

    def _read(self) -> None:
        if self._process.stdout is None:
            raise RuntimeError("the witness has no voice")
        with self._process.stdout as lines:
            for line in lines:
                moment, colour = line.split()
                self._seen.put((float(moment), int(colour, 16)))


def main() -> None:
    """Prints `moment colour` for the first look and for every one that differs from the last."""
    area = {"left": int(sys.argv[1]), "top": int(sys.argv[2]), "width": 4, "height": 4}
    last = b""
    with mss.MSS() as grabber:
        while True:
            pixel = bytes(grabber.grab(area).raw[:3])
            if pixel != last:
                last = pixel
                print(f"{time.monotonic():.6f} {pixel[::-1].hex()}", flush=True)
            time.sleep(_STEP)


if __name__ == "__main__":
    main()
