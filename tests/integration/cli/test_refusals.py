"""What is wrong is said in one sentence, with an exit code of its own, and nothing is harmed by it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import pytest

from support.bootstrap_host import VENV_PATH, listing
from support.command_line import CommandLine, Said
from support.peers.agent_process import AgentProcess
from support.peers.login_server import Server, serving
from support.ports import free_port
from support.sshd import Sshd, fingerprint, keygen, public_line
from support.xvfb import wait_for

# On the way to the host


def test_a_name_that_does_not_resolve_is_one_sentence(user: CommandLine) -> None:
    said = user.run("stats", "nowhere.invalid").refusal(3)
    assert "nowhere.invalid" in said
    assert "resolve" in said


def test_a_port_that_refuses_is_named(user: CommandLine) -> None:
    port = free_port()
    assert f"127.0.0.1:{port}" in user.run("stats", f"127.0.0.1:{port}").refusal(3)


def test_a_wrong_key_is_refused_with_its_exit_code(user: CommandLine, server: Sshd, tmp_path: Path) -> None:
    user.know(server, identity_file=str(keygen(tmp_path / "stranger")))
    assert "did not accept the key" in user.run("stats", "lab").refusal(5)


class _NobodyIsRight(Server):
    async def validate_password(self, username: str, password: str) -> bool:
        return False


@contextmanager
def password_server() -> Iterator[tuple[int, str]]:
    """A server to which no password is right; its port and known_hosts line."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    with serving(_NobodyIsRight, key) as port:
        yield port, f"[127.0.0.1]:{port} {key.export_public_key().decode()}"


@contextmanager
def at_a_terminal(user: CommandLine, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    """A command on a terminal of its own: the process, our end and its end."""
    ours, theirs = os.openpty()
    command = ["setsid", "--ctty", "--wait", sys.executable, "-m", "deskconsole", *arguments]
    try:
        with subprocess.Popen(
            command, env=user.environment, stdin=theirs, stdout=theirs, stderr=theirs
        ) as process:
            yield process, ours, theirs
    finally:
        os.close(ours)
        os.close(theirs)


def read_until(terminal: int, words: bytes) -> bytes:
    """What is printed up to these words."""
    said = b""
    while words not in said:
        said += os.read(terminal, 4096)
    return said


def echoes(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def test_a_wrong_password_is_asked_for_three_times(user: CommandLine) -> None:
    """Passwords are asked for on the terminal."""
    with password_server() as (port, line):
        user.trust(line)
        user.add_host("lab", address="127.0.0.1", port=port, user="alice")
        with at_a_terminal(user, "stats", "lab") as (process, ours, theirs):
            for _ in range(3):
                read_until(ours, b"assword")
                wait_for(lambda: not echoes(theirs), what="the question")
                os.write(ours, b"wrong-one\n")
            said = read_until(ours, b"did not accept the password")
            assert process.wait(60) == 5
            assert b"\ndeskconsole: " in said
            assert b"wrong-one" not in said
            assert echoes(theirs)


def test_ctrl_c_at_a_password_gives_the_echo_back(user: CommandLine) -> None:
    with password_server() as (port, line):
        user.trust(line)
        user.add_host("lab", address="127.0.0.1", port=port, user="alice")
        with at_a_terminal(user, "stats", "lab") as (process, ours, theirs):
            read_until(ours, b"assword")
            wait_for(lambda: not echoes(theirs), what="the question")
            os.write(ours, b"\x03")
            assert process.wait(60) == 130
            assert echoes(theirs)


def test_a_wrong_password_without_a_terminal(user: CommandLine) -> None:
    with password_server() as (port, line):
        user.trust(line)
        user.add_host("lab", address="127.0.0.1", port=port, user="alice")
        assert "password" in user.run("stats", "lab").refusal(5)


def test_a_changed_host_key_is_refused_with_its_exit_code(
    user: CommandLine, server: Sshd, tmp_path: Path
) -> None:
    old = keygen(tmp_path / "old")
    user.trust("# mine\n")
    user.trust(f"[127.0.0.1]:{server.port} {public_line(old)}\n")
    before = user.known_hosts.read_bytes()
    know_without_trust(user, server)
    said = user.run("stats", "lab").refusal(4)
    for part in (fingerprint(old), fingerprint(server.host_key), f"line 2 of {user.known_hosts}"):
        assert part in said
    assert user.known_hosts.read_bytes() == before


def know_without_trust(user: CommandLine, server: Sshd) -> None:
    login = {"address": "127.0.0.1", "port": server.port, "user": server.user}
    user.add_host("lab", **login, identity_file=str(server.identity))


def test_an_unknown_host_key_without_a_person_to_ask_is_refused(user: CommandLine, server: Sshd) -> None:
    know_without_trust(user, server)
    assert fingerprint(server.host_key) in user.run("deploy", "lab").refusal(4)
    assert not user.known_hosts.exists()
    assert listing(server.home) == set()


# On the host


def bare_path(folder: Path) -> str:
    """A PATH with the shell's usual programs, but no Python."""
    folder.mkdir()
    for name in ("uname", "sh", "cat"):
        (folder / name).symlink_to(Path("/usr/bin", name))
    return str(folder)


def test_a_missing_python_is_named(user: CommandLine, tmp_path: Path) -> None:
    path = bare_path(tmp_path / "bin")
    with Sshd(tmp_path / "host", environment={"PATH": path}) as server:
        user.know(server)
        said = user.run("stats", "lab").refusal(6)
    assert "lab has no Python" in said
    assert "3.11" in said


def test_a_python_that_is_too_old_is_named(user: CommandLine, tmp_path: Path) -> None:
    path = bare_path(tmp_path / "bin")
    old = tmp_path / "bin" / "python3"
    old.write_text("#!/bin/sh\nprintf '3.8.10 /usr/bin/python3.8'\n")
    old.chmod(0o755)
    with Sshd(tmp_path / "host", environment={"PATH": path}) as server:
        user.know(server)
        said = user.run("stats", "lab").refusal(6)
    assert "3.8.10" in said
    assert "too old" in said


def test_a_full_disk_of_a_host_is_named(user: CommandLine, tmp_path: Path) -> None:
    # A limit of 8 blocks for each file: to the SFTP server a write fails as it does on a full disk.
    limit = "case $SSH_ORIGINAL_COMMAND in *sftp-server*) trap '' XFSZ; ulimit -f 8;; esac"
    with Sshd(tmp_path / "host", environment={"PATH": VENV_PATH}, prelude=limit) as server:
        user.know(server)
        user.run("deploy", "lab").refusal(6)
        assert listing(server.home) == set()


def test_displays_that_a_host_does_not_have_are_refused(
    user: CommandLine, server: Sshd, used_lab: str, tmp_path: Path
) -> None:
    """Of the settings on one, of the command line on another."""
    other = CommandLine(tmp_path / "other")
    other.know(server, x_display=":987")
    picture = tmp_path / "shot.png"
    with (
        other.started("shot", "lab", "-o", picture) as first,
        user.started("shot", used_lab, "-o", picture, "--display", "7") as second,
    ):
        for process, code, words in ((first, 6, "no X display :987"), (second, 7, "7")):
            stdout, stderr = process.communicate(timeout=60)
            assert words in Said(process.returncode, stdout, stderr).refusal(code)
    assert not picture.exists()


# The agent


@pytest.mark.parametrize(
    "garbage",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n" * 40, b"\xff" * 4096, bytes(4096)],
    ids=["http", "ff", "zeros"],
)
def test_garbage_instead_of_an_agent_is_one_sentence(
    garbage: bytes, user: CommandLine, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_bytes(bytes(32))

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(garbage)
            while connection.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        port = listener.getsockname()[1]
        said = user.run("stats", "--direct", f"127.0.0.1:{port}", "--token-file", token).refusal(7)
        thread.join(60)
    assert "protocol" in said


def test_an_empty_port_of_an_agent_is_one_sentence(user: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(bytes(32))
    place = f"127.0.0.1:{free_port()}"
    assert place in user.run("stats", "--direct", place, "--token-file", tmp_path / "token").refusal(3)


def test_bad_token_files_are_named(user: CommandLine, agent: AgentProcess, tmp_path: Path) -> None:
    missing, short, wrong = (tmp_path / name for name in ("missing", "too short", "wrong"))
    short.write_text("too short")
    wrong.write_bytes(bytes(32))
    stats = ("stats", "--direct", f"127.0.0.1:{agent.port}", "--seconds", "0", "--token-file")
    said = user.run_all(*((*stats, file) for file in (missing, short, wrong, agent.token_file)))
    sentence = f"cannot use the token file {missing}: No such file or directory\n"
    assert said[0].refusal(2).startswith(sentence)
    assert str(short) in said[1].refusal(2)
    assert "token" in said[2].refusal(3)
    assert said[3].code == 0


# Here


def test_a_mistake_in_hosts_toml_is_shown_with_its_line(user: CommandLine) -> None:
    text = '# my hosts\n[[host]]\nname = "lab"\n\n[[host]]\nname = "desk"\nport = 70000\n'
    user.hosts.parent.mkdir(parents=True)
    user.hosts.write_text(text)
    commands = (["hosts"], ["hosts", "add", "new"], ["hosts", "remove", "lab"], ["stats", "lab"])
    for said in user.run_all(*commands):
        words = said.refusal(2)
        assert str(user.hosts) in words
        assert "line 7" in words
        assert "port" in words
    assert user.hosts.read_text() == text


def test_a_window_without_a_display_is_one_sentence(user: CommandLine, agent: AgentProcess) -> None:
    arguments = ["view", "--direct", f"127.0.0.1:{agent.port}", "--token-file", str(agent.token_file)]
    assert "no display" in user.run(*arguments).refusal(8)
    said = user.run(*arguments, environment={"DISPLAY": ":987"}).refusal(8)
    assert ":987" in said


def test_a_screenshot_that_cannot_be_written_is_named(
    user: CommandLine, agent: AgentProcess, tmp_path: Path
) -> None:
    direct = ["--direct", f"127.0.0.1:{agent.port}", "--token-file", str(agent.token_file)]
    output = tmp_path / "no folder" / "shot.png"
    assert str(output) in user.run("shot", *direct, "-o", output).refusal(2)
    said = user.run("shot", *direct, "-o", tmp_path / "shot.gif").refusal(2)
    assert "shot.gif has an unsupported file type: screenshots are saved as .png, .jpg or .webp" in said
    assert list(tmp_path.glob("*.gif")) == []


def test_arguments_that_mean_nothing_are_refused(user: CommandLine) -> None:
    commands = (
        ("view",),
        ("view", "lab", "--direct", "127.0.0.1:5000"),
        ("view", "--direct", "127.0.0.1:5000"),
        ("stats", "--direct", "127.0.0.1:x", "--token-file", "token"),
        ("view", "lab", "--json"),
        ("view", "lab", "--json", "--seconds", "1", "--control"),
        ("demo", "--json"),
        ("listen", "--json"),
        ("stats", "a b"),
        ("diff", "nowhere.png", "nowhere.png", "-o", "marked.png"),
    )
    for said in user.run_all(*commands):
        assert said.refusal(2)
