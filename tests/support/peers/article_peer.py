"""A sender and a receiver of the article's packets, as simple as their description: the other side of `push`
and `listen` in tests. It shares no code with the project.

packet = [identity(16)] count(u32) info*count body*count        info = size height width x y (u32, big-endian)
count  = 0: one info and one body, a picture that replaces everything
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""x, y, width, height."""

IDENTITY = bytes(range(100, 116))


def png(picture: Picture) -> bytes:
    return bytes(cv2.imencode(".png", picture)[1])


def encode_refresh(picture: Picture, *, identity: bool) -> bytes:
    body = png(picture)
    head = IDENTITY if identity else b""
    return head + struct.pack(">6I", 0, len(body), picture.shape[0], picture.shape[1], 0, 0) + body


def encode_update(picture: Picture, boxes: Sequence[Box], *, identity: bool) -> bytes:
    bodies = [png(picture[y : y + height, x : x + width]) for x, y, width, height in boxes]
    infos = b"".join(
        struct.pack(">5I", len(body), height, width, x, y)
        for body, (x, y, width, height) in zip(bodies, boxes, strict=True)
    )
    return (IDENTITY if identity else b"") + struct.pack(">I", len(boxes)) + infos + b"".join(bodies)


class Receiver:
    """Accepts one sender and keeps its picture.

    It reads the numbers of a packet with one `recv` each, as the article's does: what a sender splits there
    it cannot put together.
    """

    def __init__(self, *, identity: bool) -> None:
        self._identity = identity
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.2)
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._lock = threading.Lock()
        self._picture: Picture | None = None
        self.identities: set[bytes] = set()
        self.counts: list[int] = []
        """The count of each packet."""
        self.short_reads = 0
        self.done = threading.Event()
        self._leaving = threading.Event()

    @property
    def picture(self) -> Picture | None:
        """As of the last whole packet."""
        with self._lock:
            return None if self._picture is None else self._picture.copy()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        self._thread.join(60)
        self._server.close()
        assert not self._thread.is_alive()

    def _run(self) -> None:
        connection = None
        while connection is None and not self._leaving.is_set():
            try:
                connection, _ = self._server.accept()
            except TimeoutError:
                continue
        if connection is None:
            return
        with connection:
            # Half a second and again: a resting screen sends nothing.
            connection.settimeout(0.5)
            while not self._leaving.is_set():
                try:
                    if not self._packet(connection):
                        break
                except TimeoutError:
                    continue
        self.done.set()

    def leave(self) -> None:
        """Hangs up."""
        self._leaving.set()

    def _packet(self, connection: socket.socket) -> bool:
        head = self._numbers(connection, 20 if self._identity else 4)
        if not head:
            return False
        connection.settimeout(20)
        self.identities.add(head[:-4])
        (count,) = struct.unpack(">I", head[-4:])
        raw = self._numbers(connection, 20 * max(count, 1))
        pasted = []
        for size, height, width, x, y in struct.iter_unpack(">5I", raw):
            body = np.frombuffer(self._exactly(connection, size), np.uint8)
            image = cv2.imdecode(body, cv2.IMREAD_UNCHANGED)
            assert image is not None
            pasted.append((np.asarray(image, np.uint8).reshape(height, width, -1), x, y))
        picture = pasted[0][0] if count == 0 or self._picture is None else self._picture.copy()
        if count:
            for image, x, y in pasted:
                picture[y : y + image.shape[0], x : x + image.shape[1]] = image
        with self._lock:
            self._picture = picture
            self.counts.append(count)
        connection.settimeout(0.5)
        return True

    def _numbers(self, connection: socket.socket, size: int) -> bytes:
        data = connection.recv(size)
        if data and len(data) < size:
            self.short_reads += 1
            data += self._exactly(connection, size - len(data))
        return data

    def _exactly(self, connection: socket.socket, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = connection.recv(size - len(data))
            assert part, "the sender left in the middle of a packet"
            data += part
        return bytes(data)
