"""Deploying to the Windows stand-in: a bare host gets a runtime and the agent, whatever comes between."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from deskconsole.bootstrap.archive import agent_archive, archived
from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.facts import Deployed, HostFacts
from deskconsole.bootstrap.platforms import PLATFORMS
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.upload import put
from deskconsole.bootstrap.windows.runtime import REST, part_of
from deskconsole.common.errors import Cancelled, ConnectionLost, DeployError
from deskconsole.common.progress import Progress, Report, StepId, ignore
from deskconsole.runtimes.container import Runtime
from deskconsole.ssh.connection import Connection
from support.bootstrap_host import names
from support.built_runtime import built_runtime
from support.deployed_runtime import put_on_shelf
from support.deployed_runtime import root_of as ours
from support.windows.host import WindowsHost
from support.windows.login import host_of, log_in

Dial = Callable[[WindowsHost], AbstractContextManager[Connection]]


@pytest.fixture
def dial(tmp_path: Path) -> Dial:
    """Connects as the console does, away from the real user's files."""

    return lambda windows: log_in(windows, tmp_path)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A console's cache with a runtime on its shelf."""
    put_on_shelf(tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def runtime() -> Runtime:
    return Runtime.read(built_runtime())


@pytest.fixture
def bare(shared_windows: WindowsHost) -> Iterator[WindowsHost]:
    """The shared host without anything of ours."""
    shutil.rmtree(ours(shared_windows), ignore_errors=True)
    yield shared_windows
    shared_windows.cut_upload_after(None)


def bring(windows: WindowsHost, dial: Dial, cache: Path, report: Report = ignore) -> Deployed:
    """Probe and deploy over a connection of its own."""
    with dial(windows) as connection:
        return deploy(connection, probe(connection, host_of(windows)), progress=report, cache=cache)


def look(windows: WindowsHost, dial: Dial) -> HostFacts:
    with dial(windows) as connection:
        return probe(connection, host_of(windows))


def test_a_bare_host_gets_all_it_needs_once(
    make_windows: Callable[..., WindowsHost], dial: Dial, cache: Path, runtime: Runtime
) -> None:
    windows = make_windows(user="Žofie Nová ková", shell="powershell")
    before = windows.listing()
    seen: list[Progress] = []
    deployed = bring(windows, dial, cache, seen.append)
    assert names(ours(windows)) == [agent_archive().name, runtime.name]
    assert deployed.runtime == runtime.name
    assert deployed.uploaded == runtime.manifest.upload + agent_archive().size
    steps = list(dict.fromkeys(progress.step for progress in seen))
    assert steps == [
        StepId.UPLOAD_RUNTIME,
        StepId.START_PYTHON,
        StepId.UNPACK_RUNTIME,
        StepId.TRY_RUNTIME,
        StepId.UPLOAD_AGENT,
        StepId.INSTALL_AGENT,
    ]
    for step in (StepId.UPLOAD_RUNTIME, StepId.UNPACK_RUNTIME):
        of_step = [progress for progress in seen if progress.step == step]
        assert of_step[-1].done == of_step[-1].total > 1_000_000
        assert [progress.done for progress in of_step] == sorted(progress.done for progress in of_step)
    facts = look(windows, dial)
    assert facts.has(runtime.name)
    assert bring(windows, dial, cache).uploaded == 0
    assert {path for path in windows.listing() - before if "deskconsole" not in path} == set()


def test_a_deploy_that_is_cut_at_every_stage_goes_on(
    bare: WindowsHost, dial: Dial, cache: Path, runtime: Runtime
) -> None:
    part = ours(bare) / part_of(runtime)
    seed = sum(size for size, _ in runtime.manifest.seed.values())

    def cut_in(step: StepId) -> Callable[[Progress], None]:
        def report(progress: Progress) -> None:
            seen.append(progress)
            if progress.step == step:
                bare.drop_connections()

        return report

    seen: list[Progress] = []
    before = bare.uploaded
    bare.cut_upload_after(1_000_000)
    with pytest.raises(ConnectionLost):
        bring(bare, dial, cache, seen.append)
    there = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
    assert there > 500_000

    seen.clear()
    bare.cut_upload_after(seed + 5_000_000)
    with pytest.raises(ConnectionLost):
        bring(bare, dial, cache, seen.append)
    there = (part / REST).stat().st_size
    assert there > 1_000_000

    seen.clear()
    bare.cut_upload_after(None)
    with pytest.raises(ConnectionLost):
        bring(bare, dial, cache, cut_in(StepId.UNPACK_RUNTIME))
    of_rest = [p.done for p in seen if p.step == StepId.UPLOAD_RUNTIME and p.done > seed]
    assert min(of_rest) >= seed + there, "it began where the second try was cut"
    assert (part / REST).stat().st_size == runtime.manifest.rest.size

    with pytest.raises(ConnectionLost):
        bring(bare, dial, cache, cut_in(StepId.TRY_RUNTIME))

    deployed = bring(bare, dial, cache)
    assert deployed.uploaded < 1_000_000, "the seed's library at most"
    twice = bare.uploaded - before - runtime.manifest.upload - agent_archive().size
    assert twice < 2_000_000, "four cuts: 0.9 MB for the library, 0.3 MB for all others together"
    assert names(ours(bare)) == [agent_archive().name, runtime.name]
    assert look(bare, dial).has(runtime.name)


def test_damage_is_noticed_and_repaired(
    shared_windows: WindowsHost, dial: Dial, cache: Path, runtime: Runtime
) -> None:
    bring(shared_windows, dial, cache)
    library = ours(shared_windows) / runtime.name / "Lib" / "site-packages" / "numpy" / "__init__.py"
    whole = library.read_bytes()
    library.write_bytes(whole[:-1])
    assert not look(shared_windows, dial).has(runtime.name)
    # What lies where a resumed upload would go on is something else, too.
    part = ours(shared_windows) / part_of(runtime)
    part.mkdir()
    (part / "python.exe").write_bytes(b"something else")
    (part / REST).write_bytes(bytes(5_000_000))
    bring(shared_windows, dial, cache)
    assert library.read_bytes() == whole
    assert look(shared_windows, dial).has(runtime.name)
    assert names(ours(shared_windows)) == [agent_archive().name, runtime.name]


@pytest.mark.parametrize("step", [StepId.UPLOAD_RUNTIME, StepId.UNPACK_RUNTIME])
def test_a_cancelled_deploy_leaves_nothing(bare: WindowsHost, dial: Dial, cache: Path, step: StepId) -> None:
    def stop(progress: Progress) -> None:
        if progress.step == step and progress.done > 8_000_000:
            raise Cancelled("the user said so")

    with pytest.raises(Cancelled):
        bring(bare, dial, cache, stop)
    assert not ours(bare).exists()


def test_two_consoles_at_once_and_one_of_them_twice(
    bare: WindowsHost, dial: Dial, cache: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def own() -> str:
        return threading.current_thread().name

    monkeypatch.setattr("deskconsole.bootstrap.windows.runtime.console_id", own)
    uploaded: list[tuple[str, int]] = []
    failures: list[BaseException] = []

    def console() -> None:
        try:
            uploaded.append((own(), bring(bare, dial, cache).uploaded))
        except BaseException as error:
            failures.append(error)
            raise

    consoles = [threading.Thread(target=console, name=name) for name in ("one", "one", "other")]
    for thread in consoles:
        thread.start()
    for thread in consoles:
        thread.join()
    assert failures == []
    of_one, other = sorted(size for name, size in uploaded if name == "one"), dict(uploaded)["other"]
    assert of_one[0] < 1_000_000 < of_one[1], "its second deploy waits for the first"
    assert other > 1_000_000
    assert names(ours(bare)) == [agent_archive().name, runtime.name]
    assert look(bare, dial).has(runtime.name)


def test_old_parts_are_pruned_to_two_of_a_kind_and_those_in_use_stay(
    shared_windows: WindowsHost, dial: Dial, cache: Path, runtime: Runtime
) -> None:
    bring(shared_windows, dial, cache)
    folder = ours(shared_windows)
    for age, name in enumerate(["000000000001", "000000000002", "000000000003"]):
        for kind in ("agent", "runtime"):
            (folder / f"{kind}-{name}").mkdir()
            os.utime(folder / f"{kind}-{name}", (1_000_000 + age, 1_000_000 + age))
    instance = folder / "run" / "instance"
    instance.mkdir(parents=True)
    parts = ["agent-000000000001", "runtime-000000000002"]
    (instance / "uses.json").write_text(json.dumps({"parts": parts}))
    new = archived("agent-00000000000a", {"hello.py": b"pass"})
    with dial(shared_windows) as connection:
        facts = probe(connection, host_of(shared_windows))
        command = PLATFORMS["Windows"].command(facts)
        put(connection, facts, command, new, "the agent", [new.name, runtime.name], ignore)
    left = names(folder)
    shutil.rmtree(instance)
    assert left == sorted(
        ["run", new.name, agent_archive().name, *parts, runtime.name, "runtime-000000000003"]
    )


def test_a_host_with_too_little_space_is_told_before_the_upload(
    bare: WindowsHost, dial: Dial, cache: Path
) -> None:
    with dial(bare) as connection:
        facts = dataclasses.replace(probe(connection, host_of(bare)), free=100_000_000)
        with pytest.raises(DeployError, match=r"no room on lab-01: 1\d\d MB are needed"):
            deploy(connection, facts, cache=cache)
    assert not ours(bare).exists()
