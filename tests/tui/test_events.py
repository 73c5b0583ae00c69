"""What happened: said where the eyes are, kept in the log."""

from __future__ import annotations

import re
import threading
import time

import pytest

from deskconsole.inventory.host import Host
from deskconsole.session.events import ActionFailed, Failure, StreamStarted, WindowFailed
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.tui.screens.host_form import HostForm
from deskconsole.tui.screens.log import LogScreen
from deskconsole.tui.text.log_line import LogLine
from deskconsole.tui.text.toasts import Toasts
from deskconsole.tui.widgets.event_pane import EventPane
from support.screens.display_fleet import (
    NOW,
    DisplayFleet,
    Running,
    failure,
    laboratory,
    live,
    notice,
    warning,
)
from support.screens.piloting import console, screen_text, until, until_gone, until_screen, until_shown

NO_DISPLAY = Failure("viewer-error", "There is no display here", "Set [DISPLAY].")


async def test_what_went_wrong_is_said_where_the_eyes_are_at_every_size(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        deliver(StreamStarted(host="lab-01", at=NOW))
        await pilot.pause(0.1)
        assert "streaming" not in screen_text(pilot)
        deliver(WindowFailed(host="lab-01", at=NOW, failure=NO_DISPLAY))
        await until_shown(pilot, "no window: There is no display here. Set [DISPLAY].")


async def test_a_host_that_talks_much_has_one_toast_and_an_error_wins(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        for number in range(200):
            deliver(warning("lab-02", f"warning {number}"))
        deliver(failure("lab-04", "this is what matters"))
        deliver(warning("lab-02", "one more"))
        assert (await until_shown(pilot, "this is what matters")).count("l shows all") == 1


async def test_what_the_screen_tells_already_is_not_said_over_it(running: Running) -> None:
    """The newest events are to be read where they stand: no toast lies over them."""
    fleet = laboratory()
    async with running(fleet) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        deliver(failure("lab-04", "The host key of lab-04 has changed."))
        await pilot.pause(0.3)
        assert not pilot.app.query("Toast")
        assert screen_text(pilot).count("The host key of lab-04 has changed.") == 2  # row and event
        await pilot.press("l", "escape", "a")
        await until_screen(pilot, HostForm)  # which shows no events
        deliver(failure("lab-06", "the disk of lab-06 is full"))
        await until_shown(pilot, "the disk of lab-06 is full")
        assert pilot.app.screen.query("Toast")


async def test_the_pane_follows_the_newest_event_when_the_picture_takes_its_lines(running: Running) -> None:
    fleet = DisplayFleet((Host(name="lab-01"),), {"lab-01": Snapshot("lab-01", since=NOW)})
    async with running(fleet) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        for number in range(60):
            deliver(notice("lab-01", f"event {number:02}"))
        await until_shown(pilot, "event 59")
        pane = pilot.app.screen.query_one(EventPane)
        before = pane.size.height
        fleet.states["lab-01"] = live("lab-01")
        console(pilot).controller.pull()
        await until(pilot, lambda: pane.size.height < before)
        assert "event 59" in screen_text(pilot)
        deliver(notice("lab-01", "event 60"))
        await until_shown(pilot, "event 60")
        pane.focus()
        await pilot.press("up", "up")
        await until_gone(pilot, "event 60")
        deliver(notice("lab-01", "event 61"))
        await until(pilot, lambda: len(pane.lines) == 62)
        assert "event 61" not in screen_text(pilot), "the reader has scrolled up"
        await pilot.press("end")
        await until_shown(pilot, "event 61")


async def test_an_event_takes_one_line_and_a_toast_tells_all_of_one_that_is_cut(running: Running) -> None:
    fleet = laboratory()
    long = "nothing answers there: " + "the way is long, " * 12 + "and here it ends"
    async with running(fleet) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        deliver(notice("lab-01", long))
        pane = pilot.app.screen.query_one(EventPane)
        await until(pilot, lambda: len(pane.lines) == 1)
        assert screen_text(pilot).splitlines()[pane.content_region.y].rstrip().endswith("…")
        assert not pilot.app.screen.query("Toast")
        deliver(failure("lab-06", long))
        await until(pilot, lambda: "and here it ends" in " ".join(screen_text(pilot).split()))
        await pilot.press("l")
        await until_screen(pilot, LogScreen)
        await until(pilot, lambda: screen_text(pilot).count("it ends") >= 2)


async def test_wrapped_events_are_whole_beside_a_scrollbar_that_comes_later(running: Running) -> None:
    fleet = DisplayFleet((Host(name="lab-01"),))
    letters = "".join(chr(ord("A") + place % 26) for place in range(200))
    async with running(fleet, size=(80, 40)) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        await pilot.press("l")
        await until_screen(pilot, LogScreen)
        deliver(notice("lab-01", letters))
        pane = pilot.app.screen.query_one(EventPane)
        await until(pilot, lambda: len(pane.lines) > 1)
        for number in range(60):
            deliver(notice("lab-01", f"{number}"))
        await until(pilot, lambda: pane.show_vertical_scrollbar)
        pane.focus()
        await pilot.press("home")
        await until(pilot, lambda: pane.scroll_offset.y == 0)
        assert letters in re.sub("[^A-Z]", "", screen_text(pilot))


async def test_a_row_that_is_cut_tells_nothing(running: Running) -> None:
    """At 80x24 there may be no room for the events: then the remedy is in a toast."""
    hosts = tuple(Host(name=f"lab-{number:02}") for number in range(30))
    reason, remedy = "the password of ops@lab-03 was not accepted", "Ask whoever gave it to you."
    failed = Snapshot("lab-03", state=State.FAILED, since=NOW, reason=reason, remedy=remedy)
    fleet = DisplayFleet(hosts, {"lab-03": failed})
    async with running(fleet, size=(80, 24)) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        deliver(failure("lab-03", reason, remedy))
        # The toast has two lines, with other words of the screen beside them.
        await until_shown(pilot, "gave it to you.")


LONG = (
    "there is no Python runtime for lab-01, and this console cannot fetch one (the name does not resolve). "
    "On a computer with internet access, run `deskconsole runtime fetch --output runtime.zip`, bring the "
    "file here, and run `deskconsole runtime import runtime.zip` before you connect again"
)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_remedy_is_whole_where_there_is_room_and_on_enter(
    running: Running, size: tuple[int, int]
) -> None:
    down = Snapshot("lab-01", state=State.FAILED, since=NOW - 8, reason=LONG)
    fleet = DisplayFleet((Host(name="lab-01", address="10.0.3.1"),), {"lab-01": down})
    async with running(fleet, size=size) as pilot:
        for keys in ((), ("enter",)):
            await pilot.press(*keys)
            await until(pilot, lambda: LONG in " ".join(screen_text(pilot).split()))


def refused(reason: str) -> LogLine:
    return LogLine.of(ActionFailed(host="a", at=NOW, failure=Failure("error", reason)))


def test_toasts_keep_their_distance_and_warnings_wait_for_errors() -> None:
    toasts = Toasts()

    def said(now: float) -> str | None:
        toast = toasts.take(now)
        return None if toast is None else toast.text("l")

    toasts.add([LogLine.of(warning("a", "first"))])
    assert said(10.0) == "first"
    toasts.add(
        [
            refused("down"),
            LogLine.of(warning("b", "hm")),
        ]
    )
    assert said(10.5) is None
    assert said(11.0) == "down (and 1 more: l shows all)"
    toasts.add([LogLine.of(warning("a", "well"))])
    assert said(12.5) is None
    toasts.add([refused("worse")])
    assert said(12.5) == "worse (and 1 more: l shows all)"
    toasts.add([LogLine.of(warning("a", "later"))])
    assert said(17.6) == "later"
    assert said(30.0) is None


async def test_events_come_from_any_thread_into_pane_and_log(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        thread = threading.Thread(
            target=lambda: [deliver(warning("lab-01", f"event {n}", NOW + n)) for n in range(50)]
        )
        thread.start()
        thread.join(60)
        await until_shown(pilot, "event 49")
        deliver(notice("lab-02", "a needle"))
        await pilot.press("l", "slash", *"needle")
        pilot.app.clear_notifications()
        shown = await until_shown(pilot, "1 of 51")
        assert "a needle" in shown
        assert "event 49" not in shown
        await pilot.press("enter", "y")
        await pilot.pause()
        assert pilot.app.clipboard == "22:13:20   lab-02  the server says: a needle"
        assert len(pilot.app.screen.query_one(EventPane).lines) == 1


async def test_the_log_shows_what_earlier_consoles_wrote_and_everything_is_recorded(running: Running) -> None:
    fleet = laboratory()
    yesterday = NOW - 86_400
    fleet.past = [StreamStarted(host="lab-01", at=NOW - 9000), warning("lab-02", "of last night", yesterday)]
    async with running(fleet) as pilot:
        assert fleet.deliver is not None
        fleet.deliver(warning("lab-03", "of today"))
        await until_shown(pilot, "of today")
        await pilot.press("l")
        shown = await until_shown(pilot, "3 of 3")
        assert shown.index("of last night") < shown.index("of today")
        (line,) = [line for line in shown.splitlines() if "of last night" in line]
        assert line.split()[0] == time.strftime("%Y-%m-%d", time.localtime(yesterday))
        assert ":" in next(line for line in shown.splitlines() if "of today" in line).split()[0]
        assert [event.host for event in fleet.recorded] == ["lab-03"]
