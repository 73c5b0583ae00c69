"""Checks that there is a screen for a window before highgui is touched, which aborts without one.

The greeting is made by hand, not by python-xlib: it takes 0.7 ms of CPU instead of 25, and of 30 more for
the import in the console's process. It also gives up a server that does not answer; python-xlib waits
for it without end.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from deskconsole.common.errors import ViewerError

_NO_SCREEN = (
    "Run the console in a desktop session, or use `ssh -X`; everything but the window works without: "
    "the key z of the list shows the picture in the terminal."
)
_DISPLAY = re.compile(r"(?:unix)?(?P<host>[^:]*|\[.*\]):(?P<number>\d{1,5})(?:\.\d+)?")
_WITHOUT_PALETTE = {4, 5}
"""TrueColor and DirectColor, of the classes of X's visuals."""
_SERVER_TIMEOUT = 5.0
"""Seconds for the X server to answer."""


class XScreen(NamedTuple):
    """An X screen: its size in pixels, and the bits of a pixel that its windows use by default."""

    width: int
    height: int
    depth: int


def control_fault() -> str:
    """Says why no window of this system can control a host; empty where one can."""
    return "" if sys.platform.startswith("linux") else "that needs a console on Linux"


def windows_display(environment: Mapping[str, str]) -> str:
    """The name of the screen that windows come on, the same for all programs there; empty where there is
    none.

    It is not asked whether it answers.
    """
    if sys.platform in {"win32", "darwin"}:
        return sys.platform
    match = _DISPLAY.fullmatch(environment.get("DISPLAY", ""))
    return "" if match is None else f"{match['host']}:{match['number']}"


def require_display(environment: Mapping[str, str]) -> XScreen | None:
    """Raises ViewerError where no window can be shown; returns the X screen where there is one.

    The whole greeting is done, with the cookie, because a server that listens may still refuse us.
    """
    if sys.platform in {"win32", "darwin"}:
        return None
    display = environment.get("DISPLAY", "")
    if not display:
        if environment.get("WAYLAND_DISPLAY"):
            raise ViewerError(
                "this Wayland session has no X display, and the window needs one",
                remedy="Install and enable Xwayland (Debian: apt-get install xwayland).",
            )
        raise ViewerError("there is no display here to show a window on", remedy=_NO_SCREEN)
    match = _DISPLAY.fullmatch(display)
    if match is None:
        raise ViewerError(f"DISPLAY is {display!r}, which names no X display", remedy=_NO_SCREEN)
    try:
        with _connect(match["host"], int(match["number"])) as link:
            return _greet(link, _cookie(environment, match["number"]), display)
    except (OSError, struct.error) as fault:
        raise ViewerError(
            f"the X display {display} does not answer: {fault}",
            remedy="Check DISPLAY, or start the console in a desktop session.",
        ) from fault


def _connect(host: str, number: int) -> socket.socket:
    if host and not host.startswith("/"):
        return socket.create_connection((host.strip("[]"), 6000 + number), _SERVER_TIMEOUT)
    if sys.platform == "win32":
        raise FileNotFoundError(2, "X servers listen on TCP only there")
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108  # where X servers listen
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(_SERVER_TIMEOUT)
    try:
        try:
            link.connect(path)
        except FileNotFoundError:  # a container may share the abstract name only
            link.connect(f"\0{path}")
    except OSError:
        link.close()
        raise
    return link


def _greet(link: socket.socket, cookie: bytes, display: str) -> XScreen:
    """Opens an X11 connection: the setup request and its answer, chapter 8 of the protocol."""
    name = b"MIT-MAGIC-COOKIE-1" if cookie else b""
    request = struct.pack("<cxHHHHxx", b"l", 11, 0, len(name), len(cookie))
    link.sendall(request + _padded(name) + _padded(cookie))
    status, length_of_reason, _, _, words = struct.unpack("<BBHHH", _exactly(link, 8))
    rest = _exactly(link, 4 * words)
    if status != 1:
        reason = rest[:length_of_reason].decode("latin-1").strip()
        raise ViewerError(
            f"the X display {display} refuses everyone without the right cookie ({reason})",
            remedy="Set XAUTHORITY to the session's file, or run `xhost +si:localuser:$USER` in the session.",
        )
    vendor, formats = struct.unpack_from("<H", rest, 16)[0], rest[21]
    screen = 32 + (vendor + 3) // 4 * 4 + 8 * formats
    width, height = struct.unpack_from("<HH", rest, screen + 20)
    visual, depth, depths = struct.unpack_from("<I2xBB", rest, screen + 32)
    if _visual_class(rest, screen + 40, depths, visual) not in _WITHOUT_PALETTE:
        raise ViewerError(
            f"the X display {display} has colours of a palette ({depth} bits a pixel), and the window needs "
            "true ones",
            remedy="Start that X server with 24 bits a pixel, or use another display.",
        )
    return XScreen(width, height, depth)


def _visual_class(setup: bytes, place: int, depths: int, wanted: int) -> int | None:
    """The class of a visual, from the list of depths that ends a screen in the server's setup."""
    for _ in range(depths):
        (visuals,) = struct.unpack_from("<2xH4x", setup, place)
        place += 8
        for _ in range(visuals):
            number, kind = struct.unpack_from("<IB19x", setup, place)
            place += 24
            if number == wanted:
                return int(kind)
    return None


def _cookie(environment: Mapping[str, str], number: str) -> bytes:
    """The MIT-MAGIC-COOKIE-1 for this display, or nothing: many local servers let their own user in."""
    path = Path(environment.get("XAUTHORITY") or Path.home() / ".Xauthority")
    try:
        data = path.read_bytes()
    except OSError:
        return b""
    here = socket.gethostname().encode()
    best = b""
    position = 0
    while position + 2 <= len(data):
        family = int.from_bytes(data[position : position + 2], "big")
        position += 2
        fields = []
        for _ in range(4):
            size = int.from_bytes(data[position : position + 2], "big")
            fields.append(data[position + 2 : position + 2 + size])
            position += 2 + size
        address, display, scheme, secret = fields
        if scheme == b"MIT-MAGIC-COOKIE-1" and display in {b"", number.encode()}:
            if family == 0xFFFF or address == here:
                return secret
            best = best or secret
    return best


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _exactly(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = link.recv(size - len(data))
        if not part:
            raise ConnectionError("it hung up")
        data += part
    return data


def monitors() -> list[tuple[int, int, int, int]]:
    """x, y, width and height of each monitor in pixels, the first one first; empty where nobody can tell."""
    # Only the window's process asks; the console's start does not pay for it.
    import mss
    from mss.exception import ScreenShotError

    try:
        with mss.MSS() as grabber:
            # The whole screen stands first, and alone where the server knows of no monitors.
            known = grabber.monitors[1:] or grabber.monitors
            return [(one["left"], one["top"], one["width"], one["height"]) for one in known]
    except (ScreenShotError, OSError):  # e.g. libxcb-randr is missing: the whole X screen has to do
        screen = require_display(os.environ)
        return [] if screen is None else [(0, 0, screen.width, screen.height)]
