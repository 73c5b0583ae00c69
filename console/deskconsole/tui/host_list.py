"""Changes to the list of hosts: by the user here, and by other programs in hosts.toml."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from deskconsole.common.errors import DeskconsoleError, HostGone
from deskconsole.inventory.host import Host, same_way
from deskconsole.session.events import ALL_HOSTS, Event, HostAdded, HostEdited, HostRemoved, ListReloaded

if TYPE_CHECKING:
    from .controller import Controller


class HostList:
    """Adds, edits and removes hosts, and reads their file again; all on the event loop."""

    def __init__(self, app: App[Any], controller: Controller) -> None:
        self._app = app
        self._controller = controller

    def add(self, host: Host) -> None:
        self._controller.act(host.name, lambda fleet: fleet.add(host), HostAdded(host=host.name))

    def remove(self, host: Host) -> None:
        """Takes a host off the list; its question goes with it."""
        self._app.run_worker(self._remove(host))

    async def _remove(self, host: Host) -> None:
        error = await self.take_off(host)
        if error is not None:
            self._controller.report(host.name, error)

    async def take_off(self, host: Host) -> DeskconsoleError | None:
        """Does that as one of many; what is refused is returned."""
        self._controller.questions.withdraw(host.name)
        error = await self._controller.attempt(lambda fleet: fleet.remove(host.name))
        if isinstance(error, HostGone):
            return None  # another program removed it
        if error is None:
            self._controller.note(HostRemoved(host=host.name))
        return error

    async def save(self, before: Host | None, host: Host) -> DeskconsoleError | None:
        """Adds `host`, or puts it in the place of `before`; what is refused is returned."""
        name = host.name
        if before is None:
            error = await self._controller.attempt(lambda fleet: fleet.add(host))
            done: Event | None = HostAdded(host=name)
        elif before == host:
            error, done = None, None
        else:
            if before.name != name or not same_way(before, host):
                self._controller.questions.withdraw(before.name)
            error = await self._controller.attempt(lambda fleet: fleet.replace(before.name, host))
            done = HostEdited(host=name, previous="" if before.name == name else before.name)
        if error is None:
            if done is not None:
                self._controller.note(done)
            self._controller.host_saved.publish(name)
        return error

    def reload(self, *, asked: bool = False) -> None:
        """Takes over what another program wrote into the list of hosts; returns at once.

        `asked`: somebody waits for an answer.
        """
        self._app.run_worker(self._reload(asked=asked))

    async def _reload(self, *, asked: bool) -> None:
        fleet = self._controller.fleet
        if fleet is None:
            return
        try:
            changed = await self._controller.off_loop(partial(fleet.reload, watching=not asked))
        except DeskconsoleError as error:
            self._controller.report(ALL_HOSTS, error)
            return
        if changed:
            self._controller.note(ListReloaded(host=ALL_HOSTS))
            self._controller.pull()
        elif asked:
            self._controller.say("hosts.toml has not changed")
