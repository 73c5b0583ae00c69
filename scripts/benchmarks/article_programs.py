"""The article's two programs, written from its description and run live: `send PORT` and `receive`.

Kept as it has them: grey values and a threshold of 30 against the frame before, an outline each as a PNG
with OpenCV's settings, no pause between grabs, no credit, the whole picture copied for every update, frames
that wait in a list without end, one imshow a frame, 60 at most. Not kept, because nothing could be measured
with it: the receiver reads the infos of a packet to their end (the article's takes what one recv gives, and
loses its place at the first large update), and shows the picture full screen and unscaled.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import sys
import threading
from typing import Any

import cv2
import mss
import numpy as np

from .article import ArticleSender

_INFO = 20
_PAUSE = 1000 // 60


def _send(port: int) -> None:
    sender = ArticleSender()
    with mss.MSS() as screen, socket.create_connection(("127.0.0.1", port)) as connection:
        while True:
            packet = sender.encode(np.array(screen.grab(screen.monitors[0])))
            if packet:
                connection.sendall(packet)


def _receive() -> None:
    """Prints its port, and shows what comes until it is ended."""
    with contextlib.suppress(OSError):
        # Before OpenCV's: with its own one window in nine stays black (deskconsole/viewer/__main__.py).
        ctypes.CDLL("libX11-xcb.so.1", mode=ctypes.RTLD_GLOBAL)
    frames: list[Any] = []
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=_take, args=(listener, frames), daemon=True).start()
    cv2.namedWindow("image", cv2.WINDOW_NORMAL)
    cv2.setWindowProperty("image", cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)
    while True:
        if frames:
            cv2.imshow("image", frames.pop(0))
        cv2.waitKey(_PAUSE)


def _take(listener: socket.socket, frames: list[Any]) -> None:
    connection, _ = listener.accept()
    previous = None
    while True:
        count = int.from_bytes(_exactly(connection, 4), "big")
        infos = _exactly(connection, _INFO * max(1, count))
        slices = [
            [int.from_bytes(infos[at + 4 * field : at + 4 * field + 4], "big") for field in range(5)]
            for at in range(0, len(infos), _INFO)
        ]
        bodies = [_exactly(connection, size) for size, *_ in slices]
        if count == 0 or previous is None:
            following = _decoded(bodies[0])
        else:
            following = np.copy(previous)
            for (_, height, width, x, y), body in zip(slices, bodies, strict=True):
                following[y : y + height, x : x + width] = _decoded(body).reshape((height, width, -1))
        frames.append(following)
        previous = following


def _decoded(body: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            sys.exit()
        data += piece
    return data


if __name__ == "__main__":
    if sys.argv[1] == "send":
        _send(int(sys.argv[2]))
    else:
        _receive()
