"""The embedded host's files over SFTP: real files, none outside the home."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from paramiko.sftp import SFTP_FAILURE, SFTP_OK

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


class HomeFiles(paramiko.SFTPServerInterface):
    """SFTP over one folder. Absolute paths are the machine's own, as with sshd; others begin at home."""

    def __init__(self, server: paramiko.ServerInterface, *, home: Path) -> None:
        super().__init__(server)
        self._home = home.resolve()

    def canonicalize(self, path: str) -> str:
        return os.path.normpath(self._home / path)

    def _inside(self, path: str) -> Path:
        """The path with its links resolved; raises PermissionError where that leads out of the home."""
        whole = Path(self.canonicalize(path))
        real = whole.parent.resolve() / whole.name
        if not real.is_relative_to(self._home):
            raise PermissionError(errno.EACCES, "outside the home", path)
        return real

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            with os.scandir(self._inside(path)) as entries:
                return [
                    paramiko.SFTPAttributes.from_stat(entry.stat(follow_symlinks=False), entry.name)
                    for entry in entries
                ]
        except OSError as error:
            return _code(error)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._inside(path).stat())
        except OSError as error:
            return _code(error)

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._inside(path).lstat())
        except OSError as error:
            return _code(error)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        mode = attr.st_mode if attr.st_mode is not None else 0o666
        try:
            descriptor = os.open(self._inside(path), flags | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
        except OSError as error:
            return _code(error)
        return _OpenFile(descriptor, flags)

    def remove(self, path: str) -> int:
        return self._try(lambda: self._inside(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        # SFTP's plain rename refuses to replace; only posix-rename does.
        try:
            if os.path.lexists(self._inside(newpath)):
                return SFTP_FAILURE
        except OSError as error:
            return _code(error)
        return self.posix_rename(oldpath, newpath)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._try(lambda: self._inside(oldpath).replace(self._inside(newpath)))

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        mode = attr.st_mode if attr.st_mode is not None else 0o777
        return self._try(lambda: self._inside(path).mkdir(mode))

    def rmdir(self, path: str) -> int:
        return self._try(lambda: self._inside(path).rmdir())

    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._try(lambda: paramiko.SFTPServer.set_file_attr(str(self._inside(path)), attr))

    @staticmethod
    def _try(action: Callable[[], object]) -> int:
        try:
            action()
        except OSError as error:
            return _code(error)
        return SFTP_OK


class _OpenFile(paramiko.SFTPHandle):
    """One open file; positions come with each request."""

    def __init__(self, descriptor: int, flags: int) -> None:
        super().__init__(flags)
        self._descriptor = descriptor

    def close(self) -> None:
        os.close(self._descriptor)

    def read(self, offset: int, length: int) -> bytes | int:
        try:
            return os.pread(self._descriptor, min(length, 1 << 20), offset)
        except OSError as error:
            return _code(error)

    def write(self, offset: int, data: Buffer) -> int:
        rest = memoryview(data)
        try:
            while rest:
                count = os.pwrite(self._descriptor, rest, offset)
                offset, rest = offset + count, rest[count:]
        except OSError as error:
            return _code(error)
        return SFTP_OK

    def stat(self) -> paramiko.SFTPAttributes | int:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor))

    def chattr(self, attr: paramiko.SFTPAttributes) -> int:
        try:
            if attr.st_mode is not None:
                os.fchmod(self._descriptor, attr.st_mode)
            if attr.st_size is not None:
                os.ftruncate(self._descriptor, attr.st_size)
        except OSError as error:
            return _code(error)
        return SFTP_OK


def _code(error: OSError) -> int:
    return paramiko.SFTPServer.convert_errno(error.errno or 0)
