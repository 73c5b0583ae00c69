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
    ConsoleKind,
    FailureReply,
    Greeting,
    HostAnswer,
    HostList,
    HostRequest,
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
_LATER_GREETING = 10.0
"""Seconds for those after it: the console is there, and may have a hundred commands at once."""

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
        with self._asked(ListHosts()) as replies:
            reply = next(replies)
        if not isinstance(reply, HostList):
            raise self._lost()
        return {host.name: host for host in reply.hosts}

    def ask(self, request: HostRequest, ending: Ending = lambda _call: None) -> HostAnswer:
        """Its answer. Raises the DeskconsoleError that the console met, or ConsoleNotRunning."""
        with self._asked(request, ending) as replies:
            reply = next(replies)
        if not isinstance(reply, HostAnswer):
            raise self._lost()
        return reply

    def record(self, request: RecordHost, ending: Ending = lambda _call: None) -> HostAnswer:
        """The answer when the recording has ended, at Ctrl+C for one. Raises DeskconsoleError."""
        with self._connected() as connection:
            ending(lambda: _shut(connection, socket.SHUT_WR))
            connection.settimeout(None)
            try:
                messages.send(connection, request)
                try:
                    reply = messages.receive_reply(connection)
                except KeyboardInterrupt:
                    take_interrupt()
                    connection.shutdown(socket.SHUT_WR)
                    reply = messages.receive_reply(connection)
            except (OSError, msgspec.DecodeError):
                raise self._lost() from None
        if isinstance(reply, FailureReply):
            raise error_of(reply)
        if not isinstance(reply, HostAnswer):
            raise self._lost()
        return reply

    def watch(self, hosts: tuple[str, ...], ending: Ending = lambda _call: None) -> Iterator[bytes]:
        """The events from now on, as JSON, until the console ends. Raises DeskconsoleError."""
        with self._asked(WatchEvents(hosts), ending) as replies:
            for reply in replies:
                if not isinstance(reply, WatchedEvent):
                    raise self._lost()
                yield reply.event

    def _connected(self) -> socket.socket:
        try:
            return _greeted(self._path, _LATER_GREETING)[0]
        except TimeoutError:
            raise ConsoleNotRunning(
                f"the console (process {self.pid}) has not answered for {_LATER_GREETING:.0f} s",
                remedy="See whether it is suspended, or give --own.",
            ) from None
        except OSError:
            raise self._lost() from None

    @contextlib.contextmanager
    def _asked(self, request: Request, ending: Ending = lambda _call: None) -> Iterator[Iterator[Reply]]:
        with self._connected() as connection:
            ending(lambda: _shut(connection))
            # An answer may take as long as a person takes for a password.
            connection.settimeout(None)
            yield self._replies(connection, request)

    def _replies(self, connection: socket.socket, request: Request) -> Iterator[Reply]:
        try:
            messages.send(connection, request)
            while (reply := messages.receive_reply(connection)) is not None:
                if isinstance(reply, FailureReply):
                    raise error_of(reply)
                yield reply
        except (OSError, msgspec.DecodeError):
            raise self._lost() from None
        raise self._lost()

    def _lost(self) -> ConsoleNotRunning:
        return ConsoleNotRunning(
            f"the console (process {self.pid}) ended before it answered", remedy="Give the command again."
        )


def running_consoles(folder: Path) -> list[RunningConsole]:
    """The consoles of this user that answer, by kind, of one kind the newest first."""
    found = []
    for path in socket_file.socket_files(folder):
        try:
            connection, greeting = _greeted(path, _GREETING)
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


def _shut(connection: socket.socket, sides: int = socket.SHUT_RDWR) -> None:
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
