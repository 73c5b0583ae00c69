"""A host and a console for tests of control: two X servers, a real agent, a session with its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from Xlib import X
from Xlib.display import Display
from Xlib.ext import xtest

from deskconsole.session.events import Event
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from support.peers.agent_process import AgentProcess
from support.xvfb import Xvfb, wait_for

HOST_KEY = "105"
"""The keycode of right Ctrl: xdotool takes its name for a modifier of another key."""

AMBER = (64, 200, 255)
"""The colour of the frame around a controlled host's picture."""

_FORBIDDEN = ("WAYLAND_DISPLAY", "XAUTHORITY")


@dataclass
class ControlStage:
    """The window of `host`'s desktop is on `console`."""

    host: Xvfb
    console: Xvfb
    folder: Path
    agent: AgentProcess
    session: Session
    events: list[Event] = field(default_factory=list)

    @property
    def window(self) -> int:
        """Number of the window."""
        return self.console.wait_for_window("^lab-01 - .* - deskconsole")

    def open(self, *, control: bool = True, fullscreen: bool = False) -> None:
        """Opens the window, and takes control."""
        self.session.connect()
        self.session.view(control=control, fullscreen=fullscreen)
        title = "controlled" if control else ".*"
        self.console.wait_for_window(f"^lab-01 - {title} - deskconsole")
        wait_for(self._is_drawn, what="the picture")
        self.point(20, 20)

    def _is_drawn(self) -> bool:
        with client(self.console) as display:
            window = display.create_resource_object("window", self.window)
            size = window.get_geometry()
            middle = display.screen().root.translate_coords(window, size.width // 2, size.height // 2)
        # Neither the desktop nor a terminal is black.
        return bool(self.console.screenshot()[middle.y, middle.x].any())

    def close(self) -> None:
        """Takes the window and what the test has started away, and lets everything go."""
        if self.session.snapshot().viewing:
            self.console.ask_to_close(self.window)
            wait_for(lambda: not self.session.snapshot().viewing, what="the window's end")
        self.session.control.release()
        for screen in (self.host, self.console):
            screen.end_programs()
            _let_go(screen)

    def corner(self) -> tuple[int, int]:
        """The place of the window's inside on the console's screen."""
        with client(self.console) as display:
            at = display.screen().root.translate_coords(self.window, 0, 0)
        return at.x, at.y

    def xdotool(self, *words: str) -> None:
        """Runs xdotool on the console's screen, as its user's hands."""
        self.console.call("xdotool", *words)

    def chord(self, key: str) -> None:
        """Presses a key while the host key is held."""
        self.xdotool("keydown", HOST_KEY, "key", key, "keyup", HOST_KEY)

    def point(self, x: int, y: int) -> None:
        """Moves the console's pointer to a pixel of the window's inside."""
        left, top = self.corner()
        self.xdotool("mousemove", str(left + x), str(top + y))

    @property
    def width(self) -> int:
        """Width of the window."""
        with client(self.console) as display:
            width: int = display.create_resource_object("window", self.window).get_geometry().width
        return width

    def resize(self, width: int, height: int) -> None:
        """Gives the window another size, and waits until the frame is at its new edges."""
        self.xdotool("windowsize", str(self.window), str(width), str(height))
        self.wait_until_shown(lambda shot: bool((shot[height - 1, :width] == AMBER).all()))

    def wait_until_shown(self, check: Callable[[NDArray[np.uint8]], Any]) -> None:
        """Waits until `check` holds of the console's screen from the window's inside on."""
        left, top = self.corner()
        wait_for(lambda: check(self.console.screenshot()[top:, left:]), what="the picture")

    def focus(self) -> None:
        """Activates the window as its window manager's user does, and waits until it has the keyboard."""
        self.xdotool("windowactivate", "--sync", str(self.window))
        with client(self.console) as display:
            wait_for(lambda: _child_has_focus(display, self.window), what="the focus of the child")

    def tap_host_key(self) -> None:
        """Presses and releases the host key."""
        self.xdotool("key", HOST_KEY)

    def hold(self, key: str) -> None:
        """Presses a key of the console, and waits until something is held on the host."""
        self.xdotool("keydown", key)
        wait_for(self.keys_down, what=f"{key} on the host")

    def wait_until_released(self) -> None:
        """Waits until nothing is held on the host any more."""
        wait_until_released(self.host)

    def key_log(self) -> Callable[[], str]:
        """Starts xev on the host; the function returned reads what xev was told of keys so far."""
        file = self.folder / "xev"
        self.host.run("sh", "-c", f"exec xev -geometry 800x600+0+0 -event keyboard > {file}")
        self.host.wait_for_window("Event Tester")
        return file.read_text

    def type_into_file(self) -> Path:
        """A terminal on the host that writes what is typed into a file, line by line."""
        file = self.folder / "typed"
        script = f"stty -echo; touch {file}.ready; exec cat > {file}"
        self.host.run("xterm", "-u8", "-geometry", "80x24+0+0", "-e", "sh", "-c", script)
        wait_for(Path(f"{file}.ready").exists, what="the terminal")
        self.host.wait_for_window("sh|xterm")
        return file

    def keys_down(self) -> list[int]:
        """Keycodes that are held on the host."""
        with client(self.host) as display:
            bits = display.query_keymap()
        return [code for code in range(256) if bits[code // 8] >> code % 8 & 1]

    def mask(self) -> int:
        """Modifiers and buttons that are held on the host."""
        with client(self.host) as display:
            return _mask(display)

    def pointer(self) -> tuple[int, int]:
        """The pointer of the host."""
        with client(self.host) as display:
            at = display.screen().root.query_pointer()
        return at.root_x, at.root_y


def typed_lines(typed: Path, count: int = 1) -> list[str]:
    """The lines of a file that is typed into, once there are so many."""
    wait_for(lambda: typed.read_text().count("\n") >= count, what=f"{count} lines")
    return typed.read_text().splitlines()


def wait_until_released(host: Xvfb) -> None:
    """Waits until no key and no button is held on a host any more."""
    with client(host) as display:
        wait_for(lambda: not any(display.query_keymap()), what="the releases")
        wait_for(lambda: not _mask(display) & ~X.Mod2Mask, what="the mask of nothing")


def _mask(display: Display) -> int:
    mask: int = display.screen().root.query_pointer().mask
    return mask


def _child_has_focus(display: Display, window: int) -> bool:
    focused = display.get_input_focus().focus
    return not isinstance(focused, int) and focused.id in {
        child.id for child in display.create_resource_object("window", window).query_tree().children
    }


def _let_go(screen: Xvfb) -> None:
    """Lets up what a test has left down there."""
    with client(screen) as display:
        bits = display.query_keymap()
        for code in range(256):
            if bits[code // 8] >> code % 8 & 1:
                xtest.fake_input(display, X.KeyRelease, code)
        for button in (1, 2, 3):
            xtest.fake_input(display, X.ButtonRelease, button)
        # A window manager that ends leaves the focus to no window.
        display.set_input_focus(X.PointerRoot, X.RevertToPointerRoot, X.CurrentTime)
        display.sync()
        locked = display.screen().root.query_pointer().mask & X.LockMask
    if locked:
        screen.call("xdotool", "key", "Caps_Lock")


@contextmanager
def client(screen: Xvfb) -> Iterator[Display]:
    """Another client of a screen."""
    display = Display(screen.display)
    try:
        yield display
    finally:
        display.close()


@contextmanager
def control_stage(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    host_layout: str = "us",
    console_layout: str = "us",
    display: int = 0,
    host: tuple[int, int] = (800, 600),
) -> Iterator[ControlStage]:
    """A host that is reached directly; the window is not open yet."""
    for name in _FORBIDDEN:
        monkeypatch.delenv(name, raising=False)
    with Xvfb(*host) as host_screen, Xvfb(1280, 800) as console_screen:
        host_screen.call("setxkbmap", *host_layout.split())
        console_screen.call("setxkbmap", *console_layout.split())
        monkeypatch.setenv("DISPLAY", console_screen.display)
        environment = {"DISPLAY": host_screen.display}
        host_screen.call("xsetroot", "-solid", "#505050")
        with AgentProcess(folder, environment=environment) as agent:
            events: list[Event] = []
            session = Session("lab-01", DirectRoute(agent.address, agent.token), display, events.append)
            try:
                yield ControlStage(host_screen, console_screen, folder, agent, session, events)
            finally:
                session.close()
