"""Large uploads that were cut: the next deploy goes on with them, and trusts nothing but their hash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deskconsole.bootstrap.archive import archived
from deskconsole.bootstrap.console_id import console_id
from deskconsole.bootstrap.platforms import PLATFORMS
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.upload import put
from deskconsole.common.errors import ConnectionLost
from deskconsole.common.progress import Progress, Report, ignore
from deskconsole.ssh.connection import Connection
from support.bootstrap_host import Ground, names, open_connection

BLOB = os.urandom(20_000_000)
LARGE = archived("packages-00000000000a", {"blob": BLOB})


def send(connection: Connection, ground: Ground, report: Report = ignore) -> int:
    facts = probe(connection, ground.host)
    command = PLATFORMS["Linux"].command(facts)
    return put(connection, facts, command, LARGE, "packages", [LARGE.name], report)


def part(ground: Ground) -> Path:
    return ground.home / ".deskconsole" / f"{LARGE.name}.{console_id()}.part"


def test_a_cut_upload_resumes(ground: Ground) -> None:
    def cut(progress: Progress) -> None:
        if progress.done > 1_000_000:
            ground.server.kill_connections()

    with pytest.raises(ConnectionLost):
        send(ground.connection, ground, cut)
    there = part(ground).stat().st_size
    assert there > 1_000_000
    with open_connection(ground.server, ground.host) as again:
        assert send(again, ground) == LARGE.size - there
    assert names(ground.home / ".deskconsole") == [LARGE.name]
    assert (ground.home / ".deskconsole" / LARGE.name / "blob").read_bytes() == BLOB


def test_what_is_no_beginning_of_it_is_found_out(ground: Ground) -> None:
    part(ground).parent.mkdir(mode=0o700)
    part(ground).write_bytes(bytes(2_000_000))
    assert send(ground.connection, ground) == 2 * LARGE.size - 2_000_000
    assert names(ground.home / ".deskconsole") == [LARGE.name]
    assert (ground.home / ".deskconsole" / LARGE.name / "blob").read_bytes() == BLOB
