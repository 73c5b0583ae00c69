"""The actions that work on all marked hosts: what each does to one host, and when it is done there.

The names are those of the screens' actions (`screens/base.py`): `connect` is `action_connect`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from deskconsole.common.errors import Cancelled, DeskconsoleError
from deskconsole.common.utf8_text import utf8_text
from deskconsole.diagnosis import Outcome
from deskconsole.inventory.host import Host
from deskconsole.session.events import PictureSaved
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE, SETTLED, State
from deskconsole.wording.events import NEARLY_EXACT
from deskconsole.wording.status import BEGINS_LATER

from .bulk import BulkAction, Skipped
from .controller import Controller
from .host_edits import take_off
from .host_programs import HostPrograms
from .host_threads import HostThreads
from .text.examination import Examination
from .undeploy import AT_ONCE, Undeploys

EXAMINED_AT_ONCE = 8
"""Hosts that are examined, or whose picture is saved, at the same time: each has the full stream then."""

WINDOWS = 9
"""Windows from which on it is asked before they open: each is a process."""


def bulk_actions(
    controller: Controller, undeploys: Undeploys, programs: HostPrograms, threads: HostThreads
) -> Mapping[str, BulkAction]:
    """Each action by its name."""

    def on(act: Callable[[Controller, Host], Awaitable[str]]) -> Callable[[Host], Awaitable[str]]:
        return partial(act, controller)

    return {
        "connect": BulkAction("Connect", on(_connect)),
        "deploy": BulkAction("Deploy", on(_connect)),
        "disconnect": BulkAction("Disconnect", on(_disconnect)),
        "view": BulkAction(
            "View",
            on(_view),
            destroys="A window opens for each of these hosts, and each window is a process.",
            keeps="The wall shows many hosts in one window.",
            asks_from=WINDOWS,
        ),
        "doctor": BulkAction("Doctor", lambda host: _doctor(controller, threads, host)),
        "save_picture": BulkAction("Save picture", lambda host: save_picture(controller, threads, host)),
        "record": BulkAction("Record", on(_record)),
        "stop_recording": BulkAction("End recording", on(_stop_recording)),
        "wake": BulkAction("Wake", programs.send_wake),
        "undeploy": BulkAction(
            "Undeploy",
            undeploys.remove_agent,
            at_once=AT_ONCE,
            destroys="The agent ends on these hosts, for other consoles too, and all of its files there are "
            "deleted. Their sessions here are closed.",
            keeps="The hosts stay on the list; connecting deploys again.",
        ),
        "remove": BulkAction(
            "Remove",
            on(_remove),
            destroys="Their settings are forgotten, their sessions end.",
            keeps="The agents and their files stay on the hosts themselves; undeploy removes them.",
        ),
    }


class _Refused(DeskconsoleError):
    """Carries what a host's row says of a state: the reason, with what to do."""


async def _connect(controller: Controller, host: Host) -> str:
    before = controller.view.snapshot(host.name)
    if before.state in LIVE:
        raise Skipped("connected already")
    if before.state is State.WAITING:  # that may last for days
        raise Skipped("it waits for somebody to log on")
    error = await controller.attempt(lambda fleet: fleet.connect_all([host.name]))
    if error is not None:
        raise error
    try:
        after = await controller.until(host.name, partial(_arrived, before))
    except asyncio.CancelledError:
        controller.cancel(host.name)
        raise
    _require_live(after)
    return "waits for somebody to log on" if after.state is State.WAITING else ""


def _arrived(before: Snapshot, now: Snapshot) -> bool:
    """True if connecting has come to an end, for the time being: what was so before is no answer."""
    if (now.state, now.since, now.attempt) == (before.state, before.since, before.attempt):
        return False
    unreachable = now.state is State.RETRYING and now.unreachable
    return unreachable or now.state in LIVE or now.state in SETTLED or now.state is State.WAITING


def _require_live(snapshot: Snapshot) -> None:
    if snapshot.state in (State.CLOSED, State.IDLE):
        raise Cancelled("disconnected meanwhile")
    if snapshot.state in (State.FAILED, State.RETRYING):
        raise _Refused(snapshot.reason or "down", remedy=snapshot.remedy)


async def _disconnect(controller: Controller, host: Host) -> str:
    if controller.view.snapshot(host.name).state in SETTLED:
        raise Skipped("not connected")
    controller.cancel(host.name)
    await controller.until(host.name, lambda now: now.state in SETTLED)
    return ""


async def _view(controller: Controller, host: Host) -> str:
    before = controller.view.snapshot(host.name)
    if before.viewing:
        raise Skipped("has a window already")
    controller.window_failures.pop(host.name, None)
    error = await controller.attempt(lambda fleet: fleet.view(host.name))
    if error is not None:
        raise error

    def decided(now: Snapshot) -> bool:
        failed = host.name in controller.window_failures
        return failed or now.viewing or (now.state not in LIVE and _arrived(before, now))

    after = await controller.until(host.name, decided)
    if after.viewing:
        return ""
    if failure := controller.window_failures.get(host.name):
        raise _Refused(failure.reason, remedy=failure.remedy)
    _require_live(after)
    return ""


async def _record(controller: Controller, host: Host) -> str:
    before = controller.view.snapshot(host.name)
    if before.recording_since is not None:
        raise Skipped("is recorded already")
    error = await controller.attempt(lambda fleet: fleet.start_recording(host.name))
    if error is not None:
        raise error
    return "" if before.current else BEGINS_LATER


async def _stop_recording(controller: Controller, host: Host) -> str:
    if controller.view.snapshot(host.name).recording_since is None:
        raise Skipped("is not recorded any more")
    error = await controller.attempt(lambda fleet: fleet.stop_recording(host.name))
    if error is not None:
        raise error
    return ""


async def _doctor(controller: Controller, threads: HostThreads, host: Host) -> str:
    examination = Examination()
    await threads.run(
        host,
        lambda questions, cancelled: controller.backend.examine(
            host,
            questions,
            report=examination.findings.append,
            begun=examination.begin,
            cancelled=cancelled,
        ),
    )
    if (bad := examination.first_bad) is not None:
        raise _Refused(f"{bad.step}: {bad.sentence}", remedy=bad.remedy)
    doubts = [one.step for one in examination.findings if one.outcome is Outcome.DOUBTFUL]
    return f"it works; to look at: {', '.join(doubts)}" if doubts else "nothing is wrong"


async def save_picture(controller: Controller, threads: HostThreads, host: Host) -> str:
    """Saves the picture of a host that is connected, and returns the file. Raises Skipped."""
    if controller.view.snapshot(host.name).state not in LIVE:
        raise Skipped("not connected")
    file, exact = await threads.run(
        host, lambda _, cancelled: controller.backend.save_picture(host, cancelled=cancelled)
    )
    controller.note(PictureSaved(host=host.name, file=utf8_text(str(file)), exact=exact))
    return f"saved in {file.parent}" if exact else f"saved in {file.parent}; {NEARLY_EXACT}"


async def _remove(controller: Controller, host: Host) -> str:
    if (error := await take_off(controller, host)) is not None:
        raise error
    return ""
