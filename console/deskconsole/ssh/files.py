"""The files of a host, by SFTP: one channel for as many as there are. What they mean is for the deploy."""

from __future__ import annotations

import errno
import io
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

import paramiko

from deskconsole.common.errors import ConnectionFailed, ConnectionLost, DeployError

from .command import close_channel, closing_at, open_session, trouble
from .pipelined_sftp import Sftp, TextBefore
from .transport import SshTransport

READ_MAX = 64 << 20
"""Bytes; what the console reads back is far smaller."""
_SILENCE = 30.0
"""Seconds without any answer after which the connection counts as dead."""
_CUT = (paramiko.SSHException, paramiko.SFTPError, EOFError)
"""Errors of paramiko where no answer came, or nonsense."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder in a folder."""

    name: str
    size: int
    folder: bool
    modified: float
    """Seconds since 1970, by the host's clock."""


class Files:
    """An open SFTP channel. Paths are absolute or relative to the folder where sessions begin; no `~`.

    For one thread at a time. Every method raises DeployError where the host will not, ConnectionLost.
    """

    def __init__(self, sftp: Sftp, where: str) -> None:
        self._sftp = sftp
        self._where = where

    def home(self) -> str:
        """The folder where sessions begin, absolute: `/home/ann`, or `/C:/Users/Ann Lee` on Windows."""
        with self._asking("tell the home folder"):
            return self._sftp.normalize(".")

    def stat(self, path: str) -> int | None:
        """Size of what is there; None where nothing is."""
        with self._asking(f"look at {path}"):
            try:
                return self._sftp.stat(path).st_size or 0
            except FileNotFoundError:
                return None

    def list(self, path: str) -> tuple[Entry, ...]:
        """Lists a folder's entries by name; none where there is no such folder."""
        with self._asking(f"list {path}"):
            try:
                rows = self._sftp.listdir_attr(path)
            except FileNotFoundError:
                return ()
        entries = (
            Entry(row.filename, row.st_size or 0, stat.S_ISDIR(row.st_mode or 0), float(row.st_mtime or 0))
            for row in rows
            if row.filename not in {".", ".."}
        )
        return tuple(sorted(entries, key=lambda entry: entry.name))

    def make_folder(self, path: str, mode: int = 0o777) -> None:
        """Makes it, and those above that are missing; it may be there. `mode` is POSIX, less the umask."""
        missing = []
        for folder in reversed(_chain(path)):
            with self._asking(f"look at {folder}"):
                if self._is_folder(folder):
                    break
            missing.append(folder)
        for folder in reversed(missing):
            with self._asking(f"make the folder {folder}"):
                try:
                    self._sftp.mkdir(folder, mode)
                except OSError:  # somebody else may have made it meanwhile
                    if not self._is_folder(folder):
                        raise

    def rename(self, path: str, to: str) -> None:
        """Renames a file or a folder; refused where something is there already."""
        with self._asking(f"rename {path} to {to}"):
            self._sftp.rename(path, to)

    def remove(self, path: str) -> None:
        """A file, or an empty folder; it may be gone already."""
        with self._asking(f"remove {path}"), suppress(FileNotFoundError):
            if self._is_folder(path):
                self._sftp.rmdir(path)
            else:
                self._sftp.remove(path)

    def read(self, path: str, limit: int = READ_MAX) -> bytes:
        """The content of a file of `limit` bytes at most."""
        with self._asking(f"give {path}"):
            size = self._sftp.stat(path).st_size or 0
            if size > limit:
                raise DeployError(
                    f"{path} on {self._where} is larger than expected ({size} bytes)",
                    remedy="Look at that file there: it is not as deskconsole leaves it.",
                )
            handle = self._sftp.open_to_read(path)
            with self._closing(handle):
                return self._sftp.read_pieces(handle, size)

    def upload(
        self,
        source: bytes | IO[bytes],
        path: str,
        *,
        mode: int | None = None,
        resume: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Writes a file, whose folder must exist; returns how many bytes went.

        `resume` continues where an upload of the same content was cut: whether it really is the same is for a
        hash to tell. `progress(done, total)` is called in bytes that the host has confirmed. After a cut and
        after what `progress` raises, what went up stays; what the host refused to write in full is removed.
        """
        stream = io.BytesIO(source) if isinstance(source, bytes) else source
        total = stream.seek(0, io.SEEK_END)
        begin = (self.stat(path) or 0) if resume else 0
        if begin > total:
            begin = 0
        if begin == total > 0 and mode is None:
            # Not opened for nothing: Windows refuses that to a file that a program runs from.
            if progress is not None:
                progress(total, total)
            return 0
        stream.seek(begin)
        try:
            handle = self._sftp.open_to_write(path, empty=not begin, mode=mode)
        except (*_CUT, OSError) as error:
            raise self._trouble(error, f" while {path} was sent") or _refused(
                error, path, self._where
            ) from error
        done = begin
        if progress is not None:
            progress(begin, total)

        def written(confirmed: int) -> None:
            nonlocal done
            done = confirmed
            if progress is not None:
                progress(done, total)

        try:
            with self._closing(handle):
                self._sftp.write_pieces(handle, stream, begin, written)
            # The mode given at creation is cut by the umask, and a file that was there kept its own.
            if mode is not None:
                self._sftp.chmod(path, mode)
            size = self._sftp.stat(path).st_size or 0
        except (*_CUT, OSError) as error:
            lost = self._trouble(error, f" while {path} was sent")
            if lost is not None:
                raise lost from error
            self._drop(path)
            raise _full(path, done, total, self._where, str(error)) from error
        if size != total:
            self._drop(path)
            raise _full(path, size, total, self._where, "the file has another size")
        return total - begin

    def _is_folder(self, path: str) -> bool:
        with suppress(FileNotFoundError):
            return stat.S_ISDIR(self._sftp.stat(path).st_mode or 0)
        return False

    @contextmanager
    def _closing(self, handle: bytes) -> Iterator[None]:
        try:
            yield
        except (*_CUT, TimeoutError):
            raise  # nothing would answer
        except BaseException:
            with suppress(OSError, *_CUT):
                self._sftp.close_handle(handle)
            raise
        self._sftp.close_handle(handle)

    def _drop(self, path: str) -> None:
        with suppress(OSError, *_CUT):
            self._sftp.remove(path)

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        try:
            yield
        except (*_CUT, OSError) as error:
            raise self._trouble(error) or DeployError(
                f"{self._where} does not {what} (its server says only: {error})",
                remedy="Check the file's permissions and owner; a running program may hold it.",
            ) from error

    def _trouble(self, error: Exception, when: str = "") -> ConnectionLost | None:
        """The error to raise where it is not the host's refusal but the connection's end."""
        refusal = isinstance(error, OSError) and not isinstance(error, TimeoutError)
        if refusal and not self._sftp.sock.closed:
            return None
        return ConnectionLost(f"the connection to {self._where} was cut{when}")


@contextmanager
def open_files(link: SshTransport, where: str) -> Iterator[Files]:
    """A channel to the host's SFTP. Raises ConnectionFailed where there is none, or a text before it,
    ConnectionLost."""
    deadline = time.monotonic() + _SILENCE
    channel = open_session(link, _SILENCE, where)
    try:
        channel.settimeout(_SILENCE)
        with closing_at(channel, deadline):
            try:
                channel.invoke_subsystem("sftp")
                sftp = Sftp(channel)
            except TextBefore as error:
                raise ConnectionFailed(
                    f"the login shell of {where} prints something where SFTP begins: {error.text}",
                    remedy="Let it print nothing at its start: on Windows see the PowerShell profile, and "
                    "AutoRun below HKCU and HKLM\\Software\\Microsoft\\Command Processor; elsewhere .bashrc.",
                ) from error
            except (paramiko.SSHException, EOFError, OSError) as error:
                if link.is_active() and time.monotonic() < deadline:
                    raise ConnectionFailed(
                        f"the SSH server of {where} has no SFTP",
                        remedy="Enable `Subsystem sftp` in its sshd_config.",
                    ) from error
                raise trouble(link, deadline, where, "SFTP") from error
        yield Files(sftp, where)
    finally:
        close_channel(channel)


def _chain(path: str) -> list[str]:
    """`a/b/c` as a, a/b, a/b/c; what only names a root or a drive is left out."""
    words = path.rstrip("/").split("/")
    chain = ["/".join(words[:count]) for count in range(1, len(words) + 1)]
    return [folder for folder in chain if folder and not folder.endswith(":")]


def _refused(error: Exception, path: str, where: str) -> DeployError:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENOENT:
        return DeployError(f"the folder of {path} does not exist on {where}", remedy="Make it there first.")
    if code == errno.EACCES:
        return DeployError(
            f"{where} does not permit writing {path}", remedy="Check the rights and the owner of that folder."
        )
    return DeployError(
        f"{where} cannot make {path} (its server says only: {error})",
        remedy="The disk may be full or read-only, a folder be in the way, or a program hold it.",
    )


def _full(path: str, sent: int, size: int, where: str, said: str) -> DeployError:
    return DeployError(
        f"{where} took only part of {path} (about {sent} of {size} bytes; its server says only: {said})",
        remedy="Most likely its disk or the user's quota is full: look, and make room there.",
    )
