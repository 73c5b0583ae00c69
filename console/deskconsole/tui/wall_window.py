"""The wall's window, opened from the TUI: one at a time, with the hosts that the list showed last."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from deskconsole.app.wall import Wall
from deskconsole.common.errors import DeskconsoleError, ViewerError
from deskconsole.session.events import ALL_HOSTS, ActionFailed, Failure
from deskconsole.viewer.messages import CLOSED_BY_HAND

from .controller import Controller
from .ports import FleetPort


class WallOpener:
    """Opens the wall's window, or brings it to the front. On the event loop but for `close`."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._wall: Wall | None = None
        self._names: Sequence[str] = ()
        self._opening = False

    async def open(self, names: Sequence[str]) -> None:
        """Shows these hosts, in a window that is open also."""
        self._names = tuple(names)
        fleet = self._controller.fleet
        if fleet is None or self._opening:
            return
        if self._wall is not None and self._wall.is_open:
            self._wall.viewer.to_front()
            return
        self._opening = True
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._open, fleet)
        except DeskconsoleError as error:
            self._controller.report(ALL_HOSTS, error)
        finally:
            self._opening = False

    def _open(self, fleet: FleetPort) -> None:
        """Opens the wall on a thread: it takes half a second. `close` finds it also if the app ends then."""
        self._wall = Wall(fleet, lambda: self._names, self._closed, places=fleet.window_places)

    def _closed(self, reason: str) -> None:
        """Tells, on a thread of the wall's, why the window is gone, unless the user closed it."""
        if reason != CLOSED_BY_HAND:
            error = ViewerError(f"the wall's window is gone: {reason}")
            self._controller.events.deliver(ActionFailed(host=ALL_HOSTS, failure=Failure.of(error)))

    def close(self) -> None:
        """Takes the window away; blocks until it is gone."""
        if self._wall is not None:
            self._wall.close()
