"""A Remote Desktop client of this computer reaches the host's port through SSH, with a real sshd between."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskconsole.app import remote_desktop
from deskconsole.app.remote_desktop import RdpCommand, open_remote_desktop, rdp_command
from deskconsole.common.errors import ConfigurationError, ConnectionFailed
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.ssh.local_port import LocalPort
from deskconsole.ssh.prompts import NoQuestions, SecretRequest
from support.ports import free_port
from support.sshd import Sshd

CLIENT = """#!{python}
import socket, sys
place = next(word for word in sys.argv if word.startswith("/v:"))[3:].rpartition(":")
password = sys.stdin.readline()
if password == "wrong\\n":
    sys.exit(131)
with socket.create_connection((place[0], int(place[2]))) as desktop:
    desktop.sendall(password.encode() + b"end\\n")
    sys.exit(0 if desktop.recv(9) == b"welcome" else 1)
"""


class Asked(NoQuestions):
    """Gives this password."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.requests: list[SecretRequest] = []

    def secret(self, request: SecretRequest) -> str:
        self.requests.append(request)
        return self.password


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with Sshd(tmp_path / "sshd") as server:
        yield server


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only client on PATH."""
    program = tmp_path / "bin" / "xfreerdp3"
    program.parent.mkdir()
    program.write_text(CLIENT.format(python=sys.executable))
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


def opened(sshd: Sshd, tmp_path: Path, questions: Asked) -> list[str]:
    paths = Paths.below(tmp_path / "console")
    paths.known_hosts.parent.mkdir(parents=True, exist_ok=True)
    paths.known_hosts.write_text(sshd.known_hosts_line)
    host = Host(
        name="lab-01",
        address="127.0.0.1",
        port=sshd.port,
        user=sshd.user,
        identity_file=str(sshd.identity),
    )
    told: list[str] = []
    open_remote_desktop(host, questions, paths, cancelled=threading.Event(), opened=told.append)
    return told


def test_the_client_gets_the_password_and_the_hosts_port(
    sshd: Sshd, client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = Asked("open sesame")
    with socket.create_server(("127.0.0.1", 0)) as service:
        monkeypatch.setattr(remote_desktop, "RDP_PORT", service.getsockname()[1])
        said: list[bytes] = []

        def serve() -> None:
            while not said:  # the first one that comes only looks whether there is a service
                stream, _ = service.accept()
                with stream:
                    data = b""
                    while piece := stream.recv(100):
                        data += piece
                        if data.endswith(b"end\n"):
                            stream.sendall(b"welcome")
                            said.append(data)
                            break

        serving = threading.Thread(target=serve)
        serving.start()
        assert opened(sshd, tmp_path, questions) == [str(client)]
        serving.join(60)
    assert said == [b"open sesame\nend\n"]
    assert [request.prompt for request in questions.requests] == [
        f"Password of {sshd.user} for Remote Desktop:"
    ]


def test_a_client_that_fails_at_once_says_so(
    sshd: Sshd, client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as service:
        monkeypatch.setattr(remote_desktop, "RDP_PORT", service.getsockname()[1])
        with pytest.raises(ConnectionFailed, match="xfreerdp3 ended with exit code 131"):
            opened(sshd, tmp_path, Asked("wrong"))
        client.write_text("#!/no/such/interpreter\n")
        with pytest.raises(ConfigurationError, match="xfreerdp3 cannot be started: No such file"):
            opened(sshd, tmp_path, Asked("wrong"))


def test_a_client_that_cannot_be_started_or_told_the_password_says_so(tmp_path: Path) -> None:
    program = tmp_path / "xfreerdp3"
    with pytest.raises(ConfigurationError, match="xfreerdp3 cannot be started: No such file"):
        remote_desktop._run(RdpCommand([str(program)], True), "word", threading.Event(), lambda _: None)
    # It never reads, and has ended before all of this could be written.
    command = RdpCommand([sys.executable, "-c", "raise SystemExit(3)"], True)
    with pytest.raises(ConnectionFailed, match="ended with exit code 3"):
        remote_desktop._run(command, "word" * 100_000, threading.Event(), lambda _: None)


def test_a_client_that_does_not_end_when_told_to_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_desktop, "_ENDING", 0.1)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); input(); signal.pause()"
    cancelled = threading.Event()
    command = RdpCommand([sys.executable, "-c", deaf], True)
    running = threading.Thread(
        target=remote_desktop._run, args=(command, "word", cancelled, lambda _: cancelled.set()), daemon=True
    )
    running.start()
    running.join(60)
    assert not running.is_alive()


def test_waiting_for_a_client_that_continues_elsewhere_can_be_cancelled() -> None:
    far, near = socket.socketpair()

    class Tunnelled:
        def open_tunnel(self, _port: int) -> socket.socket:
            return near

    cancelled = threading.Event()
    with (
        far,
        LocalPort(Tunnelled(), 3389) as local,  # type: ignore[arg-type]
        socket.create_connection(("127.0.0.1", local.port)) as client,
    ):
        client.sendall(b"hello")
        assert far.recv(5) == b"hello"
        waiting = threading.Thread(target=local.wait_until_unused, args=(0, cancelled), daemon=True)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        cancelled.set()
        waiting.join(60)
        assert not waiting.is_alive()


def test_a_host_without_remote_desktop_is_told_before_a_password_is_asked_for(
    sshd: Sshd, client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_desktop, "RDP_PORT", free_port())
    questions = Asked("never")
    with pytest.raises(ConnectionFailed, match="lab-01 has no Remote Desktop"):
        opened(sshd, tmp_path, questions)
    assert questions.requests == []


@pytest.mark.parametrize(
    ("platform", "there", "words"),
    [
        ("win32", ["mstsc.exe"], ["/bin/mstsc.exe", "/v:127.0.0.1:4711"]),
        ("darwin", [], ["open", "-W", "rdp://full%20address=s:127.0.0.1%3A4711&username=s:LAB%5Cann"]),
        ("linux", ["remmina", "krdc"], ["/bin/remmina", "-c", "rdp://LAB%5Cann@127.0.0.1:4711"]),
        ("linux", ["krdc"], ["/bin/krdc", "rdp://LAB%5Cann@127.0.0.1:4711"]),
    ],
)
def test_each_system_has_its_client(platform: str, there: list[str], words: list[str]) -> None:
    command = rdp_command(
        "lab-01",
        "LAB\\ann",
        4711,
        platform=platform,
        find=lambda name: f"/bin/{name}" if name in there else None,
    )
    assert command.words == words
    assert not command.reads_password


def test_without_a_client_one_sentence_says_what_to_install() -> None:
    with pytest.raises(ConfigurationError, match="no Remote Desktop client") as caught:
        rdp_command("lab-01", "ann", 4711, platform="linux", find=lambda _name: None)
    assert "FreeRDP" in caught.value.remedy
