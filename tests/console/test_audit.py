"""Who saw and controlled which host is still known later, without what was typed or copied."""

from __future__ import annotations

from pathlib import Path

from deskconsole.audit import AuditAction, AuditEntry, AuditLog, read_entries
from deskconsole.session.audit_entries import entry_of
from deskconsole.session.event_log import EventLog
from deskconsole.session.events import (
    ClipboardFetched,
    ClipboardPut,
    ControlBegun,
    ControlDenied,
    ControlEnded,
    ControlTakenOver,
    Event,
    ScreenHidden,
    StreamStarted,
    Undeployed,
    WindowClosed,
)


def test_the_account_follows_from_the_events(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", audit=tmp_path / "log" / "audit.jsonl")
    events: tuple[Event, ...] = (
        StreamStarted(host="a", at=1.0),
        StreamStarted(host="a", unasked=True, at=1.6),
        ScreenHidden(host="a", state="asking", reason="", at=2.0),
        ControlBegun(host="a", taken_from="ben@desk", at=3.0),
        ClipboardPut(host="a", length=5, at=4.0),
        ClipboardFetched(host="b", length=7, at=5.0),
        ControlTakenOver(host="a", holder="ben@desk", at=6.0),
        WindowClosed(host="a", at=7.0),
        ControlEnded(host="a", reason="ended at the host", at=8.0),
        ControlDenied(host="a", reason="no answer", at=9.0),
        Undeployed(host="a", agents=1, files=2, size=3, at=10.0),
    )
    for event in events:
        log.record(event)
    log.close()
    path = tmp_path / "log" / "audit.jsonl"
    found = list(read_entries(path, hosts=["a"], since=1.5))
    assert [(entry.at, entry.action, entry.why) for entry in found] == [
        (1.6, AuditAction.CONNECT, 'consent = "never"'),
        (2.0, AuditAction.QUESTION, "may the screen be seen"),
        (3.0, AuditAction.CONTROL_BY_FORCE, "taken from ben@desk"),
        (4.0, AuditAction.CLIP_PUT, "5 characters"),
        (6.0, AuditAction.CONTROL_END, "ben@desk took control"),
        (8.0, AuditAction.CONTROL_END, "ended at the host"),
        (9.0, AuditAction.REFUSAL, "no answer"),
        (10.0, AuditAction.UNDEPLOY, "2 files"),
    ]
    assert all("@" in entry.user for entry in found)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_account_does_not_grow_without_end(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", largest=10_000)
    for number in range(2000):
        log.record(AuditEntry("a", AuditAction.CONNECT, at=float(number)))
    log.close(30)
    assert sum(file.stat().st_size for file in tmp_path.glob("*.jsonl")) < 300_000


def test_a_line_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b'{"host":"a","action":"dance"}\n\xff\n{"host":"a","action":"see","at":1}\n{"ho')
    assert [entry.action for entry in read_entries(path)] == [AuditAction.SEE]
    assert list(read_entries(tmp_path / "none.jsonl")) == []


def test_a_closed_window_is_not_accounted_for() -> None:
    assert entry_of(WindowClosed(host="a")) is None
