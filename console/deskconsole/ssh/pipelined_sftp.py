"""The content of one file on its way by SFTP: many pieces travel at once, their answers come in any order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

import paramiko
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_DATA,
    CMD_HANDLE,
    CMD_OPEN,
    CMD_READ,
    CMD_STATUS,
    CMD_WRITE,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_READ,
    SFTP_FLAG_TRUNC,
    SFTP_FLAG_WRITE,
    int64,
)

PIECE = 32000
"""Bytes; with its head a piece just fits one packet of paramiko's. Measured for 45 MB on loopback, against
OpenSSH and asyncssh: 0.38 and 0.17 s; with 32768: 0.50 and 0.31 s; with 131072: 0.45 and 0.18 s."""
_REST_OF_TEXT = 0.3
"""Seconds in which the next piece of a text has to come."""
_LONGEST_TEXT = 4096
_SHOWN = 60
"""Characters of a text that are told."""
_UNDER_WAY = 64
"""Pieces without an answer yet: 2 MB, about the window of a channel."""


class TextBefore(paramiko.SFTPError):
    """Something printed a text where the server's first packet belongs; `text` is its beginning."""

    def __init__(self, text: str) -> None:
        super().__init__("a text came instead of a packet")
        self.text = text


class Sftp(paramiko.SFTPClient):
    """paramiko's client, with files by their handle.

    Its own file objects wait for all answers at every hundredth piece, and for ever where a server answers
    in another order than it was asked in.
    """

    def __init__(self, sock: paramiko.Channel) -> None:
        """Raises TextBefore, SFTPError, EOFError."""
        self._head: bytes | None = b""
        super().__init__(sock)
        self._head = None

    def _send_version(self) -> int:
        try:
            version: int = super()._send_version()  # type: ignore[misc]  # the stubs leave it out
        except paramiko.SFTPError:
            head = self._head or b""
            if not head[:1].strip(b"\0"):
                raise
            raise TextBefore(_text_of(head + self._drained())) from None
        return version

    def _read_all(self, n: int) -> bytes:
        data: bytes = super()._read_all(n)  # type: ignore[misc]  # the stubs leave it out
        if self._head is not None:
            self._head += data
        return data

    def _drained(self) -> bytes:
        """The rest of a text, which comes in the same moment or in pieces."""
        data = b""
        self.sock.settimeout(_REST_OF_TEXT)
        with contextlib.suppress(TimeoutError):
            while len(data) < _LONGEST_TEXT and (piece := self.sock.recv(_LONGEST_TEXT)):
                data += piece
        return data

    if TYPE_CHECKING:  # what the stubs leave out
        sock: paramiko.Channel

        def _request(self, t: int, *args: object) -> tuple[int, paramiko.Message]: ...
        def _async_request(self, fileobj: object, t: int, *args: object) -> int: ...
        def _read_response(self, waitfor: int | None = None) -> tuple[int, paramiko.Message]: ...
        def _convert_status(self, msg: paramiko.Message) -> None: ...
        def _adjust_cwd(self, path: str) -> bytes: ...

    def open_to_write(self, path: str, *, empty: bool, mode: int | None) -> bytes:
        """The handle of a file that is made if need be: with that mode, or what is usual there."""
        attributes = paramiko.SFTPAttributes()
        attributes.st_mode = mode
        flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | (SFTP_FLAG_TRUNC if empty else 0)
        return self._opened(path, flags, attributes)

    def open_to_read(self, path: str) -> bytes:
        """The handle of a file."""
        return self._opened(path, SFTP_FLAG_READ, paramiko.SFTPAttributes())

    def close_handle(self, handle: bytes) -> None:
        """Some servers say only now that the disk is full."""
        self._request(CMD_CLOSE, handle)

    def write_pieces(
        self, handle: bytes, source: IO[bytes], offset: int, written: Callable[[int], None]
    ) -> None:
        """Writes what is left in `source`; `written` is told up to where the server has confirmed it."""
        answers = _Answers()
        under_way: dict[int, int] = {}
        position = confirmed = offset
        more = True
        while True:
            while more and len(under_way) < _UNDER_WAY:
                piece = source.read(PIECE)
                if not piece:
                    more = False
                    break
                number = self._async_request(answers, CMD_WRITE, handle, int64(position), piece)
                under_way[number] = len(piece)
                position += len(piece)
            if not under_way:
                return
            number, kind, message = self._next(answers)
            if kind != CMD_STATUS:
                raise paramiko.SFTPError("a write was answered by something else")
            self._convert_status(message)
            confirmed += under_way.pop(number)
            written(confirmed)

    def read_pieces(self, handle: bytes, size: int) -> bytes:
        """The first `size` bytes, or fewer where the file ends before."""
        answers = _Answers()
        content = bytearray(size)
        end = size
        wanted = [(start, min(PIECE, size - start)) for start in range(0, size, PIECE)][::-1]
        under_way: dict[int, tuple[int, int]] = {}
        while wanted or under_way:
            while wanted and len(under_way) < _UNDER_WAY:
                start, length = wanted.pop()
                number = self._async_request(answers, CMD_READ, handle, int64(start), length)
                under_way[number] = (start, length)
            number, kind, message = self._next(answers)
            start, length = under_way.pop(number)
            if kind == CMD_STATUS:
                try:
                    self._convert_status(message)
                except EOFError:
                    end = min(end, start)
                    continue
            if kind != CMD_DATA:
                raise paramiko.SFTPError("a read was answered by something else")
            data = message.get_binary()[:length]
            if not data:
                raise paramiko.SFTPError("a read was answered by nothing")
            content[start : start + len(data)] = data
            if len(data) < length:
                wanted.append((start + len(data), length - len(data)))
        return bytes(content[:end])

    def _opened(self, path: str, flags: int, attributes: paramiko.SFTPAttributes) -> bytes:
        kind, message = self._request(CMD_OPEN, self._adjust_cwd(path), flags, attributes)
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("no handle")
        return message.get_binary()

    def _next(self, answers: _Answers) -> tuple[int, int, paramiko.Message]:
        while not answers.came:
            self._read_response()
        return answers.came.pop()


def _text_of(data: bytes) -> str:
    """The words before the packet, on one line."""
    return " ".join(data.partition(b"\0")[0].decode("utf-8", "replace").split())[:_SHOWN]


class _Answers:
    """Takes the answers to one file's requests; paramiko knows it only weakly."""

    def __init__(self) -> None:
        self.came: list[tuple[int, int, paramiko.Message]] = []

    def _async_response(self, kind: int, message: paramiko.Message, number: int) -> None:
        self.came.append((number, kind, message))
