"""One command for ten hosts, three of them broken: what is printed, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.bootstrap_host import VENV_PATH, end_agents
from support.command_line import CommandLine, Said
from support.ports import free_port
from support.sshd import Sshd

GOOD = tuple(f"lab-{number:02}" for number in range(7))
BROKEN = {"off": "address-error", "stranger": "host-key-error", "locked-out": "authentication-failed"}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A user with ten hosts: seven names of a host that is well, and three that fail, each in its way."""
    folder = tmp_path_factory.mktemp("room")
    user = CommandLine(folder / "user")
    with (
        Sshd(folder / "host", environment={"PATH": VENV_PATH}) as server,
        Sshd(folder / "stranger") as stranger,
    ):
        for name in GOOD:
            user.know(server, name, group="good")
        login = {"address": "127.0.0.1", "user": server.user, "identity_file": str(server.identity)}
        user.add_host("off", **login, port=free_port(), group="broken")
        user.add_host("stranger", **login, port=stranger.port, group="broken")
        user.know(server, "locked-out", identity_file=str(stranger.identity), group="broken")
        yield user
        end_agents(server.home)


def by_host(said: Said) -> dict[str, Any]:
    """Returns the objects that a command printed with --json, by host."""
    objects = [json.loads(line) for line in said.stdout.splitlines()]
    found = {one["host"]: one for one in objects}
    assert len(found) == len(objects)
    return found


def test_all_went_well(room: CommandLine) -> None:
    said = room.run("deploy", "--group", "good", "--jobs", "4", "--json")
    assert (said.code, said.stderr) == (0, "")
    found = by_host(said)
    assert set(found) == set(GOOD)
    assert sum(one["uploaded"] > 0 for one in found.values()) >= 1


def test_some_failed(room: CommandLine) -> None:
    said = room.run("deploy", "--all", "--json")
    assert said.code == 14
    assert said.stderr == "deskconsole: 3 of 10 hosts failed\n"
    found = by_host(said)
    assert set(found) == {*GOOD, *BROKEN}
    codes = {host: one["failure"]["code"] for host, one in found.items() if "failure" in one}
    assert codes == BROKEN


def test_all_failed(room: CommandLine) -> None:
    said = room.run("deploy", "off", "stranger", "locked-out")
    assert said.code == 15
    assert said.stdout == ""
    for host in BROKEN:
        assert f"\n{host}: " in f"\n{said.stderr}"
    assert said.stderr.endswith("deskconsole: 3 of 3 hosts failed\n")


def test_a_single_host_ends_with_its_own_code(room: CommandLine) -> None:
    room.run("deploy", "locked-out").refusal(5)


def test_a_slip_in_a_group_is_answered_with_what_there_is(room: CommandLine) -> None:
    assert room.run("deploy", "--group", "god").refusal(2) == "there is no group 'god'\nDid you mean 'good'?"
    assert "'broken', 'good'" in room.run("stats", "--group", "x").refusal(2)
    assert "only one of these" in room.run("deploy", "lab-00", "--all").refusal(2)
    assert "only one of these" in room.run("deploy").refusal(2)
