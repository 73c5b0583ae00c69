"""What stands in the way of a host's desktop is told before anything is sent there."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.launch import launch
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.remove import remove
from deskconsole.bootstrap.room import needed_room
from deskconsole.common.errors import DeployError, ForwardingRefused, LaunchError, UnsupportedHost
from deskconsole.common.paths import Paths
from deskconsole.diagnosis import checks
from deskconsole.inventory.host import Host
from deskconsole.session.route import SshRoute
from deskconsole.session.state import State
from deskconsole.ssh.prompts import NoQuestions
from support.bootstrap_host import OPTIONS, Ground, agents, names, open_connection, ssh_host
from support.sshd import Sshd
from support.xvfb import Xvfb


def go(server: Sshd, host: Host, folder: Path) -> list[State]:
    """Connects to the host's desktop as a session does."""
    paths = Paths.below(folder / "console")
    paths.known_hosts.parent.mkdir(parents=True)
    paths.known_hosts.write_text(server.known_hosts_line)
    states: list[State] = []

    def step(state: State, *_more: object, **_: object) -> None:
        states.append(state)

    route = SshRoute(host, NoQuestions(), paths, ssh_config=server.client_config)
    try:
        route.open(step, threading.Event(), reuse=True).close()
    finally:
        assert State.DEPLOYING not in states
    return states


def test_a_host_that_allows_no_tunnels_gets_nothing(tmp_path: Path) -> None:
    with ssh_host(tmp_path / "sshd", options={"AllowTcpForwarding": "no"}) as (server, host):
        with pytest.raises(ForwardingRefused, match="does not allow tunnels"):
            go(server, host, tmp_path)
        assert not (server.home / ".deskconsole").exists()


def test_a_display_that_does_not_exist_is_told_with_those_that_do(tmp_path: Path) -> None:
    with Xvfb(320, 200) as screen, ssh_host(tmp_path / "sshd") as (server, host):
        wrong = msgspec.structs.replace(host, x_display=":4099")
        with pytest.raises(LaunchError, match="there is no X display :4099") as told:
            go(server, wrong, tmp_path)
        assert screen.display in str(told.value).partition("there are:")[2].replace(",", " ").split()
        assert not (server.home / ".deskconsole").exists()


def test_the_display_of_the_login_comes_first(tmp_path: Path) -> None:
    with (
        Xvfb(320, 200) as busy,
        Xvfb(320, 200) as wanted,
        ssh_host(tmp_path / "sshd", environment={"DISPLAY": wanted.display}) as (server, host),
        open_connection(server, host) as connection,
    ):
        for _ in range(3):
            busy.run("sleep", "60")
        found = probe(connection, host).displays
        assert found[0].display == wanted.display
        assert busy.display in [one.display for one in found[1:]]


def test_another_folder_is_used_for_everything_and_left_empty(ground: Ground, tmp_path: Path) -> None:
    folder = tmp_path / "of mine"
    folder.mkdir()
    host = msgspec.structs.replace(ground.host, folder=str(folder))
    facts = probe(ground.connection, host)
    deployed = deploy(ground.connection, facts)
    launch(ground.connection, deployed.facts, deployed, host, OPTIONS)
    assert len(agents(folder)) == 1
    assert not (ground.home / ".deskconsole").exists()
    again = probe(ground.connection, host)
    assert [part.intact for part in again.deployed] == [True]
    assert remove(ground.connection, again).left == ()
    assert agents(folder) == []
    assert names(folder) == []


def test_a_folder_below_the_home_is_named_by_a_tilde(ground: Ground) -> None:
    (ground.home / "apps").mkdir()
    facts = probe(ground.connection, msgspec.structs.replace(ground.host, folder="~/apps/"))
    assert facts.root == f"{ground.home}/apps/.deskconsole"


def test_a_folder_that_is_not_there_or_open_to_everybody_is_refused(ground: Ground, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedHost, match="is not there"):
        probe(ground.connection, msgspec.structs.replace(ground.host, folder=str(tmp_path / "none")))
    everybodys = tmp_path / "everybodys"
    everybodys.mkdir()
    everybodys.chmod(0o777)
    with pytest.raises(UnsupportedHost, match="everybody may write to") as told:
        probe(ground.connection, msgspec.structs.replace(ground.host, folder=str(everybodys)))
    assert "(folder)" in told.value.remedy


@contextlib.contextmanager
def noexec(folder: Path) -> Iterator[None]:
    """The folder as a mount of its own in which nothing may be executed."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "noexec,mode=700", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_home_where_nothing_may_be_executed_is_told_before_packages_are_sent(
    ground: Ground, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    with noexec(closed):
        facts = probe(ground.connection, msgspec.structs.replace(ground.host, folder=str(closed)))
        assert facts.noexec == f"{closed} is mounted noexec"
        assert names(closed) == [], "looking leaves nothing"
        with pytest.raises(DeployError, match="is mounted noexec") as told:
            deploy(ground.connection, replace(facts, missing=("numpy", "cv2")), cache=tmp_path / "cache")
        assert "(folder)" in told.value.remedy
        assert names(closed) == []
    assert probe(ground.connection, ground.host).noexec == ""


@pytest.mark.parametrize("missing", [(), ("numpy",)])
def test_doctor_and_deploy_reckon_alike(ground: Ground, tmp_path: Path, missing: tuple[str, ...]) -> None:
    facts = replace(probe(ground.connection, ground.host), missing=missing)
    needed = needed_room(facts, tmp_path)
    full = replace(facts, free=needed - 1)
    with pytest.raises(DeployError) as told:
        deploy(ground.connection, full, cache=tmp_path)
    assert checks.disk(full, needed).sentence == str(told.value)
    assert f"{needed / 1e6:.0f} MB are needed" in str(told.value)
    assert checks.disk(replace(facts, free=needed), needed).exit_code == 0
    assert not (ground.home / ".deskconsole").exists()
