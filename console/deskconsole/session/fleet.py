"""All sessions: one for each configured host, made when it is first needed.

What a session needs is imported with the first of them: it takes half a second, and the hosts can be shown
before.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from deskconsole.common.errors import Cancelled, ConfigurationError, HostGone
from deskconsole.inventory.host import Host, same_way
from deskconsole.inventory.inventory import Inventory
from deskwire.geometry import Rectangle

from .bandwidth import UNKNOWN, Claim, Priority, preview_size, share_out, stretched
from .events import Event, SettingsChanged
from .snapshot import Snapshot
from .state import SETTLED
from .window_grid import window_places

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR
    from deskconsole.picture.preview import PreviewPicture

    from .host_control import HostControl
    from .on_screen import OnScreen
    from .route import Route
    from .session import Session
    from .session_recording import MakeRecorder

_FULL_FOR = 5.0
"""Seconds of the full stream for which a picture that fills the screen asks, about once a second."""

_MEASURED_EVERY = 2.0
"""Seconds over which the console's CPU is a mean: one look at the figures in it is no load."""


class Fleet:
    """Finds the session of a host by its name, and keeps sessions and inventory in step.

    Connecting and the like return at once and raise HostGone for an unknown name; `add`, `replace` and
    `remove` write the inventory's file and raise ConfigurationError where that cannot be; `close` waits.
    `open_route` makes the way to a host; `on_event` is called on the sessions' threads;
    `after_close` when the last of them has ended. `full_stream`: every host has the full stream all the time.
    `budget`: bytes a second for all of them together, 0 for no bound. `places`: the file in which windows
    find the size and place that they had; `pictures`: the folder in which they save pictures; `recorder`
    makes recordings. `on_session` gets every session before it begins.
    """

    def __init__(
        self,
        inventory: Inventory,
        open_route: Callable[[Host], Route],
        on_event: Callable[[Event], None],
        after_close: Callable[[], None] = lambda: None,
        *,
        full_stream: bool = False,
        budget: int = 0,
        places: Path | None = None,
        pictures: Path | None = None,
        recorder: MakeRecorder | None = None,
        on_session: Callable[[Session], None] = lambda _session: None,
    ) -> None:
        self._full_stream = full_stream
        self.window_places = places
        """The file in which windows find the size and place that they had."""
        self.pictures = pictures
        self._recorder = recorder
        self.budget = budget
        self._tiles: tuple[frozenset[str], tuple[int, int]] = frozenset(), (0, 0)
        self._stretch = 1.0
        self._measured = (time.monotonic(), time.process_time())
        self._open_route = open_route
        self._on_event = on_event
        self._on_session = on_session
        self._after_close = after_close
        self._lock = threading.Lock()
        self._inventory = inventory
        self._sessions: dict[str, Session] = {}
        self._closing: list[threading.Thread] = []
        self._closed = False
        self._before_close: Callable[[], None] = lambda: None
        self._made_at = time.time()

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The configured hosts, in the inventory's order."""
        return self._inventory.hosts

    def snapshots(self) -> dict[str, Snapshot]:
        """One for each host, in the inventory's order; hosts that were never connected are idle."""
        with self._lock:
            sessions = dict(self._sessions)
        return {
            name: sessions[name].snapshot() if name in sessions else Snapshot(name, since=self._made_at)
            for name in (host.name for host in self.hosts)
        }

    def snapshot(self, name: str) -> Snapshot:
        """Returns the snapshot of one host. Raises HostGone."""
        self._inventory.get(name)
        with self._lock:
            session = self._sessions.get(name)
        return Snapshot(name, since=self._made_at) if session is None else session.snapshot()

    def session(self, name: str) -> Session:
        """The host's session, made if this is the first time."""
        from .control_status import ControlSettings
        from .session import Session

        with self._lock:
            # Under the lock: a host that is removed meanwhile would leave its session behind.
            host = self._inventory.get(name)
            if self._closed:
                raise Cancelled("the console is being closed")
            if name not in self._sessions:
                self._sessions[name] = session = Session(
                    name,
                    self._open_route(host),
                    host.display,
                    self._on_event,
                    full_stream=self._full_stream,
                    places=self.window_places,
                    pictures=self.pictures,
                    patient=True,
                    control=ControlSettings.of(host),
                    arrange=self._arrange_windows,
                )
                self._on_session(session)
            return self._sessions[name]

    def picture(self, name: str, width: int, height: int) -> BGR | None:
        """The newest picture of a host as large as fits into width x height; None where there is none."""
        with self._lock:
            session = self._sessions.get(name)
        return None if session is None else session.picture(width, height)

    def preview(self, name: str) -> PreviewPicture | None:
        """The newest small picture of a host; None before any, and while it has the full stream."""
        with self._lock:
            session = self._sessions.get(name)
        return None if session is None or session.full_stream else session.preview

    def tiles(self, names: Collection[str], size: tuple[int, int]) -> None:
        """Takes which hosts are seen as tiles of the wall's window from now on, with pictures of this size.

        The next call of `shown` gives them their shares.
        """
        self._tiles = frozenset(names), size

    def picture_numbers(self, names: Iterable[str]) -> dict[str, int]:
        """A number for each of these hosts: while it is the same, `picture` is."""
        with self._lock:
            return {name: self._sessions[name].pictures for name in names if name in self._sessions}

    def shown(self, on_screen: OnScreen) -> None:
        """Shares the budget out by the hosts that are on the screen now; to be called about once a second.

        The host whose picture fills the screen has the full stream until some seconds after the last such
        call.
        """
        with self._lock:
            sessions = dict(self._sessions)
        if on_screen.full and on_screen.selected in sessions:
            sessions[on_screen.selected].watch_full(_FULL_FOR)
        tiles, room = self._tiles
        claims = []
        for name, session in sessions.items():
            if session.linked:
                priority = on_screen.priority(name)
                if name in tiles and priority is not Priority.TYPED_INTO:
                    priority = Priority.WATCHED
                priority = Priority.FULL if session.full_stream else priority
                claims.append(Claim(name, priority, session.preview_bytes or UNKNOWN))
        self._measure()
        for name, share in share_out(claims, self.budget, self._stretch).items():
            size = preview_size(room) if name in tiles else preview_size((0, 0))
            sessions[name].pace(interval=share.interval, rate=share.rate, size=size)

    def _measure(self) -> None:
        """Measures how much of a core this process took since the last call: previews give way."""
        (before, spent), now = self._measured, (time.monotonic(), time.process_time())
        if now[0] - before >= _MEASURED_EVERY:
            self._stretch = stretched(self._stretch, (now[1] - spent) / (now[0] - before))
            self._measured = now

    def connect_at_start(self) -> None:
        """Begins the sessions of the hosts that are marked so."""
        self.connect_all([host.name for host in self._inventory.autoconnect])

    def connect_all(self, names: Iterable[str]) -> None:
        """Begins many sessions; one that is connected alone meanwhile goes before them."""
        for name in names:
            with contextlib.suppress(HostGone):  # removed meanwhile
                self.session(name).connect(first=False)

    def connect(self, name: str) -> None:
        """Begins a session."""
        self.session(name).connect()

    def disconnect(self, name: str) -> None:
        """Ends a session; its last picture and its figures stay."""
        self.session(name).disconnect()

    def view(self, name: str, *, fullscreen: bool = False, control: bool = False) -> None:
        """Opens the window, connecting first where need be; with `control` it also acts on the host."""
        self.session(name).view(fullscreen=fullscreen, control=control)

    def _arrange_windows(self, monitor: Rectangle) -> None:
        """Puts all windows side by side, in the inventory's order."""
        with self._lock:
            sessions = dict(self._sessions)
        names = [host.name for host in self.hosts]
        viewed = [sessions[name] for name in names if name in sessions and sessions[name].viewing]
        for session, place in zip(viewed, window_places(len(viewed), monitor), strict=True):
            session.place_window(place)

    def start_recording(self, name: str) -> None:
        """Records the host from now on, connecting first where need be; ConfigurationError: there can be no
        file."""
        if self._recorder is None:
            raise ConfigurationError("nothing is recorded here")
        self.session(name).record(self._recorder)

    def stop_recording(self, name: str) -> None:
        """Ends the recording of the host; its file is whole a moment later."""
        self.session(name).recording.stop()

    def control(self, name: str) -> HostControl:
        """The control of a host; raises HostGone for one that is not listed."""
        return self.session(name).control

    def request_refresh(self, name: str) -> None:
        """Asks the host for a refresh."""
        self.session(name).request_refresh()

    def check_exact(self, name: str) -> None:
        """Asks for a comparison of both pictures."""
        self.session(name).check_exact()

    def add(self, host: Host) -> None:
        """A host more."""
        self._changed(lambda: self._inventory.add(host))

    def replace(self, name: str, host: Host) -> None:
        """A host was edited, perhaps renamed.

        Its session stays if it is reached as before; else it ends, and a new one begins.
        """
        self._changed(lambda: self._inventory.replace(name, host), {name: host.name})

    def remove(self, name: str) -> None:
        """A host less; its session ends."""
        self._changed(lambda: self._inventory.remove(name))

    def reload(self, *, watching: bool = False) -> bool:
        """Takes over what another program wrote into hosts.toml; False if the hosts are the same.

        Raises ConfigurationError for a file with a mistake, once only if `watching`: the hosts stay as they
        are then.
        """
        return self._changed(lambda: self._inventory.reload(watching=watching))

    def _changed(
        self, change: Callable[[], object], renamed: Mapping[str, str] = MappingProxyType({})
    ) -> bool:
        """Changes the inventory, and lets the sessions follow.

        Each change may bring in what another program wrote into the file: so all hosts are compared.
        """
        before = self.hosts
        change()
        now = {host.name: host for host in self.hosts}
        for host in before:
            name = renamed.get(host.name, host.name)
            if name not in now:
                self._drop(host.name)
            elif host != now[name]:
                self._follow(host, now[name])
        return before != self.hosts

    def _follow(self, before: Host, now: Host) -> None:
        """Gives a session its host's new labels.

        A session whose host is reached in another way now ends, and begins again if it was active.
        """
        with self._lock:
            session = self._sessions.get(before.name)
        if session is None:
            return
        if same_way(before, now):
            with self._lock:
                self._sessions[now.name] = self._sessions.pop(before.name)
            session.rename(now)
            return
        state, viewing = session.snapshot().state, session.viewing
        self._drop(before.name)
        if state in SETTLED:
            return
        self._on_event(SettingsChanged(host=now.name))
        if viewing:
            self.view(now.name)
        else:
            self.connect(now.name)

    def before_close(self, call: Callable[[], None]) -> None:
        """Registers `call`, with which `close` begins: what asks the fleet from outside ends first."""
        self._before_close = call

    def close(self) -> None:
        """Ends all sessions and waits for them."""
        self._before_close()
        with self._lock:
            self._closed = True
            sessions = list(self._sessions.values())
            self._sessions.clear()
        for session in sessions:
            session.disconnect()
        for session in sessions:
            session.close()
        for thread in self._closing:
            thread.join()
        self._after_close()

    def _drop(self, name: str) -> None:
        with self._lock:
            session = self._sessions.pop(name, None)
        if session is not None:
            closing = threading.Thread(target=session.close, name=f"close {name}", daemon=True)
            closing.start()
            with self._lock:
                self._closing = [*(one for one in self._closing if one.is_alive()), closing]
