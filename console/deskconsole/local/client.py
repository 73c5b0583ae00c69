"""Asks a running console. It imports little: a command that asks is to answer at once."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from deskconsole.common import errors
from deskconsole.common.errors import ConsoleNotRunning, DeskconsoleError
from deskconsole.common.signals import take_interrupt

from . import messages, socket_file
from .messages import (
    PROTOCOL,
    Beat,
    ConsoleKind,
    FailureReply,
    Greeting,
    HostAnswer,
    HostList,
    HostRequest,
    KeepLastMinutes,
    ListedHost,
    ListHosts,
    RecordHost,
    Reply,
    Request,
    WatchedEvent,
    WatchEvents,
)

_GREETING = 1.0
"""Seconds for the first greeting: a console that was suspended (Ctrl+Z) gives none, and is passed over."""
_SILENCE = 10.0
"""Seconds for those after it, and between two messages: the console is there, and may have a hundred commands
at once."""

Ending = Callable[[Callable[[], object]], object]
"""Takes what ends a request that is under way."""


class RunningConsole:
    """A console of this user that runs now."""

    def __init__(self, path: Path, greeting: Greeting) -> None:
        self._path = path
        self.pid = greeting.pid
        self.demo = greeting.kind is ConsoleKind.DEMO
        self.home = greeting.home
        """The folder of the demo's files; empty for a console of the user's own hosts."""
        self.display = greeting.display
        """The display that its windows come on; empty where it has none."""

    @cached_property
    def hosts(self) -> dict[str, ListedHost]:
        """The hosts of its list by name, as of the first look. Raises DeskconsoleError."""
        with self._asked(ListHosts()) as connection:
            reply = self._reply(connection)
        if not isinstance(reply, HostList):
            raise self._lost()
        return {host.name: host for host in reply.hosts}

    def ask(self, request: HostRequest, ending: Ending = lambda _call: None) -> HostAnswer:
        """Its answer. Raises the DeskconsoleError that the console met, or ConsoleNotRunning."""
        with self._asked(request, ending) as connection:
            reply = self._reply(connection)
        if not isinstance(reply, HostAnswer):
            raise self._lost()
        return reply

    def record(
        self, request: RecordHost | KeepLastMinutes, ending: Ending = lambda _call: None
    ) -> HostAnswer:
        """The answer when the recording has ended, at Ctrl+C for one. Raises DeskconsoleError."""
        with self._asked(request, ending, socket.SHUT_WR) as connection:
            try:
                reply = self._reply(connection)
            except KeyboardInterrupt:
                take_interrupt()
                _shut(connection, socket.SHUT_WR)
                reply = self._reply(connection)
        if not isinstance(reply, HostAnswer):
            raise self._lost()
        return reply

    def watch(self, hosts: tuple[str, ...], ending: Ending = lambda _call: None) -> Iterator[bytes]:
        """The events from now on, as JSON, until the console ends. Raises DeskconsoleError."""
        with self._asked(WatchEvents(hosts), ending) as connection:
            while True:
                reply = self._reply(connection)
                if not isinstance(reply, WatchedEvent):
                    raise self._lost()
                yield reply.event

    def _connected(self) -> socket.socket:
        try:
            connection, _ = _greeted(self._path, _SILENCE)
        except TimeoutError:
            raise self._silent() from None
        except OSError:
            raise self._lost() from None
        connection.settimeout(_SILENCE)
        return connection

    @contextlib.contextmanager
    def _asked(
        self,
        request: Request,
        ending: Ending = lambda _call: None,
        ended_by: int = socket.SHUT_RDWR,
    ) -> Iterator[socket.socket]:
        """A connection on which `request` was sent; `ended_by`: the sides that its end closes."""
        with self._connected() as connection:
            ending(lambda: _shut(connection, ended_by))
            try:
                messages.send(connection, request)
            except TimeoutError:
                raise self._silent() from None
            except OSError:
                raise self._lost() from None
            yield connection

    def _reply(self, connection: socket.socket) -> Reply:
        """The next one: it may take as long as a person takes for a password, while the console runs."""
        try:
            while isinstance(reply := messages.receive_reply(connection), Beat):
                pass
        except TimeoutError:
            raise self._silent() from None
        except (OSError, msgspec.DecodeError):
            raise self._lost() from None
        if reply is None:
            raise self._lost()
        if isinstance(reply, FailureReply):
            raise error_of(reply)
        return reply

    def _silent(self) -> ConsoleNotRunning:
        return ConsoleNotRunning(
            f"the console (process {self.pid}) has not answered for {_SILENCE:.0f} s",
            remedy="See whether it is suspended, or give --own.",
        )

    def _lost(self) -> ConsoleNotRunning:
        return ConsoleNotRunning(
            f"the console (process {self.pid}) ended before it answered", remedy="Give the command again."
        )


def running_consoles(folder: Path, passed_over: Callable[[], None] = lambda: None) -> list[RunningConsole]:
    """The consoles of this user that answer, by kind, of one kind the newest first.

    `passed_over` is called for each that is there and does not answer.
    """
    found = []
    for path in socket_file.socket_files(folder):
        try:
            connection, greeting = _greeted(path, _GREETING)
        except TimeoutError:
            passed_over()
            continue
        except OSError:
            continue
        connection.close()
        found.append(RunningConsole(path, greeting))
    return found


def _greeted(path: Path, timeout: float) -> tuple[socket.socket, Greeting]:
    """A connection whose greeting was read. Raises OSError, also for a console of another version."""
    connection = socket_file.connect(path, timeout)
    try:
        greeting = messages.receive_reply(connection)
        if isinstance(greeting, Greeting) and greeting.protocol == PROTOCOL:
            return connection, greeting
    except msgspec.DecodeError:
        pass
    except BaseException:
        connection.close()
        raise
    connection.close()
    raise ConnectionRefusedError("no console of this version answers there")


def _shut(connection: socket.socket, sides: int) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(sides)


def error_of(failed: FailureReply) -> DeskconsoleError:
    """The error as if it had been met here: its code decides the exit code."""
    kinds = [kind for kind in _kinds(DeskconsoleError) if kind.code == failed.code]
    kind = kinds[0] if kinds and kinds[0] is not errors.InvalidField else DeskconsoleError
    return kind(failed.reason, remedy=failed.remedy)


def _kinds(kind: type[DeskconsoleError]) -> Iterator[type[DeskconsoleError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
