"""Running one command on a host: input fed while both outputs are drained, in bounded memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import paramiko

from deskconsole.common.errors import ConnectionFailed, ConnectionLost

from .transport import SshTransport

OUTPUT_MAX = 4 * 1024 * 1024
"""Bytes of stdout and stderr together; what the console runs says far less."""
_PIECE = 32768
_LINGER = 1.0
"""Seconds to wait for the output to end after the command did: something it started may hold it open."""


class CommandResult(NamedTuple):
    """The end of a command."""

    exit_code: int
    """-1 where a signal ended it."""
    stdout: bytes
    stderr: bytes


def run_command(
    link: SshTransport,
    command: str,
    stdin: bytes,
    timeout: float,
    where: str,
    heard: Callable[[bytes], None] | None = None,
) -> CommandResult:
    """Raises ConnectionFailed (not allowed, took too long, said too much) and ConnectionLost.

    `heard` gets each piece of stdout as it comes; what it raises ends the waiting.
    """
    deadline = time.monotonic() + timeout
    channel = open_session(link, timeout, where)
    try:
        with closing_at(channel, deadline):
            try:
                channel.exec_command(command)
                exchange = _Exchange(channel, stdin, where, heard)
                exchange.finish(deadline)
            except (paramiko.SSHException, OSError, EOFError) as error:
                if link.is_active() and time.monotonic() >= deadline:
                    raise _too_long(where, timeout) from error
                raise trouble(link, deadline, where, "running commands") from error
        if not channel.exit_status_ready() or (channel.exit_status == -1 and not channel.eof_received):
            if link.is_active() and time.monotonic() >= deadline:
                raise _too_long(where, timeout)
            raise ConnectionLost(f"the connection to {where} was cut while a command ran")
        return CommandResult(channel.exit_status, bytes(exchange.stdout), bytes(exchange.stderr))
    finally:
        close_channel(channel)


def _too_long(where: str, timeout: float) -> ConnectionFailed:
    return ConnectionFailed(
        f"a command on {where} did not end within {timeout:g} s", remedy="The host may hang: try again."
    )


def open_session(link: SshTransport, timeout: float, where: str) -> paramiko.Channel:
    """A session channel. Raises ConnectionFailed, ConnectionLost."""
    deadline = time.monotonic() + timeout
    with link.opening:
        try:
            return link.open_session(timeout=timeout)
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise trouble(link, deadline, where, "sessions") from error


def close_channel(channel: paramiko.Channel) -> None:
    """Close it whatever state it is in: left to the garbage collector it can deadlock (paramiko 2685)."""
    try:
        channel.close()
    except (paramiko.SSHException, OSError, EOFError):
        return  # the connection is gone, and the channel with it


@contextmanager
def closing_at(channel: paramiko.Channel, deadline: float) -> Iterator[None]:
    """Close the channel at the deadline: some of paramiko's waits for a reply know no end of their own."""
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), close_channel, (channel,))
    timer.name, timer.daemon = "ssh command deadline", True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        # Not joined for long: closing a channel of a frozen connection can block until the link is shut.
        timer.join(0.2)


def trouble(link: SshTransport, deadline: float, where: str, what: str) -> ConnectionFailed:
    """Why a channel did not do as it should, as well as it can be told."""
    if not link.is_active():
        return ConnectionLost(f"the connection to {where} was cut")
    if time.monotonic() >= deadline:
        return ConnectionFailed(f"{where} did not answer in time", remedy="The host may hang: try again.")
    return ConnectionFailed(
        f"the SSH server of {where} does not allow {what}",
        remedy="Its sshd_config may force a command or limit the sessions; its log says why.",
    )


class _Exchange:
    """The three streams of one command, moved piece by piece on the caller's thread."""

    def __init__(
        self,
        channel: paramiko.Channel,
        stdin: bytes,
        where: str,
        heard: Callable[[bytes], None] | None,
    ) -> None:
        self._channel = channel
        self._heard = heard
        self._rest = memoryview(stdin)
        self._feeding = True
        self._where = where
        self.stdout = bytearray()
        self.stderr = bytearray()

    def finish(self, deadline: float) -> None:
        """Go on until the command and its output have ended, or the deadline has passed."""
        channel = self._channel
        pause = 0.001
        ended: float | None = None
        while True:
            # Asked before the streams are moved: what came before the end is then in the buffers.
            over = channel.closed or (channel.eof_received and channel.exit_status_ready())
            if self._drain() + self._feed():
                pause = 0.001
                continue
            now = time.monotonic()
            if channel.exit_status_ready() and ended is None:
                ended = now
            if over or now > deadline or (ended is not None and now - ended > _LINGER):
                return
            time.sleep(pause)
            pause = min(pause * 2, 0.016)

    def _drain(self) -> int:
        """Take one piece of each output; how many bytes there were."""
        channel = self._channel
        out = channel.recv(65536) if channel.recv_ready() else b""
        err = channel.recv_stderr(65536) if channel.recv_stderr_ready() else b""
        self.stdout += out
        self.stderr += err
        if out and self._heard is not None:
            self._heard(out)
        if len(self.stdout) + len(self.stderr) > OUTPUT_MAX:
            raise ConnectionFailed(
                f"a command on {self._where} said more than {OUTPUT_MAX // 2**20} MiB",
                remedy="Its shell may print something endless at login.",
            )
        return len(out) + len(err)

    def _feed(self) -> int:
        """Give one piece of input, if it is wanted; how many bytes went."""
        if not self._feeding:
            return 0
        sent = 0
        if self._rest and self._channel.send_ready():
            try:
                sent = self._channel.send(bytes(self._rest[:_PIECE]))
            except OSError:  # the command closed its input, which is its right
                sent = len(self._rest)
            self._rest = self._rest[sent:]
        if not self._rest or self._channel.closed:
            self._feeding = False
            if not self._channel.closed:
                self._channel.shutdown_write()
        return sent
