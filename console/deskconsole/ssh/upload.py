"""Sending one file to a host by SFTP. It makes no folders and renames nothing: that is the deploy's."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import paramiko
from paramiko.sftp import CMD_HANDLE, CMD_OPEN, SFTP_FLAG_CREATE, SFTP_FLAG_TRUNC, SFTP_FLAG_WRITE

from deskconsole.errors import ConnectionFailed, ConnectionLost, DeployError
from deskconsole.ssh.command import close_channel, closing_at, open_session, trouble
from deskconsole.ssh.transport import Link

_PIECE = 32768
_SILENCE = 30.0
"""Seconds without any answer after which the connection counts as dead."""


class _Sftp(paramiko.SFTPClient):
    if TYPE_CHECKING:  # what the stubs leave out

        def _request(self, t: int, *args: object) -> tuple[int, paramiko.Message]: ...
        def _adjust_cwd(self, path: str) -> bytes: ...

    def create(self, path: str, mode: int) -> paramiko.SFTPFile:
        """Open for writing, emptied. paramiko's own `open` cannot give a mode: for a moment the world
        could read the file."""
        attributes = paramiko.SFTPAttributes()
        attributes.st_mode = mode
        flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC
        kind, message = self._request(CMD_OPEN, self._adjust_cwd(path), flags, attributes)
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("no handle")
        return paramiko.SFTPFile(self, message.get_binary(), "wb", 0)


def upload_file(
    link: Link, data: bytes, path: str, mode: int, progress: Callable[[int, int], None] | None, where: str
) -> None:
    """Write `data` to `path` (relative to the home folder or absolute; no `~`), readable by `mode` only.

    Raises DeployError where the host would not take it, ConnectionFailed where there is no SFTP,
    ConnectionLost. What was written in vain is removed.
    """
    deadline = time.monotonic() + _SILENCE
    channel = open_session(link, _SILENCE, where)
    try:
        channel.settimeout(_SILENCE)
        with closing_at(channel, deadline):
            try:
                channel.invoke_subsystem("sftp")
                sftp = _Sftp(channel)
            except (paramiko.SSHException, EOFError, OSError) as error:
                if link.is_active() and time.monotonic() < deadline:
                    raise ConnectionFailed(
                        f"the SSH server of {where} has no SFTP",
                        remedy="Enable `Subsystem sftp` in its sshd_config.",
                    ) from error
                raise trouble(link, deadline, where, "SFTP") from error
        try:
            _write(sftp, data, path, mode, progress, where)
        except (paramiko.SSHException, EOFError, TimeoutError) as error:
            raise ConnectionLost(f"the connection to {where} was cut while {path} was sent") from error
    finally:
        close_channel(channel)


def _write(
    sftp: _Sftp, data: bytes, path: str, mode: int, progress: Callable[[int, int], None] | None, where: str
) -> None:
    try:
        file = sftp.create(path, mode)
    except TimeoutError:
        raise
    except OSError as error:
        raise _refused(error, path, where) from error
    sent = 0
    try:
        file.set_pipelined(True)
        view = memoryview(data)
        while sent < len(data):
            # The last piece waits for the answers to all before it, so that an error is not lost.
            file.set_pipelined(sent + _PIECE < len(data))
            file.write(bytes(view[sent : sent + _PIECE]))
            sent = min(sent + _PIECE, len(data))
            if progress is not None:
                progress(sent, len(data))
        # The mode given at creation is cut by the umask, and a file that was there kept its own.
        file.chmod(mode)
        written = file.stat().st_size
        file.close()
    except TimeoutError:
        raise
    except OSError as error:
        if sftp.sock.closed:
            raise ConnectionLost(f"the connection to {where} was cut while {path} was sent") from error
        _remove(sftp, path)
        raise _full(path, sent, len(data), where, str(error)) from error
    if written != len(data):
        _remove(sftp, path)
        raise _full(path, written or 0, len(data), where, "the file is too short")


def _remove(sftp: _Sftp, path: str) -> None:
    with suppress(OSError, EOFError, paramiko.SSHException):
        sftp.remove(path)


def _refused(error: OSError, path: str, where: str) -> DeployError:
    if error.errno == errno.ENOENT:
        return DeployError(f"the folder of {path} does not exist on {where}", remedy="Make it there first.")
    if error.errno == errno.EACCES:
        return DeployError(
            f"{where} does not permit writing {path}", remedy="Check the rights and the owner of that folder."
        )
    return DeployError(
        f"{where} cannot make {path} (its server says only: {error})",
        remedy="The disk may be full or read-only, or a folder be in the way: look with `df` and `ls`.",
    )


def _full(path: str, sent: int, size: int, where: str, said: str) -> DeployError:
    return DeployError(
        f"{where} took only part of {path} (about {sent} of {size} bytes; its server says only: {said})",
        remedy="Most likely its disk or the user's quota is full: look with `df` there, and make room.",
    )
