"""`deskconsole stats --history`: how much was lab-01 away this week?"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest

from deskconsole.common.paths import Paths
from deskconsole.history.database import HistoryDatabase
from deskconsole.history.day import HostDay, today
from support.command_line import CommandLine

TODAY = today().isoformat()
EARLIER = (today() - dt.timedelta(days=20)).isoformat()


@pytest.fixture
def week(user: CommandLine) -> CommandLine:
    HistoryDatabase(Paths.below(user.home).history).add(
        [
            HostDay(host="lab-01", day=EARLIER, live=7200.0, updates=10, received=4_000_000),
            HostDay(
                host="lab-01",
                day=TODAY,
                live=3600.0,
                outages=2,
                down=95.0,
                slices=1234,
                updates=1200,
                refreshes={"first frame": 3, "console request": 1},
                received=2_000_000,
                saved_against_refreshes=98_000_000,
            ),
            HostDay(host="=1+2\x1b[31m", day=TODAY, live=60.0, previews=3, received=900),
        ]
    )
    return user


def test_all_hosts_have_a_sum_and_one_host_its_days(week: CommandLine) -> None:
    _, evil, sums = week.run("stats", "--history").stdout.splitlines()
    assert evil.startswith("=1+2␛[31m")
    assert " ".join(sums.split()) == (
        "lab-01 2 3 h 2 1 min 6.0 MB 94.2 % 1,210 1,234 1 console request, 3 first frame"
    )
    head, day = week.run("stats", "--history", "lab-01", "--days", "7").stdout.splitlines()
    assert head.split()[:4] == ["host", "day", "live", "outages"]
    assert day.split()[:5] == ["lab-01", TODAY, "1", "h", "2"]


def test_csv_and_json_have_every_figure(week: CommandLine) -> None:
    rows = list(csv.DictReader(io.StringIO(week.run("stats", "--history", "lab-01", "--csv").stdout)))
    assert [row["day"] for row in rows] == [EARLIER, TODAY]
    assert (rows[1]["refreshes: first frame"], rows[1]["refreshes: unnamed"]) == ("3", "0")
    assert (rows[1]["down"], rows[1]["received"]) == ("95.0", "2000000")
    (day,) = json.loads(week.run("stats", "--history", "lab-01", "--json", "--days", "1").stdout)
    assert (day["outages"], day["saved_share"], day["refreshes"]["first frame"]) == (2, 0.98, 3)


def test_what_is_not_there_is_told(week: CommandLine, user: CommandLine) -> None:
    refused = week.run("stats", "--history", "lab-10").refusal(2)
    assert refused.startswith("there are no figures of a host called 'lab-10'\n")
    assert "Did you mean 'lab-01'?" in refused
    assert week.run("stats", "--csv").refusal(2).startswith("--csv needs --history")
    Paths.below(user.home).history.write_text("nonsense " * 200)
    assert "is damaged or no history of statistics" in week.run("stats", "--history").refusal(2)


def test_a_damaged_file_is_told_once_and_no_command_fails_for_it(user: CommandLine, used_lab: str) -> None:
    file = Paths.below(user.home).history
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"no database" * 1000)
    said = user.run("stats", used_lab, "--seconds", "0", "--own", "--json")
    assert said.code == 0
    assert said.stderr.count(f"{file} is damaged or no history of statistics") == 1
