"""The history of a real stream, through a cut: the file has what the session counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deskconsole.history.database import HistoryDatabase
from deskconsole.history.day import HostDay, total
from deskconsole.history.keeper import HistoryKeeper
from deskconsole.session.events import Event, HistoryNotKept
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from deskconsole.session.state import State
from deskconsole.wording.events import place, wording
from support.peers.agent_process import AgentProcess
from support.xvfb import wait_for

OFFICE = ("--source", "synthetic", "--scene", "office", "--size", "640x400")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    with AgentProcess(tmp_path, *OFFICE) as process:
        yield process


def kept(session: Session, database: HistoryDatabase) -> HostDay:
    """All days of the session's host: midnight may come meanwhile."""
    return total(database.read(hosts=[session.name]), host=session.name)


def test_a_cut_stream_is_in_the_history_and_a_damaged_file_does_not_stop_it(
    agent: AgentProcess, tmp_path: Path
) -> None:
    database = HistoryDatabase(tmp_path / "history.sqlite")
    database.path.write_text("no database" * 100)
    events: list[Event] = []
    keeper = HistoryKeeper(database, events.append, interval=0.2)

    def tell(event: Event) -> None:
        keeper.note(event)
        events.append(event)

    session = Session("lab-01", DirectRoute(agent.address, agent.token), 0, tell)
    with closing(keeper), closing(session):
        keeper.keep(session)
        session.connect()
        wait_for(lambda: session.snapshot().statistics.updates > 3, what="updates")
        wait_for(lambda: any(isinstance(event, HistoryNotKept) for event in events), what="the event")
        # The user moves it away: what was counted until then was not lost.
        database.path.unlink()
        wait_for(lambda: kept(session, database).updates > 3, what="a new file")
        agent.stop()
        assert session.wait_for(lambda one: one.state is State.RETRYING, 60)
        agent.start()
        assert session.wait_for(lambda one: one.state is State.STREAMING, 60)
        updates = session.snapshot().statistics.updates
        wait_for(lambda: session.snapshot().statistics.updates > updates, what="more of them")
        session.disconnect()
        assert session.wait_for(lambda one: one.state is State.CLOSED, 60)
    counted = session.snapshot().statistics
    history = kept(session, database)
    assert (history.slices, history.updates) == (counted.slices, counted.updates)
    assert (history.received, history.saved_share) == (counted.received, counted.saved_share)
    assert history.refreshes == dict(counted.refreshes)
    assert history.saved_against_raw == counted.saved_against_raw
    assert (history.outages, counted.reconnects) == (1, 1)
    assert history.live > 0
    assert history.down > 0
    (told,) = [event for event in events if isinstance(event, HistoryNotKept)]
    assert place(told) == "statistics"
    assert wording(told).text == (
        f"the history of statistics is not written: {database.path} is damaged or no history of statistics. "
        "Move it away; a new one is begun."
    )
