"""An SSH server that behaves as Windows OpenSSH: commands run by cmd.exe under Wine, SFTP shows /C:/...

    python -m winhost.ssh_server SETTINGS.json     (its port comes on stdout; it ends with its stdin)

Imitated: one user with a key and perhaps a password, 32 bits of exit code, the end of stdin, what a command
left behind is killed with its first process (src/ssh_command.c), a command without a terminal goes on when
its client has hung up, forwarding to loopback and its refusal; where a test wants it, a shell that prints at
its start, input without an end, a Python that the system refuses. Not imitated: the terminal, rights, scp.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import asyncssh
from asyncssh.channel import SSHChannel

from winhost.plain_shell import NotPlain, Plain, interpret
from winhost.settings import Settings
from winhost.sftp import WindowsSftp

_CHUNK = 1 << 16
_SFTP_VERSION = 3
_BLOCKED = re.compile(r"AppData\\\S+\\python\.exe ", re.IGNORECASE)
_PROGRESS = (
    b'#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    b'<Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T></TN>'
    b"</Obj></Objs>"
)
"""Words of Windows PowerShell on stderr when it prepares its modules, as microsoft/vscode-remote-release#2742
has them; it writes them after what the command says."""


class Host:
    """What all connections share. `path` is the settings' file; the refused commands are listed beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cut: int | None = None
        self._written = 0
        self.numbers = itertools.count(1)
        self.waiters = ThreadPoolExecutor(256)
        self.connections: set[asyncssh.SSHServerConnection] = set()

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return Settings.read(self._path)

    def count(self, size: int) -> None:
        """Keeps how many bytes all uploads together have written."""
        self._written += size
        self._path.with_name("written").write_text(str(self._written))

    def cut_due(self, written: int) -> bool:
        """Whether an upload of so many bytes is to lose its connection; says yes once for each setting."""
        limit = self.settings.cut_after
        if limit is None or written <= limit or self._cut == limit:
            self._cut = None if limit is None else self._cut
            return False
        self._cut = limit
        return True

    def drop(self) -> None:
        """Ends all connections as a cable that is pulled would; new ones are welcome."""
        for connection in self.connections:
            connection.abort()

    def refuse(self, reason: NotPlain) -> None:
        """Keeps what was not plain, so that the test learns of it whoever sent it."""
        with self._path.with_name("refused").open("a", encoding="utf-8") as file:
            file.write(f"{reason}\n")


class WindowsServer(asyncssh.SSHServer):
    """One connection."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Kept, to be dropped when a test wants it."""
        self._connection = conn
        self._host.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Kept no longer."""
        if self._connection is not None:
            self._host.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Nobody comes in without proof."""
        return True

    def public_key_auth_supported(self) -> bool:
        """Always."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """The one key that was made for this host."""
        known = asyncssh.import_public_key(self._host.settings.authorized_key)
        return self._is_user(username) and key.public_data == known.public_data

    def password_auth_supported(self) -> bool:
        """Only if there is one."""
        return self._host.settings.password is not None

    def kbdint_auth_supported(self) -> bool:
        """Offered beside the password; nothing is behind it, so each attempt fails."""
        return self._host.settings.password is not None

    def validate_password(self, username: str, password: str) -> bool:
        """The one password."""
        return self._is_user(username) and password == self._host.settings.password

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        """Forwarding, to this machine only."""
        if not self._host.settings.forwarding:
            raise asyncssh.ChannelOpenError(
                asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "administratively prohibited"
            )
        return dest_host in {"127.0.0.1", "localhost", "::1"}

    def session_requested(self) -> asyncssh.SSHServerProcess[bytes]:
        """A command or SFTP, which of them is not known yet."""

        async def run(client: asyncssh.SSHServerProcess[bytes]) -> None:
            await Command(self._host, client).run()

        def sftp(channel: SSHChannel[bytes]) -> WindowsSftp:
            assert isinstance(channel, asyncssh.SSHServerChannel)
            return WindowsSftp(channel, self._host)

        wanted = sftp if self._host.settings.sftp else None
        return asyncssh.SSHServerProcess(run, wanted, _SFTP_VERSION, allow_scp=False)

    def _is_user(self, name: str) -> bool:
        return name.lower() == self._host.settings.user.lower()


class Command:
    """One command of one client, run to its end or to the client's."""

    def __init__(self, host: Host, client: asyncssh.SSHServerProcess[bytes]) -> None:
        self._client = client
        self._host = host
        self._settings = host.settings

    async def run(self) -> None:
        """Whatever comes of it, the client is told an exit code."""
        told = self._client.command or ""
        self._client.stdout.write(self._settings.autorun.encode())
        try:
            plain = self._plain(told)
        except NotPlain as reason:
            self._host.refuse(reason)
            self._client.stderr.write(f"{reason}\r\n".encode())
            self._finish(1)
            return
        if plain.said is not None:
            self._client.stdout.write(plain.said.encode())
            self._finish(0)
            return
        if self._settings.blocked and _BLOCKED.search(plain.line):
            self._client.stderr.write(f"{self._settings.blocked}\r\n".encode("cp850", "replace"))
            code = 1
        else:
            code = await self._run(plain.line)
        if self._settings.shell == "powershell":
            self._client.stderr.write(_PROGRESS)
        self._finish(code)

    def _plain(self, told: str) -> Plain:
        if self._settings.shell == "cmd":
            return Plain(line=told)
        return interpret(told, self._variables())

    async def _run(self, line: str) -> int:
        killable = (
            self._client.term_type is not None
        )  # without a terminal it goes on when its client hangs up
        drive = Path(self._settings.drive_c)
        result = f"{os.getpid()}-{next(self._host.numbers)}"
        flags = {
            "-session0": self._settings.session0,
            "-killable": killable,
            "-plain": self._settings.shell == "powershell",
            "-limited": not self._settings.administrator,
        }
        peer = "{} {}".format(*self._client.get_extra_info("peername", ("127.0.0.1", 0))[:2])
        # Its end is waited for in a thread: asyncio's own would also wait for the end of its pipes.
        process = subprocess.Popen(  # noqa: ASYNC220
            [
                self._settings.wine, r"C:\testbed\ssh_command.exe",
                *(flag for flag, given in flags.items() if given),
                rf"C:\testbed\results\{result}", line.encode().hex(),
            ],
            env={
                **self._settings.environment,
                "USERDOMAIN": "WORKGROUP",  # as the service has it
                "SSH_CLIENT": f"{peer} 22", "SSH_CONNECTION": f"{peer} 127.0.0.1 22",
            },
            cwd=drive, start_new_session=True, bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[object] = loop.run_in_executor(self._host.waiters, process.wait)
        hung_up: asyncio.Future[object] = asyncio.ensure_future(self._client.wait_closed())
        outputs = [_Output(process.stdout, self._client.stdout), _Output(process.stderr, self._client.stderr)]
        feeding = asyncio.create_task(
            _feed(self._client.stdin, process.stdin, ends=self._settings.stdin_ends)
        )
        await asyncio.wait([ended, hung_up], return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            for output in outputs:
                await output.drain()
        else:
            feeding.cancel()
            if killable:
                process.kill()  # the job's last handle goes with it, and so does all that the command started
            await ended
        feeding.cancel()
        hung_up.cancel()
        for output in outputs:
            output.task.cancel()
        code = drive / "testbed" / "results" / result
        try:
            return int(code.read_text())
        except (OSError, ValueError):
            return 255
        finally:
            code.unlink(missing_ok=True)

    def _finish(self, code: int) -> None:
        # `exit` would cut the code to 8 bits, as Unix does; Windows sends all 32.
        self._client.channel._send_request(b"exit-status", asyncssh.packet.UInt32(code))
        self._client.close()

    def _variables(self) -> dict[str, str]:
        home = rf"C:\users\{self._settings.user}"
        return {
            "OS": "Windows_NT", "USERNAME": self._settings.user, "USERPROFILE": home,
            "LOCALAPPDATA": rf"{home}\AppData\Local", "PROCESSOR_ARCHITECTURE": "AMD64",
        }  # fmt: skip


class _Output:
    """Copies one pipe of a command to the client.

    Its end is not waited for without limit: a process that outlives the command may hold the pipe for ever.
    """

    def __init__(self, pipe: IO[bytes], writer: asyncssh.SSHWriter[bytes]) -> None:
        self._pipe = pipe
        self._writer = writer
        self._sending = False
        self._last = time.monotonic()
        self.task = asyncio.create_task(self._run())

    async def drain(self, quiet: float = 0.25) -> None:
        """Until the pipe has ended, or nothing has come for a while."""
        # From now on: the last words may be in the pipe, unread, while the command's end is known already.
        self._last = time.monotonic()
        while not self.task.done() and (self._sending or time.monotonic() - self._last < quiet):
            await asyncio.wait([self.task], timeout=0.05)
        self.task.cancel()

    async def _run(self) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), self._pipe)
        with contextlib.suppress(OSError, asyncssh.Error):
            while data := await reader.read(_CHUNK):
                self._sending = True
                self._writer.write(data)
                await self._writer.drain()
                self._sending, self._last = False, time.monotonic()


async def _feed(reader: asyncssh.SSHReader[bytes], pipe: IO[bytes], *, ends: bool) -> None:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, pipe)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    try:
        with contextlib.suppress(OSError, asyncssh.Error):
            while data := await reader.read(_CHUNK):
                writer.write(data)
                await writer.drain()
            if not ends:
                await asyncio.Event().wait()  # until it is cancelled, after the command's end
    finally:
        transport.close()


async def _serve(path: Path) -> None:
    host = Host(path)
    settings = host.settings

    server = await asyncssh.create_server(
        lambda: WindowsServer(host), "127.0.0.1", 0, server_host_keys=[settings.host_key], encoding=None,
        line_editor=False, server_version="OpenSSH_for_Windows_9.5",
    )  # fmt: skip
    sys.stdout.write(f"{server.get_port()}\n")
    sys.stdout.flush()
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while await orders.readline():  # each line is the order to drop all connections
        host.drop()
    os._exit(0)  # threads that wait for commands would hold an ordinary exit


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
