"""Launching on the Windows stand-in: into the user's session, once, and in clear words where it cannot be."""

from __future__ import annotations

import json
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from deskagent.host.windows.tasks import task_xml
from deskconsole.bootstrap.facts import DesktopWord, Launched
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.script import NoAnswer
from deskconsole.common.errors import Damaged, LaunchError, NobodyLoggedOn
from deskconsole.ssh.command import CommandResult
from deskconsole.ssh.connection import Connection
from deskwire.control import ControlState
from support.peers.acting_console import ActingConsole
from support.windows.ground import WindowsGround, python_command, windows_ground
from support.windows.held_file import held_file
from support.windows.listed_session import ListedSession
from support.xvfb import wait_for


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WindowsGround]:
    with windows_ground(tmp_path_factory.mktemp("ground"), user="Žofie Nováková", size=(1024, 768)) as ground:
        yield ground


@pytest.fixture
def ground(host: WindowsGround) -> Iterator[WindowsGround]:
    """The host without any agent; nothing of a launch is left after the test."""
    yield host
    host.end_agents()
    for listing in (host.folder / "deployed").glob("*/.files.json"):  # damaged parts have lost theirs
        (host.root / listing.parent.name / listing.name).unlink(missing_ok=True)
        shutil.copyfile(listing, host.root / listing.parent.name / listing.name)
    assert host.windows.tasks() == set()


class Direct:
    """A launched agent, reached without SSH: the stand-in shares this machine's loopback."""

    def __init__(self, launched: Launched) -> None:
        self.token = launched.token
        self._port = launched.port

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=60)


@contextmanager
def visited(connection: Connection, port: int) -> Iterator[None]:
    """Somebody is connected all the time, although the agent sends visitors without a token away."""
    stop = threading.Event()
    tunnels = [connection.open_tunnel(port)]

    def come_again() -> None:
        while not stop.wait(2.0):
            tunnels.append(connection.open_tunnel(port))

    visitor = threading.Thread(target=come_again)
    visitor.start()
    try:
        yield
    finally:
        stop.set()
        visitor.join()
        for tunnel in tunnels:
            tunnel.close()


def test_the_agent_finds_itself_on_the_desktop(ground: WindowsGround) -> None:
    launched = ground.launch()
    assert not launched.reused
    assert launched.word is not None
    assert launched.word.capture.startswith("mss (desktop duplication: "), "the stand-in has none, it says so"
    assert replace(launched.word, capture="") == DesktopWord(
        session=1,
        station="WinSta0",
        desktop="Default",
        screen="live",
        reason="",
        size=(1024, 768),
        flat=False,
    )
    assert ground.agents() == [launched.pid]
    assert ground.windows.tasks() == set(), "the task is gone as soon as it has done its work"
    ground.connection.open_tunnel(launched.port).close()


def test_the_token_lies_in_a_folder_that_nobody_else_can_enter(ground: WindowsGround) -> None:
    launched = ground.launch()
    (instance,) = ground.runs()
    folder = ground.root / "run" / instance
    assert (folder / "token").read_bytes() == launched.token
    # The access list itself is Windows'; of Wine one sees what it makes of it.
    assert folder.stat().st_mode & 0o007 == 0
    for file in ("said/ready.json", "said/agent.log", "uses.json"):
        assert launched.token.hex() not in (folder / file).read_text("utf-8")
    assert json.loads((folder / "uses.json").read_text()) == {
        "parts": [ground.deployed.agent, ground.deployed.runtime],
        "session": 1,
    }


def test_an_elevated_agent_whose_files_cannot_be_closed_runs_and_refuses_control(
    ground: WindowsGround,
) -> None:
    """Wine keeps no mandatory labels: what it refuses, a real Windows may refuse too."""
    highest = replace(ground, host=msgspec.structs.replace(ground.host, run_level="highest"))
    with closing(ActingConsole(Direct(highest.launch()))) as console:
        answer = console.take()
        assert console.connection.packets > 0
    assert answer.state is ControlState.OFF
    assert answer.reason.startswith("the agent has the highest rights, and its files could not be protected")
    assert "(Windows refused: Access" in answer.reason


def test_changed_files_are_not_run_with_the_highest_rights(ground: WindowsGround) -> None:
    """At least rights only sizes are compared before a launch."""
    highest = replace(ground, host=msgspec.structs.replace(ground.host, run_level="highest"))
    assert ground.deployed.runtime is not None
    module = ground.root / ground.deployed.runtime / "Lib" / "sched.py"
    content = module.read_bytes()
    module.unlink()  # linked to what other tests use
    module.write_bytes(content.swapcase())
    try:
        with pytest.raises(Damaged, match=f"damaged there: {ground.deployed.runtime}"):
            highest.launch()
        assert ground.runs() == []
    finally:
        module.write_bytes(content)


def test_a_second_launch_finds_the_first_ones_agent(ground: WindowsGround) -> None:
    first, second = ground.launch(), ground.launch()
    assert (first.reused, second.reused) == (False, True)
    assert (second.port, second.pid, second.token, second.word) == (
        first.port,
        first.pid,
        first.token,
        first.word,
    )
    assert ground.agents() == [first.pid]


def test_an_agent_is_replaced_when_it_died_and_when_it_is_to_be(ground: WindowsGround) -> None:
    first = ground.launch()
    ground.windows.kill(first.pid)
    second = ground.launch()
    third = ground.launch(reuse=False)
    assert not second.reused
    assert not third.reused
    assert len({first.token, second.token, third.token}) == 3
    assert ground.agents() == [third.pid]
    assert len(ground.runs()) == 1


def test_others_end_unless_a_console_is_connected(ground: WindowsGround) -> None:
    served = ground.launch()
    with visited(ground.connection, served.port):
        spare = ground.launch(idle_exit=121)
        assert sorted(ground.agents()) == sorted([served.pid, spare.pid])
        ground.age_agents()
        last = ground.launch(idle_exit=122)
        assert sorted(ground.agents()) == sorted([served.pid, last.pid])
        assert len(ground.runs()) == 2


def test_an_agent_is_kept_for_the_console_that_was_just_told_of_it(ground: WindowsGround) -> None:
    first = ground.launch()
    ground.age_agents()
    assert ground.launch().reused, "told of once more"
    second = ground.launch(idle_exit=121)
    assert sorted(ground.agents()) == sorted([first.pid, second.pid])
    for launched in (first, second):
        ground.connection.open_tunnel(launched.port).close()


def test_two_consoles_at_once_get_one_agent(ground: WindowsGround) -> None:
    found: list[int] = []

    def console(connection: Connection) -> None:
        with connection:
            ground_there = WindowsGround(**{**vars(ground), "connection": connection})
            found.append(ground_there.launch().pid)

    threads = [threading.Thread(target=console, args=(ground.connect(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [ground.agents()[0]] * 2


def test_what_a_console_left_that_died_in_the_middle_is_cleared(ground: WindowsGround) -> None:
    left = ground.root / "run" / "00ff00ff00ff"
    left.mkdir(parents=True)
    (left / "token").write_bytes(bytes(32))
    (left / "task.xml").write_bytes(task_xml("notepad.exe", "", "S-1-5-21-0-0-0-1000", highest=False))
    create = (
        f"schtasks /create /f /tn deskconsole-{left.name} /xml AppData\\Local\\deskconsole\\run\\{left.name}"
    )
    assert ground.connection.run(rf"{create}\task.xml").exit_code == 0
    ground.launch()
    assert ground.windows.tasks() == set()
    assert not left.exists()


def test_a_log_that_somebody_reads_is_no_hindrance(ground: WindowsGround) -> None:
    left = ground.root / "run" / "aaaaaaaaaaaa"
    left.mkdir(parents=True)
    (left / "agent.log").write_text("old words\n")
    with held_file(ground, r"AppData\Local\deskconsole\run\aaaaaaaaaaaa\agent.log"):
        launched = ground.launch()
        assert ground.agents() == [launched.pid]
        assert left.exists()
    ground.launch(reuse=False)
    assert not left.exists()


def test_a_refused_task_is_said_with_windows_own_words(ground: WindowsGround) -> None:
    ground.windows.refuse_tasks()
    try:
        with pytest.raises(LaunchError, match=r"lab-win refused the task .*Access is denied") as caught:
            ground.launch()
    finally:
        ground.windows.refuse_tasks(False)
    assert "as an administrator" in caught.value.remedy
    assert ground.runs() == []


def test_an_agent_that_dies_at_once_is_heard(ground: WindowsGround) -> None:
    agent = ground.root / ground.deployed.agent
    wire = agent / "deskwire" / "__init__.py"
    before = wire.read_text("utf-8")
    try:
        wire.write_text("import nonesuch\n")
        with pytest.raises(LaunchError, match="No module named 'nonesuch'"):
            ground.launch()
        wire.unlink()
        (agent / "__main__.py").rename(agent / "elsewhere.py")
        with pytest.raises(LaunchError, match="can't find '__main__' module"):
            ground.launch()
    finally:
        (agent / "elsewhere.py").rename(agent / "__main__.py")
        wire.write_text(before, "utf-8")
    assert ground.agents() == []
    assert ground.runs() == []


def test_a_program_that_windows_cannot_start_is_told_by_the_task(ground: WindowsGround) -> None:
    assert ground.deployed.runtime is not None
    program = ground.root / ground.deployed.runtime / "pythonw.exe"
    program.rename(program.with_name("away.exe"))
    try:
        with pytest.raises(LaunchError, match="a file of it is missing"):
            ground.launch()
    finally:
        program.with_name("away.exe").rename(program)
    assert ground.runs() == []


def test_nobody_logged_on_is_told_at_once_and_a_log_on_is_seen(ground: WindowsGround) -> None:
    ground.windows.log_off()
    try:
        ground.look_again()
        with pytest.raises(NobodyLoggedOn, match="nobody is logged on") as caught:
            ground.launch()
        assert "Log on" in caught.value.remedy
        assert not (ground.root / "run").exists() or ground.runs() == []
        waiting = threading.Timer(2.0, ground.windows.log_on)
        waiting.start()
        launched = ground.launch(wait_for_user=60)
        waiting.join()
    finally:
        ground.windows.log_on()
        ground.look_again()
    assert launched.word is not None
    assert launched.word.station == "WinSta0"


def test_a_log_off_after_the_look_is_nobody_whatever_the_scheduler_calls_it(ground: WindowsGround) -> None:
    refused_by_the_system = 0x800710E0
    ground.windows.answer_away(refused_by_the_system)
    ground.windows.log_off()
    try:
        with pytest.raises(NobodyLoggedOn, match="nobody is logged on"):
            ground.launch()
    finally:
        ground.windows.answer_away(None)
        ground.windows.log_on()
    assert ground.runs() == []


def test_an_agent_is_launched_though_the_end_of_input_never_comes(ground: WindowsGround) -> None:
    ground.windows.change(stdin_ends=False)
    try:
        assert not ground.launch().reused
    finally:
        ground.windows.change(stdin_ends=True)


def test_a_python_that_the_host_refuses_is_not_taken_for_damaged(ground: WindowsGround) -> None:
    ground.windows.change(blocked="Eine Richtlinie hat diese Datei blockiert.")
    try:
        with pytest.raises(NoAnswer, match="Eine Richtlinie hat diese Datei blockiert") as caught:
            ground.launch()
    finally:
        ground.windows.change(blocked="")
    assert "Smart App Control" in caught.value.remedy
    assert all(part.intact for part in probe(ground.connection, ground.host).deployed)


def test_an_agent_that_says_it_is_elsewhere_is_not_believed_to_be_a_success(ground: WindowsGround) -> None:
    agent = ground.root / ground.deployed.agent / "deskagent" / "ready_report.py"
    before = agent.read_text("utf-8")
    assert '"session": answers.session' in before
    try:
        agent.write_text(before.replace('"session": answers.session', '"session": 0'), "utf-8")
        with pytest.raises(LaunchError, match="the agent found itself in session 0"):
            ground.launch()
    finally:
        agent.write_text(before, "utf-8")
    assert ground.agents() == []
    assert ground.runs() == []


def test_a_plain_user_who_may_not_be_told_of_his_own_session_sees_it(ground: WindowsGround) -> None:
    """The scheduler knows who is logged on."""
    services, own = ListedSession(0, "Services", "", 4), ListedSession(1, "Console", None)
    ground.windows.change(administrator=False)
    try:
        with ground.windows.listed(services, own):
            facts = probe(ground.connection, ground.host)
            assert facts.elevated is False
            assert [(one.number, one.user, one.own) for one in facts.sessions] == [(1, "", False)]
            launched = ground.launch()
            assert launched.user == ground.facts.user
            assert launched.word is not None
            assert launched.word.station == "WinSta0"
            assert ground.launch().reused
    finally:
        ground.windows.change(administrator=True)


def test_an_agent_in_another_session_than_the_chosen_one_serves_the_next_console_too(
    ground: WindowsGround,
) -> None:
    """The stand-in's only session has the number 1, whatever Windows lists."""
    user = ground.windows.user
    away, chosen = ListedSession(1, "", user, 4), ListedSession(2, "RDP-Tcp#1", user)
    with ground.windows.listed(away, chosen):
        first = ground.launch()
        assert first.word is not None
        assert first.word.session == 1
        (instance,) = ground.runs()
        assert json.loads((ground.root / "run" / instance / "uses.json").read_text())["session"] == 2
        assert ground.launch().reused


def test_the_task_scheduler_is_asked_by_com_in_the_places_where_its_methods_are(
    ground: WindowsGround,
) -> None:
    """Wine's own scheduler knows no task of ours, and says so of the one that is named."""
    program = (
        "import sys\n"
        f"sys.path.insert(0, {ground.facts.root + chr(92) + ground.deployed.agent!r})\n"
        "from deskagent.host.windows.task_service import run_in_session\n"
        "try:\n"
        "    run_in_session('deskconsole-none', 1)\n"
        "except OSError as error:\n"
        "    print(hex(error.winerror & 0xFFFFFFFF))\n"
    )
    said = ground.connection.run(python_command(program), stdin=program.encode())
    assert said.stdout.strip() == b"0x80070002", said


def test_the_agent_ends_by_itself(ground: WindowsGround) -> None:
    ground.launch(idle_exit=1)
    wait_for(lambda: ground.agents() == [], what="the agent's end")


def test_a_reconnect_is_one_command(ground: WindowsGround, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.launch()
    commands: list[str] = []

    def run(command: str, **arguments: Any) -> CommandResult:
        commands.append(command)
        return run_really(command, **arguments)

    run_really = ground.connection.run
    monkeypatch.setattr(ground.connection, "run", run)
    assert ground.launch().reused
    # So it takes one Python's start on the host: 0.3 s on a quiet machine.
    assert len(commands) == 1, commands
    assert re.fullmatch(r"[0-9a-f]{12}", ground.runs()[0])


def test_where_nothing_tells_who_is_logged_on_a_task_that_does_not_run_does(ground: WindowsGround) -> None:
    query = ground.windows.drive_c / "windows" / "system32" / "query.exe"
    query.rename(query.with_name("away.exe"))
    ground.windows.log_off()
    try:
        ground.look_again()
        assert [session.own for session in ground.facts.sessions] == [True], "it is taken to be so"
        with pytest.raises(NobodyLoggedOn, match="nobody is logged on, as far as Windows tells"):
            ground.launch()
        assert ground.windows.tasks() == set()
    finally:
        query.with_name("away.exe").rename(query)
        ground.windows.log_on()
        ground.look_again()
