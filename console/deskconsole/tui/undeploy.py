"""Removing the agent and its files from hosts, several at a time, beside the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from deskconsole.bootstrap.remove import require_removed
from deskconsole.common.errors import Cancelled, DeskconsoleError
from deskconsole.inventory.host import Host
from deskconsole.session.events import (
    ActionFailed,
    Event,
    Failure,
    UndeployCancelled,
    Undeployed,
    UndeployStarted,
)
from deskconsole.session.state import SETTLED
from deskconsole.wording.events import wording

from .bulk import Skipped
from .controller import Controller
from .host_edits import remove as remove_host
from .host_threads import HostThreads

AT_ONCE = 4
"""Hosts that are undeployed at the same time; each takes 5 to 15 s."""

_LOOK = 0.1
_ENDING = 15.0
"""Seconds that a session has to end: a deploy that is cancelled takes away what it brought."""


class Undeploys:
    """The undeploys under way. `close` cancels them and waits for that."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._under_way: set[str] = set()
        self._threads = HostThreads(controller.questions, AT_ONCE, "undeploy")

    def close(self) -> None:
        """Blocks for a moment where something is under way."""
        self._threads.close()

    async def undeploy(self, host: Host, *, remove: bool = False) -> None:
        """Ends the session, undeploys, says what came of it.

        `remove`: then the host is taken off the list, if nothing is left there.
        """
        controller, name = self._controller, host.name
        try:
            event: Event = await self._remove_agent(host, started=self._say)
        except Skipped as skipped:
            controller.say(str(skipped), name)
            return
        except Cancelled:
            event, remove = UndeployCancelled(host=name), False
        except DeskconsoleError as error:
            controller.report(name, error)
            return
        self._say(event)
        if remove:
            await remove_host(controller, host)

    async def remove_agent(self, host: Host) -> str:
        """The same as one of many: writes it down without a toast, and returns what was removed.

        Raises Skipped, and the `DeskconsoleError` that kept it from being done.
        """
        controller, name = self._controller, host.name
        try:
            event = await self._remove_agent(host, started=controller.note)
        except (Cancelled, asyncio.CancelledError):
            controller.note(UndeployCancelled(host=name))
            raise
        except DeskconsoleError as error:
            controller.note(ActionFailed(host=name, failure=Failure.of(error)))
            raise
        return controller.note(event).text

    async def _remove_agent(self, host: Host, *, started: Callable[[Event], object]) -> Undeployed:
        controller, name = self._controller, host.name
        if name in self._under_way:
            raise Skipped("it is being undeployed already")
        self._under_way.add(name)
        try:
            if controller.view.snapshot(name).state not in SETTLED:
                controller.cancel(name)
            started(UndeployStarted(host=name))
            await self._session_ended(name)
            removed = await self._threads.run(
                host,
                lambda questions, cancelled: controller.backend.undeploy(
                    host, questions, cancelled=cancelled
                ),
            )
            require_removed(removed, name)
        finally:
            self._under_way.remove(name)
        return Undeployed(host=name, agents=removed.processes, files=removed.files, size=removed.bytes)

    async def _session_ended(self, name: str) -> None:
        end = time.monotonic() + _ENDING
        while self._controller.view.snapshot(name).state not in SETTLED and time.monotonic() < end:
            await asyncio.sleep(_LOOK)
            self._controller.pull()

    def _say(self, event: Event) -> None:
        self._controller.note(event)
        self._controller.say(wording(event).text, event.host)
