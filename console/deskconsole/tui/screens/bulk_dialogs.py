"""Actions on many hosts: the question before, their reports, and what is said at the end of a hidden one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import App

from deskconsole.inventory.host import Host
from deskconsole.tui.bulk import BulkAction, BulkRun, ItemState
from deskconsole.tui.controller import Controller
from deskconsole.tui.text.bulk_report import summary

from .bulk import BulkScreen
from .confirm import Confirmed, confirm_bulk

_KEPT = 5
"""Reports that are kept of runs that have ended."""


class BulkDialogs:
    """Opens these dialogs over `app`, and keeps the runs; all on the event loop."""

    def __init__(self, app: App[Any], controller: Controller, actions: Mapping[str, BulkAction]) -> None:
        self._app = app
        self._controller = controller
        self._actions = actions
        self._runs: list[BulkRun] = []
        """The newest is the last."""

    def ask(self, name: str, hosts: Sequence[Host]) -> None:
        """Does the action of this name to these hosts; asks before, where something is lost."""
        action = self._actions[name]

        def decided(choice: Confirmed | None) -> None:
            if choice == "yes":
                self._begin(BulkRun(action, hosts))

        if not hosts:
            return
        if action.destroys and len(hosts) >= action.asks_from:
            self._app.push_screen(confirm_bulk(action, hosts), decided)
        else:
            self._begin(BulkRun(action, hosts))

    def show_report(self) -> None:
        """Shows the newest report."""
        keys = self._controller.keys
        if not self._runs:
            mark, every = (keys.key_of(name) for name in ("mark", "mark_shown"))
            self._controller.say(
                f"no action on marked hosts yet: {mark} marks a host, {every} all that are shown"
            )
        else:
            self._show()

    def _begin(self, run: BulkRun) -> None:
        ended = [one for one in self._runs if one.ended]
        self._runs = [one for one in self._runs if one not in ended[:-_KEPT]]
        self._runs.append(run)
        self._app.run_worker(self._finish(run))
        self._show()

    def _show(self) -> None:
        # A key that comes before the screen is up asks for it again: the second would stay below the first.
        if not any(isinstance(screen, BulkScreen) for screen in self._app.screen_stack):
            self._app.push_screen(BulkScreen(self._controller, tuple(self._runs)))

    async def _finish(self, run: BulkRun) -> None:
        await run.run()
        screen = self._app.screen
        if not (isinstance(screen, BulkScreen) and screen.run is run):
            bad = bool(run.of(ItemState.FAILED))
            report = self._controller.keys.key_of("bulk_report")
            self._controller.say(
                f"{summary(run)}; {report}: report", severity="warning" if bad else "information"
            )
