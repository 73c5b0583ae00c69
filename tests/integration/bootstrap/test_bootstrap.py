"""Probe, deploy, launch and remove against a real sshd with the real agent."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import IO

import pytest

from deskconsole.bootstrap.archive import agent_archive
from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.launch import launch
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.remove import remove
from deskconsole.common.errors import Cancelled, DeployError, LaunchError
from deskconsole.common.progress import Progress, StepId
from deskconsole.session.reconnect_policy import worth_retrying
from deskconsole.ssh.files import Files
from support.bootstrap_host import OPTIONS, Ground, agents, listing, names, open_connection, ssh_host


def test_a_bare_host_gets_an_agent_and_gives_it_back(ground: Ground) -> None:
    before = listing(ground.home)
    facts = probe(ground.connection, ground.host)
    assert facts.home == str(ground.home)
    assert (facts.missing, facts.deployed, facts.agents) == ((), (), ())
    assert listing(ground.home) == before, "probing changes nothing"

    deployed = deploy(ground.connection, facts)
    assert deployed.uploaded > 0
    launched = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    assert agents(ground.home) == [launched.pid]
    with socket.create_connection(("127.0.0.1", launched.port), 5):
        pass
    assert len(launched.token) == 32

    removed = remove(ground.connection, facts)
    assert (removed.processes, removed.left) == (1, ())
    assert removed.files > 10
    assert removed.bytes > 10_000
    assert agents(ground.home) == []
    assert listing(ground.home) == before


def test_a_second_deploy_uploads_nothing(ground: Ground) -> None:
    deploy(ground.connection, probe(ground.connection, ground.host))
    seen: list[Progress] = []
    facts = probe(ground.connection, ground.host)
    assert deploy(ground.connection, facts, progress=seen.append).uploaded == 0
    assert seen == []


def test_progress_tells_of_every_byte(ground: Ground) -> None:
    seen: list[Progress] = []
    deployed = deploy(ground.connection, probe(ground.connection, ground.host), progress=seen.append)
    uploads = [progress for progress in seen if progress.step is StepId.UPLOAD_AGENT]
    assert uploads[-1].done == uploads[-1].total == deployed.uploaded
    assert [progress.done for progress in uploads] == sorted(progress.done for progress in uploads)


def test_a_changed_file_on_the_host_is_noticed_and_replaced(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    file = Path(facts.root, deployed.agent, "deskagent", "__main__.py")
    original = file.read_bytes()
    file.write_bytes(b"#" + original[1:])
    facts = probe(ground.connection, ground.host)
    assert not facts.has(deployed.agent)
    assert deploy(ground.connection, facts).uploaded > 0
    assert file.read_bytes() == original


def test_a_reconnect_finds_the_running_agent(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    first = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    ground.connection.close()
    with open_connection(ground.server, ground.host) as again:
        facts = probe(again, ground.host)
        assert [agent.pid for agent in facts.agents] == [first.pid]
        second = launch(again, facts, deployed, ground.host, OPTIONS)
    assert second.reused
    assert (second.pid, second.port, second.token) == (first.pid, first.port, first.token)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_an_agent_that_does_not_live_is_replaced(ground: Ground, number: signal.Signals) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    first = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    os.kill(first.pid, number)
    second = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    assert not second.reused
    assert second.token != first.token
    assert agents(ground.home) == [second.pid]


def test_an_agent_can_be_replaced_although_it_lives(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    first = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    fresh = dataclasses.replace(OPTIONS, reuse=False)
    second = launch(ground.connection, facts, deployed, ground.host, fresh)
    assert second.pid != first.pid
    assert agents(ground.home) == [second.pid]


def test_other_agents_end_unless_somebody_is_connected(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    used = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    with socket.create_connection(("127.0.0.1", used.port), 5):
        other = dataclasses.replace(OPTIONS, seed=8)
        spare = launch(ground.connection, facts, deployed, ground.host, other)
        assert sorted(agents(ground.home)) == sorted([used.pid, spare.pid])
        for token in ground.home.glob(".deskconsole/run/*/token"):
            os.utime(token, (time.time() - 60,) * 2)
        third = launch(ground.connection, facts, deployed, ground.host, dataclasses.replace(OPTIONS, seed=9))
        assert set(agents(ground.home)) == {used.pid, third.pid}
        assert spare.pid not in agents(ground.home)


def test_an_agent_is_kept_for_the_console_that_was_just_told_of_it(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    first = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    (token,) = ground.home.glob(".deskconsole/run/*/token")
    os.utime(token, (time.time() - 60,) * 2)
    assert launch(ground.connection, facts, deployed, ground.host, OPTIONS).reused, "told of once more"
    other = dataclasses.replace(OPTIONS, seed=8)
    second = launch(ground.connection, facts, deployed, ground.host, other)
    assert sorted(agents(ground.home)) == sorted([first.pid, second.pid])


def test_two_consoles_at_once_share_one_agent(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    results: list[int] = []
    failures: list[BaseException] = []

    def console() -> None:
        try:
            with open_connection(ground.server, ground.host) as connection:
                deployed = deploy(connection, facts)
                results.append(launch(connection, facts, deployed, ground.host, OPTIONS).pid)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=console) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(set(results)) == 1
    assert agents(ground.home) == results[:1]
    assert names(facts.root) == [agent_archive().name, "run"], "no leftovers of the race"


def test_the_token_is_for_the_user_alone_and_on_no_command_line(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    launched = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    tokens = list(Path(facts.root, "run").glob("*/token"))
    assert [token.read_bytes() for token in tokens] == [launched.token]
    assert stat.S_IMODE(tokens[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(tokens[0].parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(facts.root).stat().st_mode) == 0o700
    words = Path(f"/proc/{launched.pid}/cmdline").read_bytes()
    environment = Path(f"/proc/{launched.pid}/environ").read_bytes()
    for secret in (launched.token, launched.token.hex().encode()):
        assert secret not in words + environment
    assert launched.token.hex() not in repr(launched)


def test_old_versions_are_pruned_to_two_and_the_one_in_use_stays(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    for age, name in enumerate(["agent-000000000001", "agent-000000000002", "agent-000000000003"]):
        folder = Path(facts.root, name)
        folder.mkdir(parents=True)
        os.utime(folder, (1_000_000 + age, 1_000_000 + age))
    deployed = deploy(ground.connection, facts)
    assert names(facts.root) == sorted([deployed.agent, "agent-000000000003"])


def test_leftovers_of_a_cut_upload_go_and_fresh_ones_of_another_console_stay(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    root = Path(facts.root)
    root.mkdir()
    (root / "agent-0.aa.part").write_bytes(b"half")
    os.utime(root / "agent-0.aa.part", (1_000_000, 1_000_000))
    (root / "agent-0.bb.part").write_bytes(b"being written")
    deploy(ground.connection, facts)
    assert [name for name in names(root) if name.endswith(".part")] == ["agent-0.bb.part"]


def test_a_cancelled_deploy_leaves_nothing_behind(ground: Ground) -> None:
    before = listing(ground.home)
    facts = probe(ground.connection, ground.host)

    def stop(progress: Progress) -> None:
        raise Cancelled("the user said so")

    with pytest.raises(Cancelled):
        deploy(ground.connection, facts, progress=stop)
    assert listing(ground.home) == before


def test_an_upload_that_was_changed_on_the_way_is_not_unpacked(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = probe(ground.connection, ground.host)
    upload = Files.upload

    def changed(files: Files, stream: IO[bytes], path: str, **more: object) -> int:
        data = stream.read()
        return upload(files, data[:100] + bytes([data[100] ^ 1]) + data[101:], path)

    monkeypatch.setattr(Files, "upload", changed)
    with pytest.raises(DeployError, match="checksum"):
        deploy(ground.connection, facts)
    assert listing(ground.home) == set()


def test_a_host_with_too_little_space_is_told_before_the_upload(ground: Ground) -> None:
    facts = dataclasses.replace(probe(ground.connection, ground.host), free=1000)
    with pytest.raises(DeployError, match="no room on lab-01") as caught:
        deploy(ground.connection, facts)
    assert caught.value.remedy
    assert listing(ground.home) == set()


def test_a_disk_that_fills_up_under_the_upload_leaves_nothing_half_way(tmp_path: Path) -> None:
    # A limit of 8 blocks for each file: to the SFTP server a write fails as it does on a full disk.
    limit = "case $SSH_ORIGINAL_COMMAND in *sftp-server*) trap '' XFSZ; ulimit -f 8;; esac"
    with (
        ssh_host(tmp_path / "sshd", prelude=limit) as (server, host),
        open_connection(server, host) as connection,
    ):
        facts = probe(connection, host)
        with pytest.raises(DeployError) as caught:
            deploy(connection, facts)
        assert "\n" not in str(caught.value)
        assert caught.value.remedy
        assert listing(server.home) == set()
        assert connection.alive


def test_a_home_that_may_not_be_written_is_said_in_one_sentence(ground: Ground) -> None:
    (ground.home / ".deskconsole").write_text("a file where the folder should be")
    facts = probe(ground.connection, ground.host)
    with pytest.raises(DeployError, match="lab-01"):
        deploy(ground.connection, facts)
    assert (ground.home / ".deskconsole").read_text() == "a file where the folder should be"


def test_no_display_is_an_error_of_launch_that_says_where_was_looked(ground: Ground) -> None:
    facts = dataclasses.replace(probe(ground.connection, ground.host), displays=())
    deployed = deploy(ground.connection, facts)
    with pytest.raises(LaunchError, match=r"no X display was found on lab-01 .*X11-unix") as caught:
        launch(ground.connection, facts, deployed, ground.host)
    assert "x_display" in caught.value.remedy
    assert agents(ground.home) == []


def test_the_agents_last_words_are_in_the_error(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    wrong = dataclasses.replace(OPTIONS, scene="no-such-scene")
    with pytest.raises(LaunchError, match="no-such-scene"):
        launch(ground.connection, facts, deployed, ground.host, wrong)
    assert names(Path(facts.root, "run")) == ["lock"]


def test_removing_ends_a_stopped_agent_too_and_can_be_done_twice(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    os.kill(launch(ground.connection, facts, deployed, ground.host, OPTIONS).pid, signal.SIGSTOP)
    assert remove(ground.connection, facts).processes == 1
    again = remove(ground.connection, facts)
    assert (again.processes, again.files, again.left) == (0, 0, ())


def test_removing_spares_what_a_link_in_its_place_points_to(ground: Ground, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    (ground.home / ".deskconsole").symlink_to(precious)
    remove(ground.connection, probe(ground.connection, ground.host))
    assert (precious / "file").read_text() == "mine"
    assert not (ground.home / ".deskconsole").is_symlink()


def test_the_agent_outlives_the_connection(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    launched = launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    ground.server.kill_connections()
    time.sleep(0.3)
    assert agents(ground.home) == [launched.pid]


def test_the_archive_is_the_same_every_time_and_holds_no_compiled_files() -> None:
    first = agent_archive()
    code = "from deskconsole.bootstrap.archive import agent_archive; print(agent_archive().sha256())"
    again = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert again.stdout.strip() == first.sha256()
    with zipfile.ZipFile(first.open()) as archive:
        names = archive.namelist()
    assert "deskagent/__main__.py" in names
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names)


def test_an_agent_undeployed_meanwhile_is_worth_another_attempt(ground: Ground) -> None:
    facts = probe(ground.connection, ground.host)
    deployed = deploy(ground.connection, facts)
    shutil.rmtree(Path(facts.root, deployed.agent))
    with pytest.raises(LaunchError, match="gave no answer") as caught:
        launch(ground.connection, facts, deployed, ground.host, OPTIONS)
    assert worth_retrying(caught.value)
