"""Undeploying on the Windows stand-in: the disk is as it was, whatever state the deployment was in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing

import pytest

from deskagent.host.windows.tasks import task_xml
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.remove import remove
from support.windows.ground import WindowsGround, windows_ground
from support.windows.held_file import held_file


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WindowsGround]:
    with windows_ground(tmp_path_factory.mktemp("ground"), user="Jörg von Braun") as ground:
        yield ground


@pytest.fixture
def ground(host: WindowsGround) -> WindowsGround:
    """The host with everything deployed, whatever the test before did."""
    host.deploy_again()
    return host


def is_bare(ground: WindowsGround) -> bool:
    return (
        ground.windows.listing() - ground.bare == set()
        and ground.agents() == []
        and ground.windows.tasks() == set()
    )


def test_nothing_is_left_not_even_under_a_connected_console(ground: WindowsGround) -> None:
    launched = ground.launch()
    with closing(ground.connection.open_tunnel(launched.port)):
        removed = ground.remove()
    assert (removed.processes, removed.left) == (1, ())
    assert removed.files > 1000
    assert removed.bytes > 50_000_000
    assert is_bare(ground)

    again = ground.remove()
    assert (again.processes, again.files, again.bytes, again.left) == (0, 0, 0, ())


def test_a_broken_runtime_is_no_hindrance(ground: WindowsGround) -> None:
    ground.launch()
    assert ground.deployed.runtime is not None
    runtime = ground.root / ground.deployed.runtime
    for library in runtime.rglob("encodings/__init__.*"):
        library.unlink()
    (runtime / "Lib" / "encodings").mkdir(parents=True, exist_ok=True)
    (runtime / "Lib" / "encodings" / "__init__.py").write_text("raise SystemExit(9)\n")
    for zipped in runtime.glob("python3*.zip"):
        zipped.unlink()
    removed = ground.remove()
    assert (removed.processes, removed.left) == (1, ())
    assert removed.files > 1000
    assert is_bare(ground)


def test_an_upload_that_was_cut_goes_too(ground: WindowsGround) -> None:
    shutil.rmtree(ground.root)
    part = ground.root / "runtime-0123456789ab.cafe.part"
    part.mkdir(parents=True)
    (part / "rest.tar.xz").write_bytes(bytes(1000))
    removed = remove(ground.connection, probe(ground.connection, ground.host))
    assert (removed.processes, removed.files, removed.bytes, removed.left) == (0, 1, 1000, ())
    assert is_bare(ground)


def leave_a_task(ground: WindowsGround, name: str, program: str) -> None:
    file = ground.windows.home / "left.xml"
    file.write_bytes(task_xml(program, "", "S-1-5-21-0-0-0-1000", highest=False))
    assert ground.connection.run(f"schtasks /create /f /tn {name} /xml left.xml").exit_code == 0
    file.unlink()


@pytest.mark.parametrize("python", [True, False])
def test_a_task_of_a_console_that_died_goes_and_others_tasks_stay(
    ground: WindowsGround, python: bool
) -> None:
    leave_a_task(ground, "deskconsole-00ff00ff00ff", rf"{ground.facts.root}\runtime-1\pythonw.exe")
    leave_a_task(ground, "deskconsole-aaaaaaaaaaaa", r"C:\Users\another\deskconsole\pythonw.exe")
    if not python:
        shutil.rmtree(ground.root)
    removed = ground.remove()
    assert removed.left == ()
    try:
        assert ground.windows.tasks() == {"deskconsole-aaaaaaaaaaaa"}
    finally:
        ground.connection.run("schtasks /delete /f /tn deskconsole-aaaaaaaaaaaa")
    assert is_bare(ground)


def test_what_is_held_is_named_and_goes_with_the_next_try(
    ground: WindowsGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskconsole.bootstrap.windows.removal.DELETE_TIMEOUT", 0.0)
    held = ground.root / "held"
    held.touch()
    with held_file(ground, r"AppData\Local\deskconsole\held"):
        removed = ground.remove()
    # Wine's rmdir gives up at the first file that will not go, Windows' does not.
    assert any("deskconsole\\held (" in left for left in removed.left), removed.left
    assert ground.remove().left == ()
    assert is_bare(ground)


def test_what_a_link_in_its_place_points_to_is_spared(ground: WindowsGround) -> None:
    shutil.rmtree(ground.root)
    precious = ground.windows.drive_c / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    ground.root.symlink_to(precious)
    try:
        ground.remove()
        assert (precious / "file").read_text() == "mine"
    finally:
        ground.root.unlink(missing_ok=True)
        shutil.rmtree(precious)


def test_an_agent_whose_console_was_cut_off_goes(ground: WindowsGround) -> None:
    launched = ground.launch()
    console = ground.connect()
    console.open_tunnel(launched.port)
    ground.windows.drop_connections()
    console.close()
    ground.connection = ground.connect()
    removed = remove(ground.connection, probe(ground.connection, ground.host))
    assert (removed.processes, removed.left) == (1, ())
    assert is_bare(ground)
