"""Listens in a running console for commands of the same user, each answered on a thread of its own.

A command can hold up nothing but its own thread: the fleet is only asked for copies and for what returns at
once, and what a command does not read in time ends its connection.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from deskconsole.common.errors import Cancelled, ConsoleNotRunning, DeskconsoleError, InternalFault
from deskconsole.session.events import Event, encode
from deskconsole.viewer.display import windows_display

from . import messages, socket_file
from .messages import (
    PROTOCOL,
    ConsoleKind,
    FailureReply,
    Greeting,
    LastingRequest,
    WatchedEvent,
    WatchEvents,
)

if TYPE_CHECKING:
    from deskconsole.session.fleet import Fleet

_log = logging.getLogger(__name__)

MOST: Final = 64
"""Commands at a time; more wait until one is answered. Recordings and windows do not count: each may last for
hours."""

_SLOW: Final = 10.0
"""Seconds that a command may take to send a request or to read a part of a reply."""

_KEPT: Final = 10_000
"""Events that wait for a command that watches."""

_TICK: Final = 0.5

_LAST_WORDS: Final = 5.0
"""Seconds in which commands that record or view hear of the console's end, and of their files."""


class LocalServer:
    """Answers commands from `open` to `close`, on threads of its own."""

    def __init__(
        self, folder: Path, fleet: Fleet, kind: ConsoleKind = ConsoleKind.CONSOLE, home: Path | None = None
    ) -> None:
        """`home`: the folder of the demo's files, where commands find its logs."""
        self._folder = folder
        self._fleet = fleet
        self._kind = kind
        self._greeting = Greeting(
            PROTOCOL,
            version("deskconsole"),
            os.getpid(),
            kind,
            "" if home is None else str(home),
            windows_display(os.environ),
        )
        self._lock = threading.Lock()
        self._clients: set[socket.socket] = set()
        self._watchers: set[_Watcher] = set()
        self._lasting: set[threading.Thread] = set()
        self._places = threading.BoundedSemaphore(MOST)
        self._closed = threading.Event()
        self._listener: socket.socket | None = None
        self._path: Path | None = None

    def open(self) -> None:
        """Begins to listen. Where that cannot be, the log says so: commands then make their own sessions."""
        if not socket_file.SUPPORTED:
            return
        try:
            self._listener, self._path = socket_file.listen(self._folder, self._kind)
        except OSError as error:
            _log.warning("commands cannot ask this console: %s", error)
            return
        threading.Thread(target=self._accept, args=(self._listener,), name="local", daemon=True).start()

    def tell(self, event: Event) -> None:
        """Hands an event to the commands that watch; from any thread, at once."""
        with self._lock:
            watchers = list(self._watchers)
        if watchers:
            told = encode(event)
            for watcher in watchers:
                watcher.put(event.host, told)

    def close(self) -> None:
        """Ends what commands wait for, and removes the file."""
        self._closed.set()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        if self._listener is not None:
            # It wakes the thread that accepts; closing alone would not.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            clients = list(self._clients)
        for client in clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RD)
        with self._lock:
            lasting = list(self._lasting)
        end = time.monotonic() + _LAST_WORDS
        for thread in lasting:
            thread.join(max(0.0, end - time.monotonic()))

    def _accept(self, listener: socket.socket) -> None:
        while True:
            self._places.acquire()
            try:
                client, _ = listener.accept()
            except OSError as error:
                if self._closed.wait(_TICK):
                    return
                # A console with many hosts may have no file descriptor left for a moment.
                _log.warning("a command could not be answered: %s", error)
                self._places.release()
                continue
            threading.Thread(target=self._serve, args=(client,), name="command", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._clients.add(client)
        place = contextlib.ExitStack()
        place.callback(self._places.release)
        try:
            with client:
                client.settimeout(_SLOW)
                if not socket_file.same_user(client):
                    _log.warning("a command of another user was refused")
                    return
                self._converse(client, place)
        except (OSError, msgspec.DecodeError) as error:
            _log.info("a command was given up: %s", error)
        finally:
            with self._lock:
                self._clients.discard(client)
                self._lasting.discard(threading.current_thread())
            place.close()

    def _converse(self, client: socket.socket, place: contextlib.ExitStack) -> None:
        messages.send(client, self._greeting)
        request = messages.receive_request(client)
        if request is None:
            return
        if isinstance(request, LastingRequest):
            # One command records or shows many hosts, each until its end: others are to be answered
            # meanwhile.
            place.close()
            with self._lock:
                self._lasting.add(threading.current_thread())

        def waiting() -> None:
            left = _has_left(client)  # the console's end looks like that too
            if self._closed.is_set():
                raise ConsoleNotRunning("the console was closed meanwhile", remedy="Give the command again.")
            if left:
                raise Cancelled("no command waits for this any more")

        try:
            if isinstance(request, WatchEvents):
                for told in self._watched(request, waiting):
                    messages.send(client, told)
                return
            from .requests import answer  # what it needs takes 0.2 s to import

            messages.send(client, answer(self._fleet, request, waiting))
        except DeskconsoleError as error:
            messages.send(client, FailureReply.of(error))
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # the command is to know that it will get no answer
            _log.exception("a command was not answered")
            fault = InternalFault(
                f"a fault of the console: {type(error).__name__}", remedy="Its console.log says where."
            )
            messages.send(client, FailureReply.of(fault))

    def _watched(self, request: WatchEvents, waiting: Callable[[], None]) -> Iterator[WatchedEvent]:
        watcher = _Watcher(frozenset(request.hosts))
        with self._lock:
            self._watchers.add(watcher)
        try:
            while True:
                if (told := watcher.take()) is None:
                    waiting()
                else:
                    yield WatchedEvent(told)
        finally:
            with self._lock:
                self._watchers.discard(watcher)


class _Watcher:
    """The events that wait for one command."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts
        self._events: queue.Queue[bytes] = queue.Queue(_KEPT)
        self._behind = False

    def put(self, host: str, event: bytes) -> None:
        if self._hosts and host not in self._hosts:
            return
        try:
            self._events.put_nowait(event)
        except queue.Full:
            self._behind = True

    def take(self) -> bytes | None:
        """The next event; None where none came for a while. Raises DeskconsoleError where some are lost."""
        if self._behind:
            raise DeskconsoleError(
                f"more than {_KEPT:,} events waited to be read", remedy="`deskconsole events` has them all."
            )
        try:
            return self._events.get(timeout=_TICK)
        except queue.Empty:
            return None


def _has_left(client: socket.socket) -> bool:
    """True if the command has closed its end. It sends nothing after its request."""
    with selectors.DefaultSelector() as selector:  # select() knows no descriptor above 1023
        selector.register(client, selectors.EVENT_READ)
        return bool(selector.select(0))
