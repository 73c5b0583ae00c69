"""An action on many hosts: a bounded number of hosts at the same time, one progress, one report. No widgets.

`BulkAction` says what is done to one host, `BulkRun` does it to all of them. The actions themselves are in
`bulk_actions.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from deskconsole.common.errors import Cancelled, DeskconsoleError
from deskconsole.inventory.host import Host

MANY = 500
"""Hosts at the same time where other parts set the limit already, such as that of logins."""


class Skipped(Exception):
    """Tells that there was nothing to do on this host; the text says why."""


class ItemState(Enum):
    """Progress of the action on one host."""

    WAITING = "waiting"
    RUNNING = "under way"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({ItemState.WAITING, ItemState.RUNNING})


@dataclass(slots=True)
class BulkItem:
    """One host of a run. `text` and `remedy` may be a host's own words."""

    host: Host
    state: ItemState = ItemState.WAITING
    text: str = ""
    """Result of the action, or the reason why it failed or was not needed."""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action on each of many hosts.

    `run` acts on one host and returns what was done in a few words, or an empty text. It raises
    `DeskconsoleError` where it failed and `Skipped` where there was nothing to do; when it is cancelled, it
    ends what it began.
    """

    title: str
    """The verb that the person reads, such as `Undeploy`."""
    run: Callable[[Host], Awaitable[str]]
    at_once: int = MANY
    """Hosts at the same time."""
    destroys: str = ""
    """A sentence about what is lost on each host; it is asked before, once. Empty: nothing is lost."""
    keeps: str = ""
    """A sentence about what stays."""
    asks_from: int = 1
    """Hosts from which on it is asked, where `destroys` says something."""


class BulkRun:
    """One action on many hosts. All of it is on the event loop."""

    def __init__(self, action: BulkAction, hosts: Sequence[Host]) -> None:
        self.action = action
        self.items = tuple(BulkItem(host) for host in hosts)
        self._slots = asyncio.Semaphore(action.at_once)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def ended(self) -> bool:
        return all(item.state not in OPEN for item in self.items)

    def of(self, *states: ItemState) -> list[BulkItem]:
        """The hosts in one of these states, in the list's order."""
        return [item for item in self.items if item.state in states]

    async def run(self) -> None:
        """Returns when the action has ended on every host; one that fails stops no other."""
        self._tasks = [asyncio.create_task(self._do(item)) for item in self.items]
        try:
            await asyncio.gather(*self._tasks)
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Ends it on all hosts where it has not ended; what is done stays done."""
        for task in self._tasks:
            task.cancel()

    async def _do(self, item: BulkItem) -> None:
        try:
            async with self._slots:
                item.state = ItemState.RUNNING
                item.text = await self.action.run(item.host)
            item.state = ItemState.DONE
        except Skipped as skipped:
            item.state, item.text = ItemState.SKIPPED, str(skipped)
        except (Cancelled, asyncio.CancelledError):
            item.state = ItemState.CANCELLED
        except DeskconsoleError as error:
            item.state, item.text, item.remedy = ItemState.FAILED, str(error), error.remedy
