"""Logging in to a real sshd with keys and a real ssh-agent; passwords against asyncssh's server, since sshd's
would need a password in the system's own database."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from deskconsole.common.errors import AuthenticationFailed, Cancelled, ConfigurationError
from deskconsole.ssh.connection import Connection
from deskconsole.ssh.prompts import NoQuestions
from deskconsole.ssh.secrets import Secrets
from support.answers import Answers
from support.peers.login_server import Interactive, Server, serving
from support.processes import running
from support.sshd import Sshd, keygen

Dial = Callable[..., Connection]


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Path]:
    """A real ssh-agent's socket; empty at first."""
    path = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    while not path.exists():
        assert process.poll() is None
    yield path
    process.terminate()
    process.wait()


def add_to(agent: Path, key: Path) -> None:
    key.chmod(0o600)
    environment = {**os.environ, "SSH_AUTH_SOCK": str(agent)}
    subprocess.run(["ssh-add", "-q", str(key)], check=True, env=environment, stdin=subprocess.DEVNULL)


def config(server: Sshd, *lines: str) -> Path:
    """A configuration that offers nothing by itself; its lines go first and win."""
    path = server.folder / "other_config"
    rest = ["IdentityAgent none", f"UserKnownHostsFile {server.user_known_hosts}", f"User {server.user}"]
    if not any("IdentityFile" in line for line in lines):
        rest.append("IdentityFile none")
    path.write_text("\n".join([*lines, *rest]) + "\n")
    server.user_known_hosts.write_text(server.known_hosts_line)
    return path


@pytest.mark.parametrize(
    ("kind", "form"), [("ed25519", None), ("rsa", None), ("ecdsa", None), ("rsa", "PEM"), ("ecdsa", "PEM")]
)
def test_key_file_logs_in(kind: str, form: str | None, sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    key = keygen(tmp_path / "key", kind=kind, form=form)
    sshd.authorize(key)
    dial(sshd, NoQuestions(), ssh_config=config(sshd), identity_file=str(key))


def test_a_key_that_the_server_does_not_accept_is_named(sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    key = keygen(tmp_path / "stranger")
    with pytest.raises(AuthenticationFailed, match="did not accept the key offered") as caught:
        dial(sshd, ssh_config=config(sshd), identity_file=str(key))
    assert "(the server offers: publickey)" in str(caught.value)
    assert caught.value.remedy


def test_login_without_any_key_says_so(sshd: Sshd, dial: Dial) -> None:
    with pytest.raises(AuthenticationFailed, match="there is no key to offer"):
        dial(sshd, ssh_config=config(sshd))


def test_a_missing_key_file_is_named(sshd: Sshd, dial: Dial) -> None:
    with pytest.raises(ConfigurationError, match=r"/nowhere/key of lab does not exist"):
        dial(sshd, ssh_config=config(sshd), identity_file="/nowhere/key")


def test_a_key_in_puttys_format_is_named(sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    key = tmp_path / "key.ppk"
    key.write_text("PuTTY-User-Key-File-3: ssh-ed25519\n")
    with pytest.raises(AuthenticationFailed, match="PuTTY's format") as caught:
        dial(sshd, ssh_config=config(sshd), identity_file=str(key))
    assert "Export" in caught.value.remedy


@pytest.mark.parametrize("form", [None, "PEM"])
def test_a_passphrase_is_asked_for_again_and_kept_for_the_next_time(
    form: str | None, sshd: Sshd, dial: Dial, tmp_path: Path
) -> None:
    key = keygen(tmp_path / "locked", kind="rsa", passphrase="open sesame", form=form)
    sshd.authorize(key)
    answers, secrets = Answers(["wrong", "open sesame"]), Secrets()
    arguments = {"ssh_config": config(sshd), "identity_file": str(key), "secrets": secrets}
    dial(sshd, answers, **arguments)
    assert [(request.kind, request.attempt) for request in answers.requests] == [
        ("passphrase", 1),
        ("passphrase", 2),
    ]
    assert str(key) in answers.requests[0].prompt
    dial(sshd, NoQuestions(), **arguments)
    assert "sesame" not in repr(secrets)


def test_an_encrypted_key_without_a_person_to_ask_is_named(sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    key = keygen(tmp_path / "locked", passphrase="open sesame")
    sshd.authorize(key)
    with pytest.raises(AuthenticationFailed) as caught:
        dial(sshd, NoQuestions(), ssh_config=config(sshd), identity_file=str(key))
    sentence = f"the key {key} would be accepted, but needs its passphrase and nobody can be asked"
    assert str(caught.value).startswith(sentence)
    assert "did not accept" not in str(caught.value)
    assert caught.value.remedy == "Run it in a terminal, or add the key to your SSH agent."


def test_three_wrong_passphrases_end_the_login(sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    key = keygen(tmp_path / "locked", passphrase="open sesame")
    sshd.authorize(key)
    answers = Answers(["a", "b", "c", "open sesame"])
    with pytest.raises(AuthenticationFailed, match="was wrong 3 times"):
        dial(sshd, answers, ssh_config=config(sshd), identity_file=str(key))
    assert len(answers.requests) == 3


def test_no_passphrase_is_asked_for_a_key_that_would_not_do(sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    key = keygen(tmp_path / "locked", passphrase="open sesame")
    key.with_name("locked.pub").unlink()
    answers = Answers(["open sesame"])
    with pytest.raises(AuthenticationFailed):
        dial(sshd, answers, ssh_config=config(sshd), identity_file=str(key))
    assert not answers.requests


def test_cancelling_a_passphrase_cancels_the_login(sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    key = keygen(tmp_path / "locked", passphrase="open sesame")
    sshd.authorize(key)
    with pytest.raises(Cancelled):
        dial(sshd, Answers([None]), ssh_config=config(sshd), identity_file=str(key))


def test_keys_of_the_ssh_agent_log_in(sshd: Sshd, dial: Dial, tmp_path: Path, agent: Path) -> None:
    for number, kind in enumerate(("ecdsa", "rsa", "ed25519")):
        key = keygen(tmp_path / f"key{number}", kind=kind)
        add_to(agent, key)
    sshd.authorize(tmp_path / "key1")
    dial(sshd, NoQuestions(), ssh_config=config(sshd, f"IdentityAgent {agent}"))


def test_too_many_keys_are_named_as_the_reason(
    make_sshd: Callable[..., Sshd], dial: Dial, tmp_path: Path, agent: Path
) -> None:
    server = make_sshd(options={"MaxAuthTries": "3"})
    for number in range(6):
        add_to(agent, keygen(tmp_path / f"key{number}"))
    server.authorize(tmp_path / "key5")
    with pytest.raises(AuthenticationFailed, match="too many attempts") as caught:
        dial(server, ssh_config=config(server, f"IdentityAgent {agent}"))
    assert "IdentitiesOnly" in caught.value.remedy
    # Named for the host, the key goes first, be it in the agent or not.
    named = [f"IdentityAgent {agent}", f"IdentityFile {tmp_path / 'key5'}"]
    dial(server, NoQuestions(), ssh_config=config(server, *named))


def test_identities_only_leaves_out_other_keys_of_the_ssh_agent(
    sshd: Sshd, dial: Dial, tmp_path: Path, agent: Path
) -> None:
    good, other = keygen(tmp_path / "good"), keygen(tmp_path / "other")
    sshd.authorize(good)
    add_to(agent, good)
    lines = ["IdentitiesOnly yes", f"IdentityAgent {agent}", f"IdentityFile {other}"]
    with pytest.raises(AuthenticationFailed, match="did not accept the key offered"):
        dial(sshd, ssh_config=config(sshd, *lines))


def test_an_agent_that_hangs_does_not_stand_in_the_way(
    sshd: Sshd, dial: Dial, agent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskconsole.ssh.identities._LIST_TIMEOUT", 0.3)
    (process,) = running(agent)
    os.kill(process, signal.SIGSTOP)
    try:
        lines = [f"IdentityAgent {agent}", f"IdentityFile {sshd.identity}"]
        dial(sshd, NoQuestions(), ssh_config=config(sshd, *lines))
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_server_that_wants_two_keys(make_sshd: Callable[..., Sshd], dial: Dial, tmp_path: Path) -> None:
    server = make_sshd(options={"AuthenticationMethods": "publickey,publickey"})
    with pytest.raises(AuthenticationFailed):
        dial(server)
    second = keygen(tmp_path / "second")
    server.authorize(second)
    dial(server, identity_file=str(second))


def test_a_banner_is_of_no_consequence(make_sshd: Callable[..., Sshd], dial: Dial, tmp_path: Path) -> None:
    banner = tmp_path / "banner"
    banner.write_bytes(b"\x1b]0;owned\x07 [/bad] \xff\xfe\n" * 50)
    dial(make_sshd(options={"Banner": str(banner)})).run("true")


class _Both(Interactive):
    rounds = (("", "Two things", [("Word: ", False), ("Code: ", True)], ["right", "123"]),)


class _Windows(Server):
    """Offers keyboard-interactive and has nothing behind it."""

    attempts: ClassVar[list[str]] = []

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> bool:
        self.attempts.append("keyboard-interactive")
        return False

    async def validate_password(self, username: str, password: str) -> bool:
        self.attempts.append("password")
        return await super().validate_password(username, password)


@contextmanager
def password_server(*, interactive: bool = False) -> Iterator[int]:
    """A server that lets the password `right` in, or asks two things; yields its port."""
    with serving(_Both if interactive else Server) as port:
        yield port


@pytest.fixture
def plain_config(tmp_path: Path) -> Path:
    path = tmp_path / "plain_config"
    path.write_text("User someone\nIdentityFile none\nIdentityAgent none\nUserKnownHostsFile none\n")
    return path


def test_a_password_is_asked_for_again_and_kept_for_the_next_time(
    dial: Dial, tmp_path: Path, plain_config: Path
) -> None:
    answers, secrets = Answers(["wrong", "right"]), Secrets()
    with password_server() as port:
        arguments = {"address": "127.0.0.1", "port": port, "ssh_config": plain_config, "secrets": secrets}
        dial(None, answers, **arguments).close()
        assert [(request.kind, request.attempt) for request in answers.requests] == [
            ("password", 1),
            ("password", 2),
        ]
        assert f"someone@127.0.0.1:{port}" in answers.requests[0].prompt
        dial(None, answers, **arguments).close()
        assert len(answers.requests) == 2


def test_three_wrong_passwords_end_the_login(dial: Dial, tmp_path: Path, plain_config: Path) -> None:
    answers = Answers(["a", "b", "c", "right"])
    with (
        password_server() as port,
        pytest.raises(AuthenticationFailed, match="did not accept the password"),
    ):
        dial(None, answers, address="127.0.0.1", port=port, ssh_config=plain_config)
    assert len(answers.requests) == 3


@pytest.mark.parametrize(
    ("questions", "error"), [(NoQuestions(), AuthenticationFailed), (Answers(), Cancelled)]
)
def test_a_password_without_an_answer_cancels_the_login(
    questions: object,
    error: type[Exception],
    dial: Dial,
    tmp_path: Path,
    plain_config: Path,
    known_hosts: Path,
) -> None:
    with password_server() as port:
        arguments = {"address": "127.0.0.1", "port": port, "ssh_config": plain_config}
        with pytest.raises(Cancelled):
            dial(None, Answers(), **arguments)  # the host key is trusted by this
        with pytest.raises(error):
            dial(None, questions, **arguments)


def test_questions_of_the_server_reach_the_person(dial: Dial, tmp_path: Path, plain_config: Path) -> None:
    answers, secrets = Answers(["right", "123"]), Secrets()
    with password_server(interactive=True) as port:
        dial(None, answers, address="127.0.0.1", port=port, ssh_config=plain_config, secrets=secrets).close()
    assert [request.kind for request in answers.requests] == ["code", "code"]
    assert [request.prompt for request in answers.requests] == ["Two things\nWord:", "Two things\nCode:"]
    assert repr(secrets) == "<Secrets: 0 kept>"


@pytest.mark.parametrize(
    ("version", "attempts"),
    [
        ("OpenSSH_for_Windows_9.5", ["password"]),
        ("OpenSSH_9.2p1", ["keyboard-interactive", "password"]),
    ],
)
def test_a_method_behind_which_windows_has_nothing_costs_none_of_the_few_attempts(
    dial: Dial, plain_config: Path, version: str, attempts: list[str]
) -> None:
    _Windows.attempts.clear()
    with serving(_Windows, version=version) as port:
        dial(None, Answers(["right"]), address="127.0.0.1", port=port, ssh_config=plain_config).close()
    assert _Windows.attempts == attempts
