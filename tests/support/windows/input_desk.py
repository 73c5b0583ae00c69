"""A desktop of Windows with a window that notes its input, and with a program that has the agent's device."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from deskagent.input.device import KeyboardLayout
from deskwire.keys import BY_NAME
from support.xvfb import wait_for
from winhost.wine import TESTBED_PYTHON

from .host import WindowsHost
from .program import WindowsProgram

WINDOW = (*TESTBED_PYTHON, "-m", "winhost.shims.input_window", r"C:\ours\input.log")
DEVICE = """
import ctypes
from concurrent.futures import ThreadPoolExecutor
from deskagent.input.platforms import device_opener
from deskwire.control import ChordName
thread = ThreadPoolExecutor(1)  # a device has one thread
def act(call):
    return thread.submit(call).result()
device = act(device_opener())
user32 = ctypes.WinDLL("user32")
user32.GetThreadDpiAwarenessContext.restype = ctypes.c_void_p
"""
LEFT, TOP = 700, 100
"""The corner of the window that notes its input."""
IN_NOTEPAD = (650, 400)
"""A place on the notepad's page, to the right of the text and below it."""


class InputDesk:
    """A desktop with the window that notes its input, and with a program that has the agent's device."""

    def __init__(self, host: WindowsHost) -> None:
        self.host = host
        self._log = host.drive_c / "ours" / "input.log"
        self._read = 0
        self.in_front = False
        """The tests have seen that the window has the keyboard."""
        self._window = host.start_process(*WINDOW)
        wait_for(self._log.exists)
        self.wait_for_event("focus")
        self.open_device()

    def open_device(self) -> None:
        """Starts another program with its own device; calls go to it from now on."""
        self._program = WindowsProgram(self.host)
        self._program.run(DEVICE)

    def kill_device(self) -> None:
        """Ends the program with the device at once."""
        self._program.end()

    def close(self) -> None:
        self._program.end()
        self._window.kill()
        self._window.wait()

    def call(self, method: str, **arguments: object) -> Any:
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        return self.value(f"device.{method}({given})")

    def value(self, expression: str) -> Any:
        return self._program.value(f"act(lambda: {expression})")

    def run(self, source: str) -> None:
        self._program.run(source)

    def chord(self, name: str) -> None:
        self.value(f"device.chord(ChordName({name!r}))")

    def layout(self) -> KeyboardLayout:
        characters, capitals = self.value(
            "[list(device.keyboard()[0].characters.items()), sorted(device.keyboard()[0].capitals)]"
        )
        return KeyboardLayout(
            {tuple(place): text for place, text in characters}, capitals=frozenset(capitals)
        )

    def press(self, *names: str) -> None:
        for name in names:
            self.call("press", code=BY_NAME[name].code, down=True)

    def release(self, *names: str) -> None:
        for name in names:
            self.call("press", code=BY_NAME[name].code, down=False)

    def tap(self, *names: str) -> None:
        for name in names:
            self.press(name)
            self.release(name)

    def click(self, number: int, x: int, y: int) -> None:
        # Wine hears its own moves from its display, a moment later: earlier moves would undo this one.
        self.host.move_pointer(x, y)
        self.call("button", number=number, down=True, x=x, y=y)
        self.call("button", number=number, down=False, x=x, y=y)

    def click_notepad(self) -> None:
        self.in_front = False
        self.click(1, *IN_NOTEPAD)
        self.wait_for_event("no focus")

    def notepad(self, end: str) -> str:
        """Returns its text once that ends so; what it is after ten seconds otherwise."""
        with suppress(TimeoutError):
            wait_for(lambda: self.host.typed_text().endswith(end))
        return self.host.typed_text()

    def received(self) -> list[dict[str, Any]]:
        """Returns what the window noted since the last look, once what was sent until now has come."""
        self.call("wheel", right=0, down=-7, x=LEFT + 10, y=TOP + 10)
        found: list[dict[str, Any]] = []

        def ended() -> bool:
            found.extend(json.loads(line) for line in self._new_lines())
            return bool(found) and found[-1] == {"event": "wheel", "turn": 7}

        wait_for(ended)
        return found[:-1]

    def wait_for_event(self, name: str) -> None:
        """Waits until the window has noted such an event, and forgets what came before it."""
        wait_for(lambda: any(json.loads(line)["event"] == name for line in self._new_lines()))

    def _new_lines(self) -> list[str]:
        with self._log.open(encoding="utf-8") as log:
            log.seek(self._read)
            lines = log.readlines()
            if lines and not lines[-1].endswith("\n"):
                lines.pop()
            self._read += sum(len(line.encode()) for line in lines)
        return lines


def keys(events: Sequence[dict[str, Any]]) -> list[tuple[str, int, int, int]]:
    """Returns the changes of keys: what, virtual key, scan code, whether it is an extended key."""
    return [
        (event["event"], event["key"], event["scan"], event["extended"])
        for event in events
        if event["event"] in {"down", "up"}
    ]


def characters(events: Sequence[dict[str, Any]]) -> str:
    units = [event["unit"] for event in events if event["event"] == "character"]
    return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le")
