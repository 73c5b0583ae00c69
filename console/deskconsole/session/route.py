"""The ways to an agent: over SSH with everything that brings it up there, or straight to its port."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.facts import AgentOptions, DesktopWord, Launched
from deskconsole.bootstrap.launch import launch, require_display
from deskconsole.bootstrap.probe import probe
from deskconsole.common.errors import (
    AddressError,
    Cancelled,
    ConfigurationError,
    ConnectionFailed,
    ConnectionLost,
    DeskconsoleError,
    ForwardingRefused,
    NobodyLoggedOn,
)
from deskconsole.common.paths import Paths
from deskconsole.common.progress import Progress, StepId
from deskconsole.inventory.host import Host
from deskconsole.inventory.learnt_macs import LearntMacs
from deskconsole.ssh.cancelling import closing_when
from deskconsole.ssh.connection import Connection, connect
from deskconsole.ssh.forwarding import require_forwarding
from deskconsole.ssh.login_queue import LoginQueue, LoginTurn
from deskconsole.ssh.prompts import Questions
from deskconsole.ssh.secrets import Secrets
from deskconsole.ssh.tunnel import Tunnel
from deskwire.hello import token_from_file

from .link_sender import Transport
from .state import State

_DIRECT_TIMEOUT = 5.0

_WATCHING = 60.0
"""Seconds that one question whether a person has logged on stays open on the host: it costs nothing to ask
again, and the question ends soon after a console that vanished."""

_CLEANING = 10.0
"""Seconds that a cancelled deploy has to remove what it sent; then its connection is cut."""

_BETWEEN_QUESTIONS = 1.0
"""Seconds between two of them, for a host that answers at once whatever it is asked."""


class StepReport(Protocol):
    """Told of every step on the way, and of how far it has come."""

    def __call__(
        self, state: State, progress: Progress | None = None, *, trouble: DeskconsoleError | None = None
    ) -> None:
        """`trouble` is what the step waits out."""
        ...


@dataclass(frozen=True, slots=True)
class AgentTransport:
    """An open transport to an agent, and what belongs to it."""

    transport: Transport
    token: bytes = field(repr=False)
    agent: str
    """Content hash of the agent that was launched; empty where it is not known."""
    reused: bool = False
    """The agent ran there before: it may hang."""
    connection: Connection | None = None
    user: str = ""
    """The person logged on at the desktop; empty where the host does not tell."""
    uploaded: int = 0
    """Bytes of the agent that had to be sent to the host first."""
    word: DesktopWord | None = None
    """The agent's word of its desktop when it began; None where it says nothing."""

    def close(self) -> None:
        """Closes all of it, from any thread; a thread that reads from the transport wakes."""
        self.transport.close()
        if self.connection is not None:
            self.connection.close()


class Route(Protocol):
    """Something that can open a way to an agent, again and again."""

    def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:
        """Blocks until the transport stands; raises a DeskconsoleError where it cannot, Cancelled soon after
        `cancelled` was set. `reuse`: an agent that runs there already will do."""
        ...

    def rename(self, host: Host) -> None:
        """The host has other labels; it is reached as before."""
        ...

    def hurry(self) -> None:
        """A person waits for this way: it goes before others, if it is not open yet."""
        ...


class SshRoute:
    """Connect, probe, deploy, launch, tunnel. Files and agents that are there already are used."""

    def __init__(
        self,
        host: Host,
        questions: Questions,
        paths: Paths,
        options: AgentOptions | None = None,
        *,
        ssh_config: Path | None = None,
        secrets: Secrets | None = None,
        logins: LoginQueue | None = None,
    ) -> None:
        """`secrets`: what is kept over reconnects, in memory only, and the keys that the run has opened.

        `logins`: the queue of all hosts that are connected at the same time.
        """
        self._host = host
        self._logins = logins
        self._turn = self._next_turn()
        self._questions = questions
        self._paths = paths
        self._options = options or AgentOptions()
        self._ssh_config = ssh_config
        self._secrets = secrets or Secrets()
        # The agent of the last way and its hash: where it still listens, a reconnect needs but a tunnel.
        self._last: tuple[Launched, str] | None = None
        self._deployed = threading.Event()
        self._deployed.set()
        self._uploaded = 0
        """Bytes that the way that is open had to send."""

    def _next_turn(self) -> LoginTurn:
        return LoginTurn() if self._logins is None else self._logins.turn()

    def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:
        try:
            return self._open(step, cancelled, reuse=reuse)
        finally:
            # The next attempt is one of many again, unless it is asked for.
            self._turn = self._next_turn()

    def _open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:
        def report(
            state: State, progress: Progress | None = None, *, trouble: DeskconsoleError | None = None
        ) -> None:
            if cancelled.is_set():
                raise Cancelled(f"connecting to {self._host.name} was cancelled")
            step(state, progress, trouble=trouble)

        def queued() -> None:
            report(State.CONNECTING, Progress(StepId.WAIT_FOR_LOGINS))

        self._turn.waiting = queued
        last, self._last = self._last, None
        self._uploaded = 0
        report(State.CONNECTING)
        connection = connect(
            self._host,
            self._questions,
            known_hosts=self._paths.known_hosts,
            cancelled=cancelled,
            secrets=self._secrets,
            ssh_config=self._ssh_config,
            turn=self._turn,
        )

        def leave() -> None:
            self._deployed.wait(_CLEANING)
            connection.close()

        try:
            with closing_when(cancelled, leave):
                tunnel = None
                if reuse and last is not None:
                    report(State.HANDSHAKE)
                    tunnel = _tunnel_again(connection, last[0].port)
                if tunnel is None or last is None:
                    last = self._bring_up(connection, report, cancelled, reuse=reuse)
                    report(State.HANDSHAKE)
                    tunnel = connection.open_tunnel(last[0].port)
        except BaseException as error:
            connection.close()
            if cancelled.is_set() and isinstance(error, DeskconsoleError):
                # It was this that broke what was under way, whatever that says of it.
                raise Cancelled(f"connecting to {self._host.name} was cancelled") from error
            raise
        launched, agent = last
        self._last = replace(launched, reused=True), agent
        return AgentTransport(
            tunnel,
            launched.token,
            agent,
            launched.reused,
            connection,
            user=launched.user,
            uploaded=self._uploaded,
            word=launched.word,
        )

    def rename(self, host: Host) -> None:
        self._host = host

    def hurry(self) -> None:
        self._turn.hurry()

    def _bring_up(
        self, connection: Connection, report: StepReport, cancelled: threading.Event, *, reuse: bool
    ) -> tuple[Launched, str]:
        """From a connection to an agent that listens, and the agent's hash."""
        report(State.PROBING)
        require_forwarding(connection)
        facts = probe(connection, self._host)
        self._learn_mac(facts.mac)
        require_display(facts, self._host, self._options)
        report(State.DEPLOYING)
        self._deployed.clear()
        try:
            deployed = deploy(
                connection,
                facts,
                cache=self._paths.cache,
                progress=lambda progress: report(State.DEPLOYING, progress),
            )
        finally:
            self._deployed.set()
        self._uploaded = deployed.uploaded
        report(State.LAUNCHING)
        options = replace(self._options, reuse=reuse)
        while True:
            try:
                launched = launch(connection, deployed.facts, deployed, self._host, options)
            except NobodyLoggedOn as error:
                report(State.WAITING, trouble=error)
                cancelled.wait(_BETWEEN_QUESTIONS)
                options = replace(options, wait_for_user=_WATCHING)
            else:
                return launched, deployed.agent.removeprefix("agent-")

    def _learn_mac(self, told: str) -> None:
        """Keeps what the host can be woken by; that it cannot be kept is no reason not to connect."""
        with contextlib.suppress(OSError):
            LearntMacs(self._paths.macs).learn(self._host, told)


def _tunnel_again(connection: Connection, port: int) -> Tunnel | None:
    """A tunnel to a port where an agent listened before; None where nothing does now."""
    try:
        return connection.open_tunnel(port)
    except (ConnectionLost, ForwardingRefused):
        raise
    except ConnectionFailed:
        return None


class DirectRoute:
    """Straight to an agent's port, for tests, measuring and agents that were started by hand."""

    def __init__(self, address: tuple[str, int], token: bytes) -> None:
        self._address = address
        self._token = token

    def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:  # noqa: ARG002
        # Five seconds at most, and nothing that could be launched again.
        step(State.CONNECTING)
        host, port = self._address
        try:
            transport = socket.create_connection(self._address, timeout=_DIRECT_TIMEOUT)
        except OSError as error:
            raise AddressError(
                f"no agent answers at {host}:{port}: {error.strerror or error}",
                remedy="Start one there with `python -m deskagent serve`.",
            ) from None
        transport.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step(State.HANDSHAKE)
        return AgentTransport(transport, self._token, "")

    def rename(self, host: Host) -> None:
        """Nothing: it is known by its address."""

    def hurry(self) -> None:
        """Nothing: it does not wait in a queue."""


def read_token(path: Path) -> bytes:
    """The token that a token file means; raises ConfigurationError where it means none."""
    try:
        return token_from_file(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise ConfigurationError(
            f"cannot use the token file {path}: {reason}",
            remedy="Give the file that was given to `python -m deskagent serve`.",
        ) from None
