"""A deploy to Windows whose console goes while the runtime is unpacked there, and what the next one finds."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskconsole.bootstrap.archive import agent_archive
from deskconsole.bootstrap.windows.runtime import REST
from deskconsole.runtimes.container import Runtime
from deskconsole.session.state import State
from support.bootstrap_host import names
from support.built_runtime import built_runtime
from support.command_line import CommandLine
from support.deployed_runtime import put_on_shelf, root_of
from support.windows.host import WindowsHost
from support.windows.way import WindowsWay
from support.xvfb import wait_for

_DEPLOYED_WITHIN = 300
"""Seconds, on a machine that does other things too."""


@pytest.fixture
def bare(shared_windows: WindowsHost) -> WindowsHost:
    """The shared host without anything of ours."""
    wait_for(lambda: not shared_windows.processes("python.exe"), what="the end of what ran before")
    shutil.rmtree(root_of(shared_windows), ignore_errors=True)
    return shared_windows


@pytest.fixture
def user(bare: WindowsHost, tmp_path: Path) -> CommandLine:
    """Somebody who has a runtime already, and knows the host."""
    user = CommandLine(tmp_path / "user")
    put_on_shelf(user.home / "cache")
    user.trust(bare.known_hosts_line)
    user.add_host("lab", address="127.0.0.1", port=bare.port, user=bare.user, identity_file=str(bare.key))
    return user


@pytest.fixture
def way(bare: WindowsHost, tmp_path: Path) -> Iterator[WindowsWay]:
    """To the bare host, in a session."""
    one = WindowsWay(bare, tmp_path / "session")
    yield one
    one.session.close()
    shutil.rmtree(root_of(bare), ignore_errors=True)


def unpacked(windows: WindowsHost) -> list[Path]:
    """What was made of the archive in an upload, or is being made."""
    (part,) = root_of(windows).glob("*.part")
    seed = Runtime.read(built_runtime()).manifest.seed
    sent = {part / name for name in (*seed, REST)}
    return [path for path in part.rglob("*") if path.is_file() and path not in sent]


def files(windows: WindowsHost) -> list[Path]:
    """What lies there of ours."""
    return [path for path in root_of(windows).rglob("*") if path.is_file()]


def wait_until_it_unpacks(windows: WindowsHost) -> None:
    """Returns when some of it is there."""
    wait_for(lambda: list(root_of(windows).glob("*.part/Lib/*/*")), timeout=60, what="unpacking")


def kill_while_unpacking(user: CommandLine, windows: WindowsHost) -> None:
    """The console's process ends without a word."""
    with user.started("deploy", "lab") as process:
        wait_until_it_unpacks(windows)
        process.kill()
        process.wait()
    assert windows.processes("python.exe"), "it goes on there by itself"


def is_whole(windows: WindowsHost) -> bool:
    """Whether nothing but what a deploy brings lies there."""
    return names(root_of(windows)) == [agent_archive().name, Runtime.read(built_runtime()).name]


def test_who_is_killed_deploys_again_at_once(user: CommandLine, bare: WindowsHost) -> None:
    kill_while_unpacking(user, bare)
    said = user.run("deploy", "lab", "--json", timeout=_DEPLOYED_WITHIN).json()
    # The seed's library goes when all is unpacked: where the console was killed just then it comes again.
    assert said["uploaded"] < 1_000_000, "the runtime was sent again"
    assert is_whole(bare)


def test_who_is_killed_leaves_only_what_was_sent(user: CommandLine, bare: WindowsHost) -> None:
    kill_while_unpacking(user, bare)
    wait_for(lambda: not bare.processes("python.exe"), timeout=60, what="its end")
    assert unpacked(bare) == []
    (part,) = root_of(bare).glob("*.part")
    assert (part / REST).stat().st_size == Runtime.read(built_runtime()).manifest.rest.size
    said = user.run("deploy", "lab", "--json", timeout=_DEPLOYED_WITHIN).json()
    # The seed's library goes when all is unpacked: where the console was killed just then it comes again.
    assert said["uploaded"] < 1_000_000
    assert is_whole(bare)


def test_a_session_that_is_cut_while_it_unpacks_goes_on_by_itself(way: WindowsWay) -> None:
    way.session.connect()
    wait_until_it_unpacks(way.windows)
    way.windows.drop_connections()
    assert way.session.wait_for(lambda one: one.state is not State.DEPLOYING, 60)
    assert way.streams(_DEPLOYED_WITHIN), way.events
    wait_for(way.shows_the_screen, timeout=60, what="the exact picture")


def test_a_session_cancelled_while_it_unpacks_leaves_nothing(way: WindowsWay) -> None:
    way.session.connect()
    wait_until_it_unpacks(way.windows)
    way.session.disconnect()
    assert way.session.wait_for(lambda one: one.state is State.CLOSED, 60)
    wait_for(lambda: not way.windows.processes("python.exe"), timeout=60, what="its end")
    wait_for(lambda: not files(way.windows), what="a host without anything of ours")


def test_two_of_one_console_at_once_both_get_there(user: CommandLine, bare: WindowsHost) -> None:
    with user.started("deploy", "lab") as first:
        time.sleep(1)
        with user.started("deploy", "lab") as second:
            processes: list[subprocess.Popen[str]] = [first, second]
            said = [process.communicate(timeout=_DEPLOYED_WITHIN) for process in processes]
            assert [process.returncode for process in processes] == [0, 0], said
    assert is_whole(bare)
