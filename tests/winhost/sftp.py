"""SFTP as Windows OpenSSH shows a disk: /C:/..., any case, and no change to a file in use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh

from winhost import wine

if TYPE_CHECKING:
    from winhost.ssh_server import Host

_IMAGES = (".exe", ".dll", ".pyd")


class WindowsSftp(asyncssh.SFTPServer):
    """Sees drive C: only; ACLs and the other drives are not imitated."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], host: Host) -> None:
        self._host = host
        self._drive = Path(host.settings.drive_c)
        self._connection = channel.get_connection()
        self._written = 0
        self._cut = False
        # sshd starts SFTP through the default shell, which prints what it always prints at its start.
        channel.write(host.settings.autorun.encode())
        super().__init__(channel)

    def map_path(self, path: bytes) -> bytes:
        """The Linux path of what SFTP calls so."""
        parts = self._parts(path)
        local = self._drive  # which drives there are is not to be listed
        if parts and parts[0].upper() != "C:":
            raise asyncssh.SFTPNoSuchFile("no such drive")
        for part in parts[1:]:
            local = _find(local, part)
        return os.fsencode(local)

    def reverse_map_path(self, path: bytes) -> bytes:
        """What SFTP calls a Linux path."""
        return b"/C:" + path[len(os.fsencode(self._drive)) :]

    def realpath(self, path: bytes) -> bytes:
        """Absolute, also for what is not there."""
        return os.fsencode("/" + "/".join(self._parts(path)))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """A loaded program cannot be written to."""
        if pflags & (asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_TRUNC):
            self._refuse_open(path, only_images=True)
        return super().open(path, pflags, attrs)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Counts, and cuts where that was asked for."""
        self._written += len(data)
        self._host.count(len(data))
        # Aborting ends the connection, not what has arrived already.
        self._cut = self._cut or self._host.cut_due(self._written)
        if self._cut:
            self._connection.abort()
            raise asyncssh.SFTPConnectionLost("cut")
        written: int = super().write(file_obj, offset, data)  # type: ignore[assignment]
        return written

    def remove(self, path: bytes) -> None:
        """What is open stays."""
        self._refuse_open(path)
        super().remove(path)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Nor does it change its name, or that of a folder with something open in it."""
        self._refuse_open(oldpath)
        super().rename(oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Neither may the file that is to be replaced be open."""
        self._refuse_open(oldpath)
        self._refuse_open(newpath)
        super().posix_rename(oldpath, newpath)

    def _parts(self, path: bytes) -> list[str]:
        text = os.fsdecode(path).replace("\\", "/")
        if text[1:2] == ":":
            text = "/" + text
        if not text.startswith("/"):
            text = f"/C:/users/{self._host.settings.user}/{text}"
        parts: list[str] = []
        for part in text.split("/"):
            if part == "..":
                parts = parts[:-1] or parts
            elif part not in {"", "."}:
                parts.append(part)
        return parts

    def _refuse_open(self, path: bytes, *, only_images: bool = False) -> None:
        local = os.path.realpath(os.fsdecode(self.map_path(path)))
        if only_images and not local.lower().endswith(_IMAGES):
            return
        for name in wine.open_files(self._drive.parent):
            if name == local or name.startswith(local + "/"):
                raise asyncssh.SFTPFailure("the file is in use")


def _find(folder: Path, name: str) -> Path:
    """The entry of that name, whatever its case, or the path that it would have."""
    path = folder / name
    if os.path.lexists(path) or not folder.is_dir():
        return path
    return next((entry for entry in folder.iterdir() if entry.name.lower() == name.lower()), path)
