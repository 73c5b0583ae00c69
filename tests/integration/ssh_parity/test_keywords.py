"""Every keyword of ssh -G has its place in the table, and what a user must know is said or refused."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from deskconsole.common.errors import AuthenticationFailed, ConfigurationError
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import connect
from deskconsole.ssh.keywords import KEYWORDS, Use, review
from support.answers import Answers
from support.sshd import Sshd

DOCUMENT = Path(__file__).parents[3] / "docs" / "ssh.md"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with Sshd(tmp_path_factory.mktemp("keywords") / "sshd") as server:
        server.user_known_hosts.write_text(server.known_hosts_line)
        yield server


def log_in(sshd: Sshd, folder: Path, lines: str, secrets: list[str | None] | None = None) -> Answers:
    config = folder / "config"
    config.write_text(
        f"Host lab\n  HostName 127.0.0.1\n  Port {sshd.port}\n{lines}\n{sshd.client_config.read_text()}"
    )
    answers = Answers(secrets or [], trust=False)
    connect(
        Host(name="lab"),
        answers,
        known_hosts=folder / "known_hosts",
        cancelled=threading.Event(),
        ssh_config=config,
    ).close()
    return answers


def test_the_table_has_every_keyword_that_ssh_prints() -> None:
    printed = subprocess.run(
        ["ssh", "-G", "-F", "none", "somewhere"], check=True, capture_output=True, text=True
    ).stdout
    names = {line.split(" ")[0].lower() for line in printed.splitlines()}
    assert names - set(KEYWORDS) == set()


def test_a_configuration_of_defaults_warns_of_nothing() -> None:
    printed = subprocess.run(
        ["ssh", "-G", "-F", "none", "somewhere"], check=True, capture_output=True, text=True
    ).stdout
    settings = {line.partition(" ")[0].lower(): [line.partition(" ")[2]] for line in printed.splitlines()}
    assert review(settings, "somewhere") == ()


def test_the_document_says_what_the_table_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert rows == [
        (entry.name, str(entry.use), entry.note)
        for entry in sorted(KEYWORDS.values(), key=lambda e: e.name.lower())
    ]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("CheckHostIP", "yes"), ("HostbasedAuthentication", "yes"), ("PKCS11Provider", "/x.so")],
)
def test_what_has_no_effect_is_named_once_to_the_user(
    keyword: str, value: str, sshd: Sshd, tmp_path: Path
) -> None:
    (message,) = log_in(sshd, tmp_path, f"{keyword} {value}").messages
    assert message.by_console
    assert message.text.startswith(f"{keyword} {value} in the SSH configuration has no effect here")


@pytest.mark.parametrize("lines", ["KnownHostsCommand /bin/false %H", "ProxyUseFdpass yes"])
def test_what_would_be_less_safe_than_ssh_is_refused_with_its_name(
    lines: str, sshd: Sshd, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=lines.split(maxsplit=1)[0]):
        log_in(sshd, tmp_path, lines)


def test_a_connection_that_the_configuration_forbids_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="ask the office"):
        review({"refuseconnection": ["ask the office"]}, "lab")


def test_every_use_is_in_the_table() -> None:
    assert {entry.use for entry in KEYWORDS.values()} == set(Use)


@pytest.mark.parametrize(
    ("encryption", "secrets"),
    [(NoEncryption(), []), (BestAvailableEncryption(b"secret"), ["wrong", "secret"])],
)
def test_an_ed25519_key_in_pkcs8_logs_in(
    encryption: KeySerializationEncryption, secrets: list[str | None], sshd: Sshd, tmp_path: Path
) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    path = tmp_path / "key"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    with sshd.authorized_keys.open("a") as file:
        file.write(line + "\n")
    answers = log_in(sshd, tmp_path, f"IdentityFile {path}\nIdentitiesOnly yes", secrets)
    assert len(answers.requests) == len(secrets)


def test_a_format_that_is_not_known_does_not_blame_the_passphrase(sshd: Sshd, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: SEED-CBC,0011223344556677\n\n"
        "AAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----\n"
    )
    other = sshd.folder / "host_ed25519"
    config = tmp_path / "config"
    config.write_text(
        f"Host lab\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {sshd.user}\n  IdentityFile {path}\n"
        f"  IdentityFile {other}\n  IdentityAgent none\n  UserKnownHostsFile {sshd.user_known_hosts}\n"
    )
    with pytest.raises(AuthenticationFailed, match="format that this console does not know") as caught:
        connect(
            Host(name="lab"),
            Answers(["secret"] * 3),
            known_hosts=tmp_path / "known_hosts",
            cancelled=threading.Event(),
            ssh_config=config,
        )
    assert "was wrong" not in str(caught.value)


def test_the_import_reads_the_file_that_ssh_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    from deskconsole.ssh.expansion import home, tilde

    before = home()
    monkeypatch.setenv("HOME", "/srv/other")
    assert home() == before
    assert tilde("~/.ssh/config") == before / ".ssh" / "config"
