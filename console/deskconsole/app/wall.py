"""Feeds the wall's window: which hosts there are, their states, their pictures, of those that are seen."""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from deskconsole.common.errors import DeskconsoleError, HostGone, ViewerError
from deskconsole.common.safe_text import safe_text
from deskconsole.picture.preview import PreviewPicture
from deskconsole.session.on_screen import OnScreen
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE
from deskconsole.viewer.messages import CLOSED_BY_HAND
from deskconsole.viewer.wall_messages import OpenTile, SeenTiles, TileKind, TilePicture, TileStatus, WallWish
from deskconsole.viewer.wall_viewer import WallViewer
from deskconsole.wording.status import look, tile_age
from deskwire.messages import ScreenState

if TYPE_CHECKING:
    from deskconsole.inventory.host import Host
    from deskconsole.picture.decoders.part import BGR
    from deskconsole.session.fleet import Fleet

_TICK = 0.1
"""Seconds between two looks for new pictures."""

_STATES = 1.0
"""Seconds between two looks at the hosts' states, and at the pictures of hosts with the full stream: making
a small picture of a large one takes 3 ms."""

_SHARES = 1.0
"""Seconds between two times that the budget is shared out, and the list of hosts is looked at."""


class WallFleet(Protocol):
    """The part of a fleet that the wall uses."""

    def snapshots(self) -> Mapping[str, Snapshot]: ...

    def preview(self, name: str) -> PreviewPicture | None: ...

    def picture(self, name: str, width: int, height: int) -> BGR | None: ...

    def tiles(self, names: Collection[str], size: tuple[int, int]) -> None: ...

    def view(self, name: str) -> None: ...


class Wall:
    """The wall's window and the thread that feeds it, from the beginning to `close`.

    `names` tells, about once a second, which hosts have tiles, in their order. `on_closed` is called once, on
    a thread of the wall's, with a sentence's second half such as `it was closed`. Raises ViewerError where
    there can be no window. The owner of the fleet calls its `shown` once a second, as ever.
    """

    def __init__(
        self,
        fleet: WallFleet,
        names: Callable[[], Sequence[str]],
        on_closed: Callable[[str], None],
        *,
        fullscreen: bool = False,
        turn: float = 10.0,
        places: Path | None = None,
    ) -> None:
        self._fleet = fleet
        self._names = names
        self._on_closed = on_closed
        self._ended = threading.Event()
        self._tiles: tuple[str, ...] = ()
        self._seen = SeenTiles((), 0, 0)
        self._states: dict[str, TileStatus] = {}
        self._sent: dict[str, PreviewPicture] = {}
        """The picture that each tile has."""
        self.viewer = WallViewer(self._wish, self._closed, fullscreen=fullscreen, turn=turn, places=places)
        self._thread = threading.Thread(target=self._feed, name="wall", daemon=True)
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """True while the window is open or coming up."""
        return self.viewer.alive

    def close(self) -> None:
        """Takes the window away."""
        self._end()
        self._thread.join()
        self.viewer.close()

    def _end(self) -> None:
        self._ended.set()
        self._fleet.tiles((), (0, 0))

    def _closed(self, reason: str) -> None:
        self._end()
        self._on_closed(reason)

    def _wish(self, wish: WallWish) -> None:
        match wish:
            case SeenTiles(names, width, height):
                self._seen = wish
                self._fleet.tiles(names, (width, height))
            case OpenTile(name):
                # Making a session takes half a second the first time.
                threading.Thread(target=self._open, args=(name,), name=f"view {name}", daemon=True).start()

    def _open(self, name: str) -> None:
        try:
            self._fleet.view(name)
        except HostGone:
            self.viewer.say("that host is no longer listed")
        except DeskconsoleError as error:
            self.viewer.say(str(error))

    def _feed(self) -> None:
        states_at = 0.0
        while not self._ended.is_set():
            now = time.monotonic()
            if full := now >= states_at:
                states_at = now + _STATES
                self._tell_states()
            self._send_pictures(full=full)
            self._ended.wait(_TICK)

    def _tell_states(self) -> None:
        snapshots = self._fleet.snapshots()
        names = tuple(name for name in self._names() if name in snapshots)
        if names != self._tiles or not self._states:
            self._tiles = names
            self.viewer.tiles(names)
            for known in (self._states, self._sent):
                for name in known.keys() - set(names):
                    del known[name]
        now = time.time()
        for name in names:
            status = tile_status(snapshots[name], now)
            if self._states.get(name) != status:
                self._states[name] = status
                self.viewer.status(status)

    def _send_pictures(self, *, full: bool) -> None:
        """Sends what is new for the tiles that are seen; `full`: also of hosts that have the full stream."""
        seen = self._seen
        for name in seen.names:
            picture = self._fleet.preview(name)
            if picture is None and full:
                pixels = self._fleet.picture(name, seen.width, seen.height)
                picture = None if pixels is None else PreviewPicture.made(pixels, time.time())
            if picture is not None and picture is not self._sent.get(name):
                self._sent[name] = picture
                self.viewer.picture(TilePicture(name, picture.width, picture.height, picture.jpeg))


def tile_status(snapshot: Snapshot, now: float) -> TileStatus:
    """Returns the words and kind of a host's tile, with the age of its picture."""
    status = look(snapshot, now)
    person = ""
    if snapshot.state in LIVE and snapshot.screen != ScreenState.NO_USER:
        person = safe_text(snapshot.user.rpartition("\\")[2], 64)
    text = f"{status.word}: {safe_text(snapshot.cause, 200)}" if snapshot.cause else status.word
    return TileStatus(
        snapshot.host,
        TileKind(status.kind.value),
        status.word,
        text,
        tile_age(snapshot, now),
        person,
    )


def in_groups(hosts: Sequence[Host]) -> list[Host]:
    """The hosts of each group side by side, as the list has them; those without a group are last."""
    places = {group: place for place, group in enumerate(dict.fromkeys(host.group for host in hosts))}
    return sorted(hosts, key=lambda host: (not host.group, places[host.group]))


def show_wall(
    fleet: Fleet,
    on_wall: Callable[[Host], bool],
    *,
    faulty: Callable[[DeskconsoleError], None],
    fullscreen: bool = False,
    turn: float = 10.0,
    seconds: float | None = None,
    places: Path | None = None,
) -> None:
    """Connects these hosts of a fleet and shows their tiles until the window is closed, or for so long.

    It closes the fleet. Raises ViewerError where there can be no window, or where it ended otherwise.
    Hosts that another program adds to the list are shown too; `faulty` gets what is wrong with the list.
    """
    reasons: queue.SimpleQueue[str] = queue.SimpleQueue()
    end = math.inf if seconds is None else time.monotonic() + seconds

    def names() -> list[str]:
        return [host.name for host in in_groups([host for host in fleet.hosts if on_wall(host)])]

    with contextlib.closing(fleet):
        wall = Wall(fleet, names, reasons.put, fullscreen=fullscreen, turn=turn, places=places)
        with contextlib.closing(wall):
            connected: set[str] = set()
            while (now := time.monotonic()) < end:
                new = [name for name in names() if name not in connected]
                fleet.connect_all(new)
                connected.update(new)
                fleet.shown(OnScreen())
                with contextlib.suppress(queue.Empty):
                    if (reason := reasons.get(timeout=min(_SHARES, end - now))) != CLOSED_BY_HAND:
                        raise ViewerError(f"the wall is gone: {reason}")
                    return
                try:
                    fleet.reload(watching=True)
                except DeskconsoleError as error:
                    faulty(error)
