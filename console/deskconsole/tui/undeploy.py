"""Removing the agent and its files from hosts, several at a time, beside the event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from deskconsole.bootstrap.remove import require_removed
from deskconsole.common.errors import Cancelled, DeskconsoleError
from deskconsole.inventory.host import Host
from deskconsole.session.events import Event, UndeployCancelled, Undeployed, UndeployStarted
from deskconsole.session.state import SETTLED
from deskconsole.wording.events import wording

from .controller import Controller
from .questions import OwnQuestions

AT_ONCE = 4
"""Hosts that are undeployed at the same time; each takes 5 to 15 s."""

_LOOK = 0.1
_ENDING = 15.0
"""Seconds that a session has to end: a deploy that is cancelled takes away what it brought."""


class Undeploys:
    """The undeploys under way. `close` cancels them and waits for that."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._cancelled = threading.Event()
        self._under_way: dict[str, OwnQuestions] = {}
        self._executor = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="undeploy")

    def close(self) -> None:
        """Blocks for a moment where something is under way."""
        self._cancelled.set()
        for questions in list(self._under_way.values()):
            questions.withdraw()
        self._executor.shutdown()

    async def undeploy(self, host: Host, *, remove: bool = False) -> None:
        """Ends the session, undeploys, says what came of it.

        `remove`: then the host is taken off the list, if nothing is left there.
        """
        controller, name = self._controller, host.name
        if name in self._under_way:
            controller.say("it is being undeployed already", name)
            return
        self._under_way[name] = questions = OwnQuestions(controller.questions, name)
        try:
            if controller.view.snapshot(name).state not in SETTLED:
                controller.cancel(name)
            self._say(UndeployStarted(host=name))
            await self._session_ended(name)
            removed = await asyncio.get_running_loop().run_in_executor(
                self._executor,
                lambda: controller.backend.undeploy(host, questions, cancelled=self._cancelled),
            )
            require_removed(removed, name)
        except Cancelled:
            self._say(UndeployCancelled(host=name))
        except DeskconsoleError as error:
            controller.report(name, error)
        else:
            self._say(
                Undeployed(host=name, agents=removed.processes, files=removed.files, size=removed.bytes)
            )
            if remove:
                controller.remove(host)
        finally:
            del self._under_way[name]

    async def _session_ended(self, name: str) -> None:
        end = time.monotonic() + _ENDING
        while self._controller.view.snapshot(name).state not in SETTLED and time.monotonic() < end:
            await asyncio.sleep(_LOOK)
            self._controller.pull()

    def _say(self, event: Event) -> None:
        self._controller.note(event)
        self._controller.say(wording(event).text, event.host)
