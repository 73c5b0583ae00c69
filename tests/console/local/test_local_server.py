"""The local socket: who may ask, what becomes of files and of commands that misbehave."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deskconsole.cli.targets import find_host
from deskconsole.common.errors import (
    ConfigurationError,
    ConsoleNotRunning,
    DeskconsoleError,
    HostGone,
    Stale,
    StreamError,
)
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from deskconsole.local import messages, requests, socket_file
from deskconsole.local import server as server_module
from deskconsole.local.client import RunningConsole, running_consoles
from deskconsole.local.messages import (
    ActOnHost,
    Beat,
    ConsoleKind,
    FailureReply,
    Greeting,
    HostAction,
    HostAnswer,
    RecordHost,
    WatchEvents,
)
from deskconsole.local.server import LocalServer
from deskconsole.session.events import HostAdded, decode
from deskconsole.session.fleet import Fleet
from deskconsole.session.state import State
from support.xvfb import wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows' Python has no such sockets")


def fleet_of(folder: Path, *names: str) -> Fleet:
    """A fleet whose hosts are never connected."""
    inventory = Inventory.load(folder / "hosts.toml")
    for name in names:
        inventory.add(Host(name=name, group="lab"))

    def open_route(_host: Host) -> None:
        raise AssertionError("nothing is connected here")

    return Fleet(inventory, open_route, lambda _event: None)  # type: ignore[arg-type]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    server = LocalServer(tmp_path / "run", fleet_of(tmp_path, "lab-01", "lab-02"))
    server.open()
    yield server
    server.close()


@pytest.fixture
def console(server: LocalServer, tmp_path: Path) -> RunningConsole:
    (console,) = running_consoles(tmp_path / "run")
    return console


def connected(folder: Path) -> socket.socket:
    """A connection as a command has it, its greeting read."""
    (path,) = socket_file.socket_files(folder)
    connection = socket_file.connect(path, 60)
    assert isinstance(messages.receive_reply(connection), Greeting)
    return connection


def test_hosts_and_states_are_told(console: RunningConsole) -> None:
    assert (console.pid, console.demo) == (os.getpid(), False)
    assert [(one.name, one.group, one.live) for one in console.hosts.values()] == [
        ("lab-01", "lab", False),
        ("lab-02", "lab", False),
    ]
    assert b'"state":"idle"' in console.ask(ActOnHost("lab-01", HostAction.STATUS)).value


def test_a_host_that_is_silent_is_told_as_that(
    console: RunningConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = Fleet.snapshot
    monkeypatch.setattr(Fleet, "snapshot", lambda fleet, name: replace(idle(fleet, name), state=State.STALE))
    with pytest.raises(Stale, match="lab-01 says nothing at the moment"):
        console.ask(ActOnHost("lab-01", HostAction.REFRESH))


def test_an_error_comes_as_the_one_that_the_console_met(console: RunningConsole) -> None:
    with pytest.raises(StreamError, match="lab-01 is not connected in the running console"):
        console.ask(ActOnHost("lab-01", HostAction.REFRESH))
    with pytest.raises(HostGone, match="there is no host called 'lab-1'") as caught:
        console.ask(ActOnHost("lab-1", HostAction.STATUS))
    assert caught.value.remedy == "Did you mean 'lab-01'?"
    with pytest.raises(ConfigurationError, match="is not UTF-8, and a running console takes nothing else"):
        console.record(RecordHost("lab-01", "/\udcff.deskrec", None))
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        console.ask(ActOnHost("lab-\udcff", HostAction.STATUS))


def test_the_socket_is_private_and_goes_with_the_console(server: LocalServer, tmp_path: Path) -> None:
    (path,) = socket_file.socket_files(tmp_path / "run")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    server.close()
    assert not path.exists()
    assert running_consoles(tmp_path / "run") == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another")
def test_another_user_is_refused_by_the_folder_and_by_the_console() -> None:
    """The console refuses too, because a folder may be opened to others by mistake."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = LocalServer(folder / "run", fleet_of(folder, "lab-01"))
        server.open()
        (path,) = socket_file.socket_files(folder / "run")
        program = (
            "import os, socket, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534); "
            "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print(s.recv(100))"
        )

        def ask() -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-I", "-c", program, str(path)], capture_output=True, text=True, check=False
            )

        assert "PermissionError" in ask().stderr
        (folder / "run").chmod(0o755)
        path.chmod(0o666)
        assert ask().stdout == "b''\n"
        (folder / "run").chmod(0o700)
        assert len(running_consoles(folder / "run")) == 1, "its own user is still answered"
        server.close()


def test_a_folder_that_others_may_change_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(0o777)
    server = LocalServer(folder, fleet_of(tmp_path, "lab-01"))
    server.open()
    assert list(folder.iterdir()) == []
    server.close()


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    stale = folder / "console-1.sock"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(stale))
        killed.listen()
    own = folder / f"console-{os.getpid()}.sock"
    own.touch()  # of an earlier process with this number
    assert running_consoles(folder) == []
    server = LocalServer(folder, fleet_of(tmp_path, "lab-01"))
    server.open()
    assert [path.name for path in folder.iterdir()] == [own.name]
    assert len(running_consoles(folder)) == 1
    server.close()


def test_a_console_that_stands_still_is_passed_over(server: LocalServer, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as suspended:
        suspended.bind(str(tmp_path / "run" / "console-1.sock"))
        suspended.listen()
        silent: list[bool] = []
        (console,) = running_consoles(tmp_path / "run", lambda: silent.append(True))
        assert (console.pid, silent) == (os.getpid(), [True])


def test_the_users_own_hosts_come_before_the_demos(server: LocalServer, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    demo = LocalServer(tmp_path / "run", fleet_of(tmp_path / "demo", "studio"), ConsoleKind.DEMO)
    demo.open()
    assert [console.demo for console in running_consoles(tmp_path / "run")] == [False, True]
    demo.close()


def test_a_command_with_a_session_of_its_own_is_told_that_a_host_is_the_demos(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path / "home")
    (tmp_path / "demo").mkdir()
    demo = LocalServer(paths.run, fleet_of(tmp_path / "demo", "cinema"), ConsoleKind.DEMO)
    demo.open()
    with pytest.raises(ConfigurationError, match="cinema is a host inside of the running demo") as caught:
        find_host("cinema", paths)
    assert "Act on it in the demo" in caught.value.remedy
    assert find_host("desk@cinema:22", paths).target == "cinema", "an address is one all the same"
    demo.close()
    assert find_host("cinema", paths).name == "cinema"


def test_a_path_too_long_for_a_socket_is_reached_all_the_same(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("by /proc")
    folder = tmp_path / ("long" * 30)
    server = LocalServer(folder, fleet_of(tmp_path, "lab-01"))
    server.open()
    assert len(running_consoles(folder)) == 1
    server.close()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "sent", [b"\xff" * 100, b"\0\0\0\4what", b"\0\0"], ids=["too long", "no message", "cut short"]
)
def test_what_is_no_request_ends_its_connection_alone(
    sent: bytes, server: LocalServer, tmp_path: Path
) -> None:
    with connected(tmp_path / "run") as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):  # what came behind it was not read
            assert messages.receive_reply(connection) is None
    assert len(running_consoles(tmp_path / "run")) == 1


def test_events_are_told_to_those_who_watch(server: LocalServer, console: RunningConsole) -> None:
    events = console.watch(("lab-02",))
    event = HostAdded(host="lab-02", at=1.0)
    teller = threading.Thread(target=_tell_when_watched, args=(server, event))
    teller.start()
    assert decode(next(events)) == event
    teller.join()
    server.close()
    with pytest.raises(ConsoleNotRunning):
        next(events)


def _tell_when_watched(server: LocalServer, event: HostAdded) -> None:
    while not server._watchers:
        os.sched_yield()
    server.tell(HostAdded(host="lab-01"))
    server.tell(event)


def test_a_command_that_does_not_read_holds_nothing_up(server: LocalServer, tmp_path: Path) -> None:
    with connected(tmp_path / "run") as connection:
        messages.send(connection, WatchEvents())
        while not server._watchers:
            os.sched_yield()
        for number in range(30_000):  # it would stand still here
            server.tell(HostAdded(host="lab-01", at=float(number)))
        assert len(running_consoles(tmp_path / "run")) == 1
        replies = []
        while (reply := messages.receive_reply(connection)) is not None:
            replies.append(reply)
    assert isinstance(replies[-1], FailureReply)
    assert "events waited to be read" in replies[-1].reason
    assert DeskconsoleError.code == replies[-1].code


def test_a_console_without_a_free_descriptor_answers_when_it_has_one(
    server: LocalServer, tmp_path: Path
) -> None:
    import resource

    (path,) = socket_file.socket_files(tmp_path / "run")
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # An accept() that waits already has the descriptor that it needs; the next one has none.
    with socket.socket(socket.AF_UNIX) as first, socket.socket(socket.AF_UNIX) as second:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, most))
        try:
            for command in (first, second):
                command.connect(str(path))
            time.sleep(0.2)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (usual, most))
    wait_for(lambda: running_consoles(tmp_path / "run"))


def test_recordings_take_no_place_from_other_commands_and_are_told_of_the_consoles_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Semaphore(0)

    def record(_session: object, request: RecordHost, waiting: Callable[[], None]) -> str:
        begun.release()
        with contextlib.suppress(ConsoleNotRunning):
            while True:
                waiting()
                os.sched_yield()
        return request.file

    monkeypatch.setattr(server_module, "MOST", 2)
    monkeypatch.setattr(requests, "_connected", lambda _fleet, _host: None)
    monkeypatch.setattr(requests, "record", record)
    server = LocalServer(tmp_path / "run", fleet_of(tmp_path, "lab-01"))
    server.open()
    with contextlib.ExitStack() as stack:
        commands = [stack.enter_context(connected(tmp_path / "run")) for _ in range(2)]
        last = commands
        for _ in range(3):
            for command in commands:
                messages.send(command, RecordHost("lab-01", "/a.deskrec", None))
                assert begun.acquire(timeout=60)
            last = commands
            commands = [stack.enter_context(connected(tmp_path / "run")) for _ in range(2)]
        for command in commands:
            command.close()
        (console,) = running_consoles(tmp_path / "run")
        assert list(console.hosts) == ["lab-01"]
        server.close()
        assert [answer_of(one) for one in last] == [HostAnswer(b'"/a.deskrec"')] * 2


def answer_of(connection: socket.socket) -> messages.Reply | None:
    while isinstance(reply := messages.receive_reply(connection), Beat):
        pass
    return reply


def test_a_console_without_a_reply_says_that_it_runs(
    server: LocalServer, console: RunningConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = threading.Semaphore(0)
    send = messages.send

    def counted(connection: socket.socket, message: messages.Request | messages.Reply) -> None:
        send(connection, message)
        if isinstance(message, Beat):
            beats.release()

    def record(_session: object, _request: RecordHost, _waiting: Callable[[], None]) -> str:
        assert all(beats.acquire(timeout=60) for _ in range(3))
        return "recorded"

    monkeypatch.setattr(server_module, "BEAT", 0.01)
    monkeypatch.setattr(messages, "send", counted)
    monkeypatch.setattr(requests, "_connected", lambda _fleet, _host: None)
    monkeypatch.setattr(requests, "record", record)
    assert console.record(RecordHost("lab-01", "/a.deskrec", None)) == HostAnswer(b'"recorded"')
    watched = console.watch(("lab-02",))

    def tell() -> None:
        assert beats.acquire(timeout=60)
        server.tell(HostAdded(host="lab-02"))

    teller = threading.Thread(target=tell)
    teller.start()
    assert decode(next(watched)).host == "lab-02"
    teller.join()
