"""A real X server without a screen, for tests: started on a display number that is its own alone.

with Xvfb(1280, 720) as display:
    display.run("xterm")
    picture = display.screenshot()
"""

from __future__ import annotations

import ctypes
import os
import secrets
import select
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import mss
import numpy as np
import pytest
from numpy.typing import NDArray

_SOCKETS = "/tmp/.X11-unix"


class _ClientMessage(ctypes.Structure):
    """XClientMessageEvent, in the space of an XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 24),
    )


PATTERN: Final = ("-retro",)
"""Options of a screen that is not black: the server's old pattern is behind everything."""


class Xvfb:
    """An X server with one screen of `width` x `height` at `depth` bits.

    Xvfb cannot grow beyond the size it began with: `resize` reaches up to `maximum`.

    It listens on a Unix socket only. With `authority` it lets in nobody without the cookie, which is in
    the file that `environment` names.
    """

    _output = "screen"
    """What xrandr calls its one monitor."""

    def __init__(
        self,
        width: int = 1280,
        height: int = 720,
        *,
        maximum: tuple[int, int] | None = None,
        authority: bool = False,
        depth: int = 24,
        options: tuple[str, ...] = (),
        display: str = "",
    ) -> None:
        self.width = width
        self.height = height
        self._maximum = maximum or (width, height)
        self._authority = authority
        self._depth = depth
        self._options = options
        self._folder: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._programs: list[subprocess.Popen[bytes]] = []
        self.display = display
        """Such as `:5`."""

    def start(self) -> None:
        """Returns once the server answers.

        Left to itself the server takes the lowest free number, that of one which a test has just killed: the
        test would then see another test's desktop.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="xvfb-"))
        reader, writer = os.pipe()
        command = [*self._command(), self.display or _free_display(), "-displayfd", str(writer)]
        # Without -noreset the server starts over whenever its last client leaves, and loses a resize.
        command += ["-nolisten", "tcp", "-noreset", "-dpi", "96", *self._options]
        cookie = secrets.token_bytes(16)
        if self._authority:
            self._write_cookie(b"", cookie)
            command += ["-auth", str(self._folder / "authority")]
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(writer,)
            )
        os.close(writer)
        with os.fdopen(reader, "rb") as answers:
            ready, _, _ = select.select([answers], [], [], 60)
            number = answers.readline().strip().decode() if ready else ""
        if not number:
            log_text = (self._folder / "log").read_text(errors="replace")
            self.stop()
            raise RuntimeError(f"{command[0]} did not start: {log_text}")
        self.display = f":{number}"
        if self._authority:
            self._write_cookie(number.encode(), cookie)
        if self._maximum != (self.width, self.height):
            self.resize(self.width, self.height)

    def _command(self) -> list[str]:
        return ["Xvfb", "-screen", "0", "{}x{}x{}".format(*self._maximum, self._depth)]

    def _write_cookie(self, number: bytes, cookie: bytes) -> None:
        """An authority file by hand: family (any host), address, display, name of the scheme, secret."""
        assert self._folder is not None
        entry = struct.pack(">H", 0xFFFF)
        for field in (b"", number, b"MIT-MAGIC-COOKIE-1", cookie):
            entry += struct.pack(">H", len(field)) + field
        path = self._folder / "authority"
        path.write_bytes(entry)
        path.chmod(0o600)

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with DISPLAY (and XAUTHORITY) pointing here and no Wayland."""
        environment = {k: v for k, v in os.environ.items() if k not in {"WAYLAND_DISPLAY", "XAUTHORITY"}}
        environment["DISPLAY"] = self.display
        if self._authority:
            environment["XAUTHORITY"] = str(self.authority)
        return environment

    @property
    def authority(self) -> Path:
        """The file with the cookie; it exists only with `authority=True`."""
        assert self._folder is not None
        return self._folder / "authority"

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._server is not None
        return self._server.pid

    def run(
        self, *command: str, environment: Mapping[str, str] | None = None, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Starts a program inside; `stop` ends it."""
        program = subprocess.Popen(
            command, env={**self.environment, **(environment or {})}, stdin=stdin,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._programs.append(program)
        return program

    def call(self, *command: str, timeout: float = 60) -> str:
        """Runs a program inside to its end and returns what it printed; raises where it fails."""
        done = subprocess.run(
            command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode()

    def wait_for_window(self, name: str, timeout: float = 60) -> int:
        """Number of the first visible window whose title matches the expression `name`."""
        return wait_for(lambda: self.windows(name), timeout=timeout, what=f"a window {name!r}")[0]

    def windows(self, name: str) -> list[int]:
        """Numbers of the visible windows whose titles match the expression `name`."""
        try:
            found = self.call("xdotool", "search", "--onlyvisible", "--name", name)
        except RuntimeError:  # how xdotool says that there is none
            return []
        return [int(line) for line in found.split()]

    def place(self, window: int) -> tuple[int, int, int, int]:
        """x, y, width and height of a window on the screen."""
        shell = self.call("xdotool", "getwindowgeometry", "--shell", str(window))
        found = {name: int(value) for name, value in (line.split("=") for line in shell.split())}
        return found["X"], found["Y"], found["WIDTH"], found["HEIGHT"]

    def ask_to_close(self, window: int) -> None:
        """What a window manager sends when somebody clicks on a window's close button: WM_DELETE_WINDOW.

        xdotool can only destroy windows, and the bare server has no window manager that could be asked.
        """
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        display = ctypes.c_void_p(x11.XOpenDisplay(self.display.encode()))
        assert display.value, "no connection"
        event = _ClientMessage(type=33, send_event=1, window=window, format=32)
        event.message_type = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
        event.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
        x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(event))
        x11.XSync(display, 0)
        x11.XCloseDisplay(display)

    def screenshot(self) -> NDArray[np.uint8]:
        """The screen as (height, width, 3), blue, green, red."""
        before = os.environ.get("XAUTHORITY")
        if self._authority:
            os.environ["XAUTHORITY"] = str(self.authority)
        try:
            with mss.MSS(display=self.display) as grabber:
                shot = grabber.grab(grabber.monitors[0])
                pixels = np.frombuffer(shot.bgra, np.uint8).reshape(shot.height, shot.width, 4)
                return pixels[:, :, :3].copy()
        finally:
            if self._authority:
                os.environ.pop("XAUTHORITY", None)
                if before is not None:
                    os.environ["XAUTHORITY"] = before

    def resize(self, width: int, height: int) -> None:
        """Gives the screen another size, as a user would in the settings."""
        mode = f"{width}x{height}-{secrets.token_hex(2)}"
        # Timings are of no account to a server without a screen; xrandr wants them in order.
        timings = [width, width + 8, width + 16, width + 24, height, height + 1, height + 2, height + 3]
        self.call("xrandr", "--newmode", mode, "60", *map(str, timings))
        self.call("xrandr", "--addmode", self._output, mode)
        self.call("xrandr", "--output", self._output, "--mode", mode)
        self.width, self.height = width, height

    def kill(self) -> None:
        """Takes the server away as a crash would."""
        assert self._server is not None
        self._server.kill()
        self._server.wait(60)
        Path(f"{_SOCKETS}/X{self.display[1:]}").unlink(missing_ok=True)

    def end_programs(self) -> None:
        """Ends the programs started with `run`."""
        for program in self._programs:
            _end(program)
        self._programs.clear()

    def stop(self) -> None:
        """Ends the programs started with `run`, then the server."""
        self.end_programs()
        if self._server is not None:
            _end(self._server)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _end(program: subprocess.Popen[bytes]) -> None:
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(5)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait(60)


def _free_display() -> str:
    """Takes a number out of many, so none comes twice. Hypothesis seeds `random` alike in all workers."""
    while True:
        number = 10_000 + secrets.randbelow(40_000)
        if not Path(f"{_SOCKETS}/X{number}").exists():
            return f":{number}"


class Xvnc(Xvfb):
    """TigerVNC's X server. It lists its depth twice, which is legal and unlike any other server."""

    _output = "VNC-0"

    def _command(self) -> list[str]:
        size = "{}x{}".format(*self._maximum)
        return ["Xvnc", "-geometry", size, "-depth", str(self._depth), "-rfbport", "-1"]


@contextmanager
def own_display(
    width: int, height: int, *, maximum: tuple[int, int] | None = None, options: tuple[str, ...] = ()
) -> Iterator[Xvfb]:
    """A server that DISPLAY names meanwhile: what opens a display opens this one."""
    server = Xvfb(width, height, maximum=maximum, options=options)
    with server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", server.display)
        patch.delenv("XAUTHORITY", raising=False)
        yield server


T = TypeVar("T")


def wait_for(check: Callable[[], T], *, timeout: float = 60, what: str = "it") -> T:
    """Asks until the answer is true and returns it; TimeoutError says `what` did not come."""
    end = time.monotonic() + timeout
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {timeout:g} s")
        time.sleep(0.02)
