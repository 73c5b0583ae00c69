"""Taking a host off the list, and what was deployed off the host: both are asked first."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from deskconsole.common.errors import BootstrapError, Cancelled, DeskconsoleError
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.session.events import Event, HostRemoved, UndeployCancelled, Undeployed, UndeployStarted
from deskconsole.session.state import SETTLED
from deskconsole.wording.events import wording

from .questions import OwnQuestions
from .screens.question import Choice, ConfirmScreen
from .text.log_line import LONGEST

if TYPE_CHECKING:
    from .app import DeskconsoleApp

AT_ONCE = 4
"""Hosts that are undeployed at the same time; each takes 5 to 15 s."""

_LOOK = 0.1
_ENDING = 15.0
"""Seconds that a session has to end: a deploy that is cancelled takes away what it brought."""


class Removal:
    """Asks, then does it beside the event loop. `close` cancels what is under way and waits for that."""

    def __init__(self, console: DeskconsoleApp) -> None:
        self._console = console
        self._cancelled = threading.Event()
        self._under_way: dict[str, OwnQuestions] = {}
        self._hands = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="undeploy")

    def close(self) -> None:
        """Blocks for a moment where something is under way."""
        self._cancelled.set()
        for questions in list(self._under_way.values()):
            questions.withdraw()
        self._hands.shutdown()

    def ask_to_remove(self, host: Host) -> None:
        """Shows the dialog about taking the host off the list."""

        def decided(choice: Choice | None) -> None:
            if choice == "also":
                self._console.run_worker(self._undeploy(host, then=lambda: self._remove(host)))
            elif choice == "yes":
                self._remove(host)

        self._console.push_screen(
            ConfirmScreen(
                f"Remove {safe_text(host.name, 64)}",
                f"Take {_named(host)} off the list? Its settings are forgotten, its session ends.",
                "The agent and its files stay on the host itself, unless you undeploy it as well.",
                yes="Remove",
                also="Undeploy and remove",
            ),
            decided,
        )

    def ask_to_undeploy(self, host: Host) -> None:
        """Shows the dialog about taking everything of ours off the host."""

        def decided(choice: Choice | None) -> None:
            if choice == "yes":
                self._console.run_worker(self._undeploy(host))

        self._console.push_screen(
            ConfirmScreen(
                f"Undeploy {safe_text(host.name, 64)}",
                f"The agent ends on {_named(host)}, for other consoles too, and all of its files there are "
                "deleted. The session here is closed.",
                "The host stays on the list; connecting deploys again.",
                yes="Undeploy",
            ),
            decided,
        )

    def _remove(self, host: Host) -> None:
        self._console.questions.withdraw(host.name)
        self._console.act(host.name, lambda fleet: fleet.remove(host.name), HostRemoved(host=host.name))

    async def _undeploy(self, host: Host, then: Callable[[], None] = lambda: None) -> None:
        """Ends the session, undeploys, says what came of it; `then` follows if nothing is left there."""
        console, name = self._console, host.name
        if name in self._under_way:
            console.notify("it is being undeployed already", title=safe_text(name, 64), markup=False)
            return
        self._under_way[name] = questions = OwnQuestions(console.questions, name)
        try:
            if console.view.snapshot(name).state not in SETTLED:
                console.cancel_session(name)
            self._say(UndeployStarted(host=host.name))
            end = time.monotonic() + _ENDING
            while console.view.snapshot(name).state not in SETTLED and time.monotonic() < end:
                await asyncio.sleep(_LOOK)
                console.pull()
            removed = await asyncio.get_running_loop().run_in_executor(
                self._hands, lambda: console.backend.undeploy(host, questions, cancelled=self._cancelled)
            )
            if removed.left:
                raise BootstrapError(
                    f"not everything could be removed: {', '.join(removed.left)}",
                    remedy="End or delete that there by hand.",
                )
        except Cancelled:
            self._say(UndeployCancelled(host=host.name))
        except DeskconsoleError as error:
            console.events.report(name, error)
        else:
            self._say(
                Undeployed(host=host.name, agents=removed.processes, files=removed.files, size=removed.bytes)
            )
            then()
        finally:
            del self._under_way[name]

    def _say(self, event: Event) -> None:
        self._console.events.note(event)
        text = safe_text(wording(event).text, LONGEST)
        self._console.notify(text, title=safe_text(event.host, 64), markup=False)


def _named(host: Host) -> str:
    label = safe_text(host.name, 64)
    return label if host.target == host.name else f"{label} ({safe_text(host.target, 120)})"
