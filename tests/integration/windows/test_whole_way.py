"""The main job on Windows: from a bare machine with sshd to a live desktop, through what may come between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deskconsole.common.progress import StepId
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskwire.control import ControlState, InputOutcome
from support.deployed_runtime import equip
from support.windows.host import WindowsHost
from support.windows.way import WindowsWay
from support.xvfb import wait_for

Start = Callable[..., WindowsHost]

UPLOADS = {StepId.UPLOAD_RUNTIME, StepId.UPLOAD_AGENT}


@pytest.fixture
def bare(windows: WindowsHost, tmp_path: Path) -> Iterator[WindowsWay]:
    """The way to a host that has no file of deskconsole."""
    one = WindowsWay(windows, tmp_path)
    yield one
    one.session.close()


@pytest.fixture
def way(bare: WindowsWay) -> WindowsWay:
    """To a host that has the runtime already."""
    equip(bare.windows)
    return bare


def test_a_bare_host_is_seen_exactly_and_what_is_typed_there_arrives(bare: WindowsWay) -> None:
    bare.session.connect()
    assert bare.streams(), bare.events
    wait_for(bare.shows_the_screen, timeout=60, what="the exact picture")
    packets = bare.session.snapshot().statistics.packets
    bare.windows.type_text("The quick brown fox")
    wait_for(lambda: bare.session.snapshot().statistics.packets > packets, what="an update")
    wait_for(bare.shows_the_screen, timeout=60, what="the exact picture")
    figures = bare.session.snapshot().statistics
    assert figures.refreshes == {"first frame": 1}
    assert figures.saved_against_refreshes > 0
    steps = [step.id for step in bare.session.snapshot().steps]
    assert steps[0] is StepId.CONNECT
    assert steps[-1] is StepId.FIRST_PICTURE


def test_a_cut_is_mended_with_the_agent_that_still_runs(way: WindowsWay) -> None:
    way.session.connect()
    assert way.streams(), way.events
    before = way.windows.processes("pythonw.exe")
    way.windows.drop_connections()
    assert way.session.wait_for(lambda one: one.state is not State.STREAMING, 60)
    way.windows.type_text("while nobody looked")
    assert way.streams(), way.events
    wait_for(way.shows_the_screen, timeout=60, what="the exact picture")
    assert way.windows.processes("pythonw.exe") == before
    assert way.session.snapshot().statistics.reconnects == 1


def test_what_the_console_types_and_clicks_arrives_in_notepad(way: WindowsWay) -> None:
    way.session.connect()
    assert way.streams(), way.events
    control = way.session.control
    control.take()
    wait_for(lambda: control.status.state is ControlState.YOURS, what="control")
    control.button(600, 400, 1, down=True)
    control.button(600, 400, 1, down=False)
    assert control.wait(control.type("grüße €, 你好 😀\nx")[-1], 30).outcome is InputOutcome.DONE
    wait_for(lambda: way.windows.typed_text() == "grüße €, 你好 😀\r\nx", what="the text")
    wait_for(way.shows_the_screen, timeout=60, what="the picture with the text")
    assert control.round_trips.done_p50 is not None


def test_another_console_finds_the_agent_and_uploads_nothing(way: WindowsWay) -> None:
    way.session.connect()
    assert way.streams(), way.events
    before = way.windows.processes("pythonw.exe")
    way.session.close()
    way.session = way.open()
    way.session.connect()
    assert way.streams(), way.events
    assert way.windows.processes("pythonw.exe") == before
    assert not UPLOADS & {step.id for step in way.session.snapshot().steps}


def test_an_agent_that_is_killed_is_started_again(way: WindowsWay) -> None:
    way.session.connect()
    assert way.streams(), way.events
    (agent,) = way.windows.processes("pythonw.exe")
    way.windows.kill(agent.pid)
    assert way.session.wait_for(lambda one: one.state is not State.STREAMING, 60)
    assert way.streams(), way.events
    wait_for(way.shows_the_screen, timeout=60, what="the exact picture")
    (again,) = way.windows.processes("pythonw.exe")
    assert again.pid != agent.pid


def test_a_cut_upload_goes_on_by_itself(bare: WindowsWay) -> None:
    bare.windows.cut_upload_after(9_000_000)
    bare.session.connect()
    assert bare.session.wait_for(lambda one: one.state is State.RETRYING, 60)
    assert bare.streams(), bare.events
    wait_for(bare.shows_the_screen, timeout=60, what="the exact picture")


def test_a_resized_desktop_is_a_refresh_that_says_so_and_exact(way: WindowsWay) -> None:
    way.session.connect()
    assert way.streams(), way.events
    for size in ((1024, 768), (1600, 900)):
        way.windows.resize(*size)
        assert way.session.wait_for(sized(size), 60)
        wait_for(way.shows_the_screen, timeout=60, what="the exact picture")
    assert way.session.snapshot().statistics.refreshes["geometry change"] == 2


def test_nobody_is_logged_on_until_somebody_is(make_windows: Start, tmp_path: Path) -> None:
    way = WindowsWay(make_windows(logged_on=False), tmp_path)
    equip(way.windows)
    try:
        way.session.connect()
        assert way.session.wait_for(lambda one: one.state is State.WAITING, 60), way.events
        waiting = way.session.snapshot()
        assert "nobody is logged on" in waiting.reason
        assert waiting.remedy
        way.windows.log_on()
        assert way.streams(), way.events
        wait_for(way.shows_the_screen, timeout=60, what="the exact picture")
        way.windows.log_off()
        assert way.session.wait_for(lambda one: one.state is State.WAITING, 60), way.events
        old = way.session.snapshot()
        assert old.session == 1
        assert old.size == (1280, 720), "the last picture is gone"
        assert old.picture_at is not None
        assert old.picture_at < old.since, "the last picture is taken for one of now"
        way.windows.log_on()
        assert way.streams(), way.events
        wait_for(way.shows_the_screen, timeout=60, what="the exact picture")
    finally:
        way.session.close()


def test_where_tunnels_are_refused_that_is_said(make_windows: Start, tmp_path: Path) -> None:
    way = WindowsWay(make_windows(forwarding=False), tmp_path)
    equip(way.windows)
    try:
        way.session.connect()
        assert way.session.wait_for(lambda one: one.state is State.FAILED, 60), way.events
        failed = way.session.snapshot()
        assert "AllowTcpForwarding" in failed.remedy, failed
    finally:
        way.session.close()


@pytest.mark.parametrize("shell", ["cmd", "powershell"])
def test_any_name_and_either_shell(make_windows: Start, shell: str, tmp_path: Path) -> None:
    way = WindowsWay(make_windows(user="Žofie Nováková", shell=shell), tmp_path)
    try:
        way.session.connect()
        assert way.streams(), way.events
        wait_for(way.shows_the_screen, timeout=60, what="the exact picture")
    finally:
        way.session.close()


def test_two_hosts_deploy_at_once(make_windows: Start, tmp_path: Path) -> None:
    ways = []
    for name, size in (("lab-01", (1280, 720)), ("lab-02", (1024, 768))):
        (tmp_path / name).mkdir()
        ways.append(WindowsWay(make_windows(size=size), tmp_path / name, name))
    try:
        for way in ways:
            way.session.connect()
        for way in ways:
            assert way.streams(120), way.events
        for way in ways:
            way.windows.type_text(f"I am {way.host.name}")
        for way in ways:
            wait_for(way.shows_the_screen, timeout=60, what="the exact picture")
    finally:
        for way in ways:
            way.session.close()


def test_who_waits_for_a_log_on_waits_through_cuts_too(make_windows: Start, tmp_path: Path) -> None:
    way = WindowsWay(make_windows(logged_on=False), tmp_path)
    equip(way.windows)
    try:
        way.session.connect()
        for _ in range(2):
            assert way.session.wait_for(lambda one: one.state is State.WAITING, 60), way.events
            way.windows.drop_connections()
            assert way.session.wait_for(lambda one: one.state is State.RETRYING, 60), way.events
        way.windows.log_on()
        assert way.streams(), way.events
    finally:
        way.session.close()


def sized(size: tuple[int, int]) -> Callable[[Snapshot], bool]:
    return lambda one: one.size == size
