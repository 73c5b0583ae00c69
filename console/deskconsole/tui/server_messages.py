"""Messages of servers during logins: as events, and in the row of a host whose login waits. No widgets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from deskconsole.session.events import Event, LoginWaits, LoginWarning, ServerNotice
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.ssh.prompts import ServerMessage
from deskconsole.wording.events import wording

_KEPT = 1000
"""Texts that are known to have been shown; a server that says something new each time starts them over."""


class ServerMessages:
    """Takes messages on any thread; `deliver` gets an event of those worth one."""

    def __init__(self, deliver: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self._deliver = deliver
        self._clock = clock
        self._lock = threading.Lock()
        self._shown: set[str] = set()
        self._waiting: dict[str, str] = {}

    def take(self, message: ServerMessage) -> None:
        """A notice that all hosts of a room show is an event once; what a login waits for, each time."""
        host = message.connecting or message.host
        text = " ".join(message.text.split())
        through = "" if message.host == host else message.host
        if message.waiting:
            said = wording(ServerNotice(host=host, through=through, text=text)).text
            with self._lock:
                self._waiting[host] = said
            self._deliver(LoginWaits(host=host, at=self._clock(), through=through, text=text))
            return
        with self._lock:
            if text in self._shown:
                return
            if len(self._shown) >= _KEPT:
                self._shown.clear()
            self._shown.add(text)
        if message.by_console:
            self._deliver(LoginWarning(host=host, at=self._clock(), through=through, text=text))
        else:
            self._deliver(ServerNotice(host=host, at=self._clock(), through=through, text=text))

    def beside(self, snapshots: Mapping[str, Snapshot]) -> Mapping[str, Snapshot]:
        """The snapshots, with the reason why a login waits."""
        with self._lock:
            over = [
                host
                for host in self._waiting
                if host not in snapshots or snapshots[host].state is not State.CONNECTING
            ]
            for host in over:
                del self._waiting[host]
            waiting = dict(self._waiting)
        return {
            host: replace(snapshot, reason=waiting[host]) if host in waiting else snapshot
            for host, snapshot in snapshots.items()
        }
