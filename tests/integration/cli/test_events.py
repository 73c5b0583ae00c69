"""`deskconsole events`: when did PC 7 go away last night?"""

from __future__ import annotations

import json
import time

import pytest

from deskconsole.audit import AuditAction, AuditEntry, AuditLog
from deskconsole.common.paths import Paths
from deskconsole.session.event_log import EventLog
from deskconsole.session.events import Event, Failure, HostAdded, LinkLost, StreamResumed
from support.command_line import CommandLine

FAILURE = Failure("connection-lost", "the connection broke", "Look at the cable.")


def record(user: CommandLine, *events: Event) -> None:
    log = EventLog(Paths.below(user.home).events)
    for event in events:
        log.record(event)
    log.close()


def test_a_night_is_told_by_host_and_time(user: CommandLine) -> None:
    now = time.time()
    record(
        user,
        HostAdded(host="pc-7", at=now - 90_000),
        LinkLost(host="pc-7", at=now - 7200, failure=FAILURE),
        LinkLost(host="pc-8", at=now - 7100, failure=FAILURE),
        StreamResumed(host="pc-7", at=now - 3600, after=3600.0, failure=FAILURE),
    )
    whole = user.run("events")
    assert len(whole.stdout.splitlines()) == 4
    night = user.run("events", "--host", "pc-7", "--since", "8h").stdout.splitlines()
    assert [line.partition("pc-7")[2].strip() for line in night] == [
        "lost, reconnecting: the connection broke. Look at the cable.",
        "streaming again after 3600.0 s (the connection broke)",
    ]
    assert user.run("events", "pc-7", "--since", "8h").stdout.splitlines() == night
    both = user.run("events", "pc-7", "pc-8", "--since", "100m").stdout.splitlines()
    assert [line.split()[2] for line in both] == ["pc-7"]
    facts = [json.loads(line) for line in user.run("events", "--json", "--since", "8h").stdout.splitlines()]
    assert [(fact["kind"], fact["host"]) for fact in facts] == [
        ("LinkLost", "pc-7"),
        ("LinkLost", "pc-8"),
        ("StreamResumed", "pc-7"),
    ]
    assert facts[0]["failure"]["code"] == "connection-lost"


def test_a_time_that_is_none_is_told_in_a_sentence(user: CommandLine) -> None:
    refused = user.run("events", "--since", "yesterday")
    assert refused.refusal(2).startswith("'yesterday' cannot be read as a time\n")
    assert "No events." in user.run("events", "--since", "2026-11-28").stderr


def test_escape_sequences_of_a_host_do_not_reach_the_terminal(user: CommandLine) -> None:
    evil = Failure("connection-lost", "\x1b[2Jgone", "")
    record(user, LinkLost(host="pc-7\x1b]0;x\x07", failure=evil))
    shown = user.run("events")
    assert "\x1b" not in shown.stdout + shown.stderr
    assert "gone" in shown.stdout


@pytest.mark.parametrize("command", ["events", "audit"])
def test_a_reader_that_has_had_enough_is_no_error(user: CommandLine, command: str) -> None:
    paths = Paths.below(user.home)
    record(user, *[HostAdded(host="pc-7") for _ in range(4000)])
    account = AuditLog(paths.audit)
    for _ in range(4000):
        account.record(AuditEntry(host="pc-7", user="anna", action=AuditAction.CONNECT))
    account.close()
    with user.started(command) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert "deskconsole:" not in process.stderr.read()
