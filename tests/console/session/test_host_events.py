"""A host that asks and refuses all the time drowns no log, and what it caused is counted."""

from __future__ import annotations

from pathlib import Path

from deskconsole.audit import read_entries
from deskconsole.session.event_log import EventLog, read_events
from deskconsole.session.events import ControlBegun, Event, EventsLeftOut, ScreenHidden
from deskconsole.session.host_events import MOST, HostEvents

DAY = 24 * 3600


def _refusal() -> ScreenHidden:
    return ScreenHidden(host="lab", state="refused", reason="no")


def test_what_was_left_out_is_counted_in_the_next_hour() -> None:
    told: list[Event] = []
    now = [0.0]
    events = HostEvents(told.append, lambda: now[0])
    for _ in range(MOST + 37):
        events.tell(_refusal())
    assert len(told) == MOST
    now[0] += 3601
    events.tell(_refusal())
    count, last = told[MOST:]
    assert isinstance(count, EventsLeftOut)
    assert count.count == 37
    assert isinstance(last, ScreenHidden)


def test_what_was_left_out_is_counted_when_the_link_ends() -> None:
    told: list[Event] = []
    events = HostEvents(told.append, lambda: 0.0)
    events.tell(_refusal())
    events.tell_count("lab")
    assert len(told) == 1, "nothing was left out"
    for _ in range(MOST):
        events.tell(_refusal())
    events.tell_count("lab")
    assert [one.count for one in told if isinstance(one, EventsLeftOut)] == [1]


def test_a_host_that_alternates_for_a_day_leaves_who_acted_in_both_logs(
    tmp_path: Path,
) -> None:
    log = EventLog(tmp_path / "events.jsonl", audit=tmp_path / "audit.jsonl")
    log.record(ControlBegun(host="lab"))
    now = [0.0]
    events = HostEvents(log.record, lambda: now[0])
    while now[0] < DAY:
        now[0] += 20
        events.tell(ScreenHidden(host="lab", state="asking", reason=""))
        events.tell(_refusal())
    log.close(10)
    assert (tmp_path / "events.jsonl").stat().st_size < 250_000
    assert (tmp_path / "audit.jsonl").stat().st_size < 250_000
    counts = [one.count for one in read_events(tmp_path / "events.jsonl") if isinstance(one, EventsLeftOut)]
    assert len(counts) == 23
    assert set(counts) == {300}
    entries = list(read_entries(tmp_path / "audit.jsonl"))
    assert entries[0].action == "control"
    assert sum(entry.action == "left out" for entry in entries) == 23
