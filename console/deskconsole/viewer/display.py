"""Is there a screen for a window? Asked before highgui is touched, which aborts the process without one."""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

from deskconsole.errors import ViewerError

_NO_SCREEN = "Run the console in a desktop session, or use `ssh -X`; everything but the window works without."
_PATIENCE = 5.0
"""Seconds for the X server to answer."""


def require_display(environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Raises ViewerError where no window can be shown; returns the X screen's size where there is one.

    The whole greeting is done, with the cookie, because a server that listens may still refuse us.
    """
    if sys.platform in {"win32", "darwin"}:
        return None
    display = environment.get("DISPLAY", "")
    if not display:
        if environment.get("WAYLAND_DISPLAY"):
            raise ViewerError(
                "This Wayland session has no X display, and the window needs one.",
                remedy="Install and enable Xwayland (Debian: apt-get install xwayland).",
            )
        raise ViewerError("There is no display here to show a window on.", remedy=_NO_SCREEN)
    match = re.fullmatch(r"(?:unix)?(?P<host>[^:]*|\[.*\]):(?P<number>\d{1,5})(?:\.\d+)?", display)
    if match is None:
        raise ViewerError(f"DISPLAY is {display!r}, which names no X display.", remedy=_NO_SCREEN)
    try:
        with _connect(match["host"], int(match["number"])) as link:
            return _greet(link, _cookie(environment, match["number"]), display)
    except (OSError, struct.error) as fault:
        raise ViewerError(
            f"The X display {display} does not answer: {fault}.",
            remedy="Check DISPLAY, or start the console in a desktop session.",
        ) from fault


def _connect(host: str, number: int) -> socket.socket:
    if host and not host.startswith("/"):
        return socket.create_connection((host.strip("[]"), 6000 + number), _PATIENCE)
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108  # where X servers listen
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(_PATIENCE)
    try:
        try:
            link.connect(path)
        except FileNotFoundError:  # a container may share the abstract name only
            link.connect(f"\0{path}")
    except OSError:
        link.close()
        raise
    return link


def _greet(link: socket.socket, cookie: bytes, display: str) -> tuple[int, int]:
    """Opens an X11 connection: the setup request and its answer, chapter 8 of the protocol."""
    name = b"MIT-MAGIC-COOKIE-1" if cookie else b""
    request = struct.pack("<cxHHHHxx", b"l", 11, 0, len(name), len(cookie))
    link.sendall(request + _padded(name) + _padded(cookie))
    status, length_of_reason, _, _, words = struct.unpack("<BBHHH", _exactly(link, 8))
    rest = _exactly(link, 4 * words)
    if status != 1:
        reason = rest[:length_of_reason].decode("latin-1").strip()
        raise ViewerError(
            f"The X display {display} lets nobody in without the right cookie ({reason}).",
            remedy="Set XAUTHORITY to the session's file, or run `xhost +si:localuser:$USER` in the session.",
        )
    vendor, formats = struct.unpack_from("<H", rest, 16)[0], rest[21]
    screen = 32 + (vendor + 3) // 4 * 4 + 8 * formats
    width, height = struct.unpack_from("<HH", rest, screen + 20)
    return width, height


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


def monitor_size() -> tuple[int, int] | None:
    """Width and height of the first monitor in pixels, or None where nobody can tell."""
    # Only the window's process asks; the console's start does not pay for it.
    import mss
    from mss.exception import ScreenShotError

    try:
        with mss.MSS() as grabber:
            # The whole screen stands first, and alone where the server knows of no monitors.
            monitor = grabber.monitors[:2][-1]
            return monitor["width"], monitor["height"]
    except (ScreenShotError, OSError):  # e.g. libxcb-randr is missing: the whole X screen has to do
        return require_display(os.environ)
