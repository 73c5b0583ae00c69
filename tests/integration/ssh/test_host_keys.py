"""Unknown, known, changed, revoked and certified host keys, shown by a real sshd."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deskconsole.common.errors import HostKeyError
from deskconsole.ssh.connection import Connection
from support.answers import Answers
from support.sshd import Sshd, fingerprint, keygen, public_line

Dial = Callable[..., Connection]


def test_an_unknown_key_is_asked_for_once(sshd: Sshd, dial: Dial, known_hosts: Path) -> None:
    answers = Answers()
    dial(sshd, answers)
    dial(sshd, answers)
    (question,) = answers.host_keys
    assert question.host == "lab"
    assert question.address == f"127.0.0.1:{sshd.port}"
    assert question.algorithm == "ssh-ed25519"
    assert question.fingerprint == fingerprint(sshd.host_key)
    assert known_hosts.read_text() == sshd.known_hosts_line
    assert stat.S_IMODE(known_hosts.stat().st_mode) == 0o600


def test_a_key_that_is_not_trusted_ends_it_and_is_not_stored(
    sshd: Sshd, dial: Dial, known_hosts: Path
) -> None:
    with pytest.raises(HostKeyError, match="not trusted") as caught:
        dial(sshd, Answers(trust=False))
    assert fingerprint(sshd.host_key) in str(caught.value)
    assert not known_hosts.exists()


def test_our_file_is_only_appended_to(sshd: Sshd, dial: Dial, known_hosts: Path) -> None:
    known_hosts.parent.mkdir(parents=True)
    known_hosts.write_text("# mine\nnonsense\nother.example ssh-ed25519 AAAA")  # no newline at the end
    dial(sshd)
    assert known_hosts.read_text() == (
        "# mine\nnonsense\nother.example ssh-ed25519 AAAA\n" + sshd.known_hosts_line
    )


def test_a_changed_key_is_refused_with_both_fingerprints_and_the_place(
    sshd: Sshd, dial: Dial, tmp_path: Path
) -> None:
    old = keygen(tmp_path / "old")
    sshd.user_known_hosts.write_text(f"# first line\n[127.0.0.1]:{sshd.port} {public_line(old)}\n")
    answers = Answers()
    with pytest.raises(HostKeyError, match="has changed") as caught:
        dial(sshd, answers)
    assert fingerprint(sshd.host_key) in str(caught.value)
    assert fingerprint(old) in str(caught.value)
    assert f"line 2 of {sshd.user_known_hosts}" in str(caught.value)
    assert not answers.host_keys


def test_a_revoked_key_is_refused_though_it_is_trusted_elsewhere(
    sshd: Sshd, dial: Dial, known_hosts: Path
) -> None:
    dial(sshd)
    sshd.user_known_hosts.write_text(f"@revoked * {public_line(sshd.host_key)}\n")
    with pytest.raises(HostKeyError, match="is revoked") as caught:
        dial(sshd)
    assert f"line 1 of {sshd.user_known_hosts}" in str(caught.value)


@pytest.mark.parametrize("pattern", ["[127.0.0.*]:*", "*", "10.0.0.1,[127.0.?.1]:{port}", "127.0.0.1"])
def test_what_the_user_trusts_is_not_asked_for(
    pattern: str, sshd: Sshd, dial: Dial, known_hosts: Path
) -> None:
    sshd.user_known_hosts.write_text(
        f"this line is broken\n{pattern.format(port=sshd.port)} {public_line(sshd.host_key)} comment\n"
    )
    answers = Answers(trust=False)
    dial(sshd, answers)
    assert not answers.host_keys
    assert not known_hosts.exists()


def test_an_excluded_name_is_unknown(sshd: Sshd, dial: Dial) -> None:
    sshd.user_known_hosts.write_text(f"*,![127.0.0.1]:{sshd.port},!127.0.0.1 {public_line(sshd.host_key)}\n")
    answers = Answers()
    dial(sshd, answers)
    assert len(answers.host_keys) == 1


def test_hashed_names_in_known_hosts_are_matched(sshd: Sshd, dial: Dial) -> None:
    sshd.user_known_hosts.write_text(sshd.known_hosts_line)
    subprocess.run(["ssh-keygen", "-H", "-f", sshd.user_known_hosts], check=True, capture_output=True)
    assert "127.0.0.1" not in sshd.user_known_hosts.read_text()
    dial(sshd, Answers(trust=False))


def test_another_service_on_the_same_name_is_unknown_not_changed(
    sshd: Sshd, dial: Dial, tmp_path: Path
) -> None:
    sshd.user_known_hosts.write_text(f"127.0.0.1 {public_line(keygen(tmp_path / 'port22'))}\n")
    answers = Answers()
    dial(sshd, answers)
    assert len(answers.host_keys) == 1


@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
def test_the_known_kind_of_key_is_asked_for_first(
    kind: str, make_sshd: Callable[..., Sshd], dial: Dial
) -> None:
    server = make_sshd(host_key_kinds=["ed25519", "ecdsa", "rsa"])
    key = next(key for key in server.host_keys if key.name == f"host_{kind}")
    server.user_known_hosts.write_text(f"[127.0.0.1]:{server.port} {public_line(key)}\n")
    dial(server, Answers(trust=False))


def test_a_host_that_no_longer_has_the_known_kind_counts_as_changed(
    sshd: Sshd, dial: Dial, tmp_path: Path
) -> None:
    old = keygen(tmp_path / "old", kind="rsa")
    sshd.user_known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {public_line(old)}\n")
    with pytest.raises(HostKeyError, match="has changed"):
        dial(sshd)


def certify(authority: Path, host_key: Path, principals: str, validity: str = "-1d:+1d") -> Path:
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "host", "-h", "-n", principals, "-V", validity]
    subprocess.run([*command, f"{host_key}.pub"], check=True, capture_output=True)
    return host_key.with_name(host_key.name + "-cert.pub")


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return keygen(tmp_path / "authority")


def certified(make_sshd: Callable[..., Sshd], authority: Path, principals: str, validity: str) -> Sshd:
    server = make_sshd()
    server.stop()
    certificate = certify(authority, server.host_key, principals, validity)
    server._options["HostCertificate"] = str(certificate)
    server.start()
    return server


def test_a_trusted_authority_vouches_for_its_hosts(
    make_sshd: Callable[..., Sshd], dial: Dial, authority: Path
) -> None:
    server = certified(make_sshd, authority, "127.0.0.1", "-1d:+1d")
    server.user_known_hosts.write_text(f"@cert-authority *,[127.*]:* {public_line(authority)}\n")
    dial(server, Answers(trust=False))


@pytest.mark.parametrize(
    ("principals", "validity"), [("elsewhere.example", "-1d:+1d"), ("127.0.0.1", "-2d:-1d")]
)
def test_a_certificate_for_another_name_or_time_is_refused(
    principals: str, validity: str, make_sshd: Callable[..., Sshd], dial: Dial, authority: Path
) -> None:
    server = certified(make_sshd, authority, principals, validity)
    server.user_known_hosts.write_text(f"@cert-authority * {public_line(authority)}\n")
    with pytest.raises(HostKeyError, match="certificate of lab is not valid"):
        dial(server)


def test_a_certificate_of_a_stranger_is_as_good_as_none(
    make_sshd: Callable[..., Sshd], dial: Dial, authority: Path, tmp_path: Path
) -> None:
    server = certified(make_sshd, authority, "127.0.0.1", "-1d:+1d")
    server.user_known_hosts.write_text(f"@cert-authority * {public_line(keygen(tmp_path / 'other'))}\n")
    answers = Answers()
    dial(server, answers)
    assert answers.host_keys[0].fingerprint == fingerprint(server.host_key)


def test_a_certificate_of_a_revoked_authority_is_refused(
    make_sshd: Callable[..., Sshd], dial: Dial, authority: Path
) -> None:
    server = certified(make_sshd, authority, "127.0.0.1", "-1d:+1d")
    server.user_known_hosts.write_text(
        f"@cert-authority * {public_line(authority)}\n@revoked * {public_line(authority)}\n"
    )
    with pytest.raises(HostKeyError, match="revoked"):
        dial(server)
