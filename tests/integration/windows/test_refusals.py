"""A Windows host that refuses: programs, by a policy, and files that a virus scanner holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from deskconsole.bootstrap.archive import agent_archive
from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.facts import Deployed
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.script import NoAnswer
from deskconsole.bootstrap.windows import held_files
from deskconsole.bootstrap.windows.runtime import REST
from deskconsole.common.errors import DeployError
from deskconsole.common.progress import Progress, Report, StepId, ignore
from deskconsole.runtimes.container import Runtime
from support.bootstrap_host import names
from support.built_runtime import built_runtime
from support.deployed_runtime import equip, put_on_shelf, root_of
from support.windows.host import WindowsHost
from support.windows.login import host_of, log_in

BLOCKED = "Eine Anwendungssteuerungsrichtlinie hat diese Datei blockiert."


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A console's cache with a runtime on its shelf."""
    put_on_shelf(tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def bare(shared_windows: WindowsHost) -> Iterator[WindowsHost]:
    """The shared host without anything of ours."""
    shutil.rmtree(root_of(shared_windows), ignore_errors=True)
    yield shared_windows
    shared_windows.change(blocked="")


def bring(windows: WindowsHost, cache: Path, report: Report = ignore) -> Deployed:
    """Probe and deploy over a connection of its own."""
    with log_in(windows, cache.parent) as connection:
        return deploy(connection, probe(connection, host_of(windows)), progress=report, cache=cache)


def test_a_refused_python_is_known_before_the_large_part_is_sent_and_nothing_goes_twice(
    bare: WindowsHost, cache: Path
) -> None:
    manifest = Runtime.read(built_runtime()).manifest
    seed = manifest.upload - manifest.rest.size
    assert seed <= 7_000_000
    before = bare.uploaded
    bare.change(blocked=BLOCKED)
    for _ in range(2):
        with pytest.raises(NoAnswer, match=BLOCKED) as caught:
            bring(bare, cache)
        assert "Smart App Control" in caught.value.remedy
        assert bare.uploaded - before == seed
    bare.change(blocked="")
    assert bring(bare, cache).uploaded == manifest.rest.size + agent_archive().size


def test_a_deployed_python_that_is_refused_is_not_sent_again(bare: WindowsHost, cache: Path) -> None:
    equip(bare)
    before = bare.uploaded
    bare.change(blocked=BLOCKED)
    with pytest.raises(DeployError, match=BLOCKED) as caught:
        bring(bare, cache)
    assert "Smart App Control" in caught.value.remedy
    assert bare.uploaded == before
    bare.change(blocked="")
    assert bring(bare, cache).uploaded == agent_archive().size


def test_a_python_that_is_held_up_once_is_asked_again(
    bare: WindowsHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    equip(bare)
    bare.change(blocked=BLOCKED)
    let_go = SimpleNamespace(sleep=lambda _seconds: bare.change(blocked=""))
    monkeypatch.setattr("deskconsole.bootstrap.windows.platform.time", let_go)
    with log_in(bare, tmp_path) as connection:
        facts = probe(connection, host_of(bare))
    assert facts.has(built_runtime().stem)
    assert facts.silence == ""


def test_a_scanner_that_holds_the_upload_costs_time_and_no_second_upload(
    bare: WindowsHost, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_files, "CLEARING_TIMEOUT", 0.2)
    waited: list[Progress] = []

    def report(progress: Progress) -> None:
        if progress.step == StepId.WAIT_FOR_PROGRAM:
            waited.append(progress)
            scans.unlink(missing_ok=True)

    with bare.scanner(f"*{REST}") as scans:
        deployed = bring(bare, cache, report)
    assert waited, "the user is told what is waited for"
    assert deployed.uploaded == Runtime.read(built_runtime()).manifest.upload + agent_archive().size
    assert names(root_of(bare)) == [agent_archive().name, deployed.runtime]
    assert not (root_of(bare) / (deployed.runtime or "") / REST).exists()


@pytest.mark.long
def test_a_scanner_that_holds_each_new_file_for_10_s_costs_time_and_no_second_upload(
    bare: WindowsHost, cache: Path
) -> None:
    before = bare.uploaded
    with bare.scanner("*deskconsole*", seconds=10):
        deployed = bring(bare, cache)
    whole = Runtime.read(built_runtime()).manifest.upload + agent_archive().size
    assert deployed.uploaded == whole
    assert bare.uploaded - before < whole + 100_000, "beside both there are a listing and signs of life"


def test_an_upload_that_a_scanner_keeps_for_itself_does_not_fail_the_deploy(
    bare: WindowsHost, cache: Path
) -> None:
    equip(bare)
    with bare.scanner(r"*\agent-*.part"):
        deployed = bring(bare, cache)
        assert list(root_of(bare).glob("agent-*.part")), "it is still held"
    with log_in(bare, cache.parent) as connection:
        assert probe(connection, host_of(bare)).has(deployed.agent)
