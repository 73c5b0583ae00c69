"""Connecting to a host, and what can be done over the connection: the one door to all else in `ssh`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import paramiko

from deskconsole.common.errors import AddressError, Cancelled, ConfigurationError, ConnectionFailed
from deskconsole.inventory.host import Host

from .authentication import authenticate
from .cancelling import closing_when
from .command import CommandResult, run_command
from .files import Files, open_files
from .host_keys import HostKeyCheck
from .known_hosts import KnownHosts, fingerprint, key_type
from .login_queue import LoginTurn
from .prompts import HostQuestions, NonInteractiveQuestions, NoQuestions, Questions, ServerMessage
from .secrets import Secrets
from .sockets import BindSource, ProxyCommand, connect_tcp
from .ssh_config import Target, parse_jump, resolve, resolve_host
from .stages import OnStage, Stage, unwatched
from .transport import SshTransport, handshake
from .tunnel import JumpTunnel, Tunnel, open_channel

_HOPS_MAX = 8
_CALL_TIMEOUT = 10.0


class Connection:
    """An authenticated SSH connection. Its methods may be called from several threads; `close` from any."""

    def __init__(self, parts: _Parts, link: SshTransport, target: Target) -> None:
        self._parts = parts
        self._link = link
        self.description = f"{target.user}@{target.where}"
        """`user@address:port`."""
        self.port = target.port
        """The SSH server's, as seen from here."""
        self.server: str = link.remote_version
        """The server's introduction in its own words, such as `SSH-2.0-OpenSSH_for_Windows_9.5`."""

    @property
    def alive(self) -> bool:
        """False once the connection is known to be broken or closed. A frozen peer still looks alive."""
        return self._parts.alive

    def run(
        self,
        command: str,
        *,
        stdin: bytes = b"",
        timeout: float = 30.0,
        heard: Callable[[bytes], None] | None = None,
    ) -> CommandResult:
        """Run a command in the user's shell there and wait for it, `timeout` seconds at most.

        Raises ConnectionFailed (not allowed, took too long, more than 4 MiB of output), ConnectionLost. What
        the command left running continues; it is waited for at most a second if it holds the output open.
        `heard` gets its stdout piece by piece as it comes.
        """
        return run_command(self._link, command, stdin, timeout, self.description, heard)

    @contextmanager
    def files(self) -> Iterator[Files]:
        """The host's files, over one SFTP channel. Raises ConnectionFailed (no SFTP), ConnectionLost."""
        with open_files(self._link, self.description) as files:
            yield files

    def open_tunnel(self, port: int, host: str = "127.0.0.1") -> Tunnel:
        """A stream to a port as seen from the host.

        Raises ForwardingRefused, ConnectionFailed (nothing listens there), ConnectionLost.
        """
        channel = open_channel(self._link, host, port, self.description, _CALL_TIMEOUT)
        return Tunnel(channel, f"the tunnel to port {port} of {self.description}")

    def close(self) -> None:
        """End it and everything it stands on: tunnels, jump hosts, threads, sockets. May be called again."""
        self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def connect(
    host: Host,
    questions: Questions,
    *,
    known_hosts: Path,
    cancelled: threading.Event,
    timeout: float = 10.0,
    secrets: Secrets | None = None,
    ssh_config: Path | None = None,
    passed: OnStage = unwatched,
    turn: LoginTurn | None = None,
) -> Connection:
    """Connect and log in; `timeout` is for each hop and does not run while a person thinks.

    `secrets` saves questions on reconnecting. `ssh_config` stands in for the user's and the machine's
    configuration. `passed` is told of every stage. `turn` is waited for at the beginning and before a login,
    and left when that is done or a person is asked. Setting `cancelled` from any thread ends it with
    Cancelled within 0.3 s, or as soon as the question that is being asked returns. Raises
    ConfigurationError, AddressError, HostKeyError, AuthenticationFailed, ForwardingRefused (a jump host),
    ConnectionFailed.
    """
    parts = _Parts()
    turn = turn or LoginTurn()
    asking = questions
    if not isinstance(questions, NoQuestions):
        # Thirty host keys that are trusted in one list would else be thirty logins at once.
        asking = HostQuestions(questions, host.name, turn.leave, lambda: turn.take(cancelled))
    route = _Route(
        asking, known_hosts, cancelled, timeout, secrets or Secrets(), ssh_config, passed, parts, turn
    )
    try:
        with closing_when(cancelled, parts.close):
            if cancelled.is_set():
                raise Cancelled(f"connecting to {host.name} was cancelled")
            turn.begin(cancelled)
            target = resolve_host(host, ssh_config)
            required = target.identity_files[0] if host.identity_file else None
            link = route.open(target, required_key=required)
            if cancelled.is_set():
                raise Cancelled(f"connecting to {host.name} was cancelled")
        return Connection(parts, link, target)
    except BaseException as error:
        parts.close()
        if cancelled.is_set() and isinstance(
            error, ConnectionFailed | paramiko.SSHException | OSError | EOFError
        ):
            raise Cancelled(f"connecting to {host.name} was cancelled") from error
        if isinstance(error, paramiko.SSHException | OSError | EOFError):
            raise ConnectionFailed(
                f"the connection to {host.name} broke while it was made ({str(error) or 'it ended'})",
                remedy="Try again; the server's log may say why.",
            ) from error
        raise
    finally:
        turn.leave()


class _Parts:
    """Everything that a connection stands on, closed last one first, by whichever thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closers: list[Callable[[], None]] = []
        self._links: list[SshTransport] = []
        self._closed = False

    @property
    def alive(self) -> bool:
        return not self._closed and all(link.is_active() for link in self._links)

    def add(self, closer: Callable[[], None], link: SshTransport | None = None) -> None:
        """Take charge of a part; if all was closed meanwhile, of this one too."""
        with self._lock:
            if not self._closed:
                self._closers.append(closer)
                if link is not None:
                    self._links.append(link)
                return
        closer()
        raise Cancelled("the connection was closed while it was made")

    def close(self) -> None:
        with self._lock:
            self._closed = True
            closers, self._closers = self._closers, []
        with ExitStack() as stack:  # one that fails keeps none of the others
            for closer in closers:
                stack.callback(closer)


class _Route:
    """The way to a target: a socket, perhaps through jump hosts or a command, and a link on it."""

    def __init__(
        self,
        questions: Questions,
        known_hosts: Path,
        cancelled: threading.Event,
        timeout: float,
        secrets: Secrets,
        ssh_config: Path | None,
        passed: OnStage,
        parts: _Parts,
        turn: LoginTurn,
    ) -> None:
        self._questions = questions
        self._known_hosts = known_hosts
        self._cancelled = cancelled
        self._timeout = timeout
        self._secrets = secrets
        self._ssh_config = ssh_config
        self._passed = passed
        self._parts = parts
        self._turn = turn
        self._hops = 0

    def open(self, target: Target, required_key: Path | None = None) -> SshTransport:
        timeout = target.connect_timeout or self._timeout
        for warning in target.warnings:
            self._questions.tell(ServerMessage(target.label, warning, by_console=True))
        questions = self._questions if target.asks else NonInteractiveQuestions(self._questions)
        check = HostKeyCheck(KnownHosts(self._known_hosts, target.known_hosts), target)
        proxy: ProxyCommand | None = None
        sock: socket.socket | JumpTunnel
        if target.jump:
            sock = self._through(target)
        elif target.proxy_command:
            self._passed(Stage.NAME, f"{target.label} is reached by a ProxyCommand")
            proxy = ProxyCommand(target.proxy_command, target.label)
            self._parts.add(proxy.close)
            sock = proxy.sock
        else:
            if self._hops:  # sshd refuses some of many who have not logged in yet (MaxStartups)
                self._turn.take(self._cancelled)
            sock = connect_tcp(
                target.address,
                target.port,
                target.where,
                self._cancelled,
                timeout,
                lambda found: self._passed(Stage.NAME, _named(target.address, found)),
                BindSource(target.family, target.bind_address, target.bind_interface),
            )
            self._parts.add(sock.close)
        # Hosts that are off have been told by now, without waiting for each other.
        self._turn.take(self._cancelled)
        link = SshTransport(sock, check.algorithms(), target.allows)
        self._parts.add(link.shut, link)
        try:
            handshake(link, target.where, timeout)
        except AddressError as error:
            said = proxy.complaint() if proxy is not None else ""
            if not said:
                raise
            raise ConnectionFailed(
                f"the ProxyCommand of {target.label} failed: {said}",
                remedy="Try the command by hand; `ssh -G` shows it.",
            ) from error
        self._passed(Stage.PORT, f"{link.remote_version} answers at {target.where}")
        shown = link.get_remote_server_key()
        check.judge(shown, questions)
        blob = shown.asbytes()
        self._passed(Stage.HOST_KEY, f"it is trusted: {fingerprint(blob)} ({key_type(blob)})")
        self._stop_if_cancelled(target)
        authenticate(link, target, questions, self._secrets, required_key)
        self._turn.leave()
        self._passed(Stage.AUTHENTICATION, f"{target.user} is logged in at {target.where}")
        self._stop_if_cancelled(target)
        return link

    def _through(self, target: Target) -> JumpTunnel:
        """A channel from the last jump host, which is itself reached through those before it, as in ssh."""
        self._hops += 1
        if self._hops > _HOPS_MAX:
            raise ConfigurationError(
                f"{target.label} is behind more than {_HOPS_MAX} jump hosts",
                remedy="ProxyJump probably goes round in a circle: exempt the jump host itself from it.",
            )
        *before, last = target.jump.split(",")
        door = parse_jump(last)
        hop = resolve(
            door.address,
            label=last.strip(),
            port=door.port,
            user=door.user,
            jump=",".join(before) or None,
            ssh_config=self._ssh_config,
        )
        link = self.open(hop)
        self._passed(Stage.NAME, f"{target.address} is looked up by {hop.where}, the jump host")
        sock = JumpTunnel(open_channel(link, target.address, target.port, hop.where, self._timeout))
        self._parts.add(sock.close)
        return sock

    def _stop_if_cancelled(self, target: Target) -> None:
        if self._cancelled.is_set():
            raise Cancelled(f"connecting to {target.label} was cancelled")


def _named(name: str, found: list[str]) -> str:
    return f"{name} needs no looking up" if found == [name] else f"{name} is {', '.join(found)}"
