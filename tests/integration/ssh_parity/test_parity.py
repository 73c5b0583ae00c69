"""ssh and the console log in to one real sshd with one configuration: same outcome, same keys shown."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from support.ssh_ground import Ground, interface_of_loopback

KNOWN = "[127.0.0.1]:{port} {host}\n"


class Case(NamedTuple):
    """One configuration, and what becomes of it."""

    name: str
    result: str
    lines: str = ""
    known: str = KNOWN
    environment: dict[str, str] = {}  # noqa: RUF012 - nothing changes it
    ours: str = ""
    """The console's result where it is stricter than ssh."""


def krl(path: Path, *keys: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-k", "-f", str(path), *map(str, keys)], check=True, capture_output=True
    )


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The server, with the files that the cases name."""
    ground = Ground(tmp_path_factory.mktemp("parity"))
    fields, folder = ground.fields, ground.dir
    host = ground.sshd.host_key.with_name("host_ed25519.pub")
    (folder / "a b").mkdir()
    shutil.copy(ground.path("plain"), folder / "a b" / "my key")
    (folder / "a b" / "known").write_text(ground.filled(KNOWN))
    (folder / "empty").write_text("")
    connection = f"{fields['l']}127.0.0.1{fields['port']}{fields['user']}"
    names = {
        "L": fields["L"],
        "l": fields["l"],
        "i": str(os.getuid()),
        "u": fields["user"],
        "r": fields["user"],
        "h": "127.0.0.1",
        "n": "target",
        "p": fields["port"],
        "k": "target",
        "C": hashlib.sha1(connection.encode()).hexdigest(),
        "percent": "%",
    }
    for token, value in names.items():
        shutil.copy(ground.path("plain"), folder / f"tok_{token}_{value}")
        (folder / f"kh_{token}_{value}").write_text(ground.filled(KNOWN))
    shutil.copy(ground.path("rsa_PEM"), folder / "bare_pem")
    (folder / "known_pub").write_text(ground.path("held").with_name("held.pub").read_text())
    shutil.copy(ground.path("held").with_name("held.pub"), folder / "absent.pub")
    (folder / "revoked_text").write_text("# gone\n\n" + host.read_text())
    (folder / "revoked_other").write_text(ground.path("other").with_name("other.pub").read_text())
    (folder / "revoked_bad").write_text("this is no key\n")
    (folder / "revoked_ca").write_text(ground.path("hostca").with_name("hostca.pub").read_text())
    shutil.copy(folder / "revoked_text", folder / "a b" / "revoked")
    shutil.copy(folder / "revoked_text", folder / "re%voked")
    (folder / "agent_%").symlink_to(fields["agent"])
    krl(folder / "krl", host)
    krl(folder / "krl_other", ground.path("other").with_name("other.pub"))
    krl(folder / "krl_ca", ground.path("hostca").with_name("hostca.pub"))
    (folder / "krl_bad").write_bytes((folder / "krl").read_bytes()[:30])
    hashed = folder / "hashed"
    hashed.write_text(ground.filled(KNOWN))
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(hashed)], check=True, capture_output=True)
    hashed.with_name("hashed.old").unlink()
    (folder / "hashed_revoked").write_text(ground.filled(KNOWN) + "@revoked " + hashed.read_text())
    with ground.running():
        yield ground


LOCAL = "HostName localhost\nAddressFamily inet"
VOUCHED = "HostKeyAlias vouched"

CASES = [
    Case("a plain key", "in"),
    Case("a key that is not let in", "login", "IdentityFile {dir}/other"),
    Case(
        "several keys in their order",
        "in",
        "IdentityFile {dir}/other\nIdentityFile {dir}/ec\nIdentityFile {dir}/plain",
    ),
    # Tokens, quotes, homes
    *(
        Case(f"token {token} in IdentityFile", "in", f"IdentityFile {{dir}}/tok_{token}_%{token}")
        for token in "LliurhnpkC"
    ),
    Case("a percent sign in IdentityFile", "in", "IdentityFile {dir}/tok_percent_%%"),
    Case("an unknown token in IdentityFile", "configuration", "IdentityFile {dir}/tok_%Z"),
    Case("an unknown token in CertificateFile", "configuration", "CertificateFile {dir}/tok_%Z"),
    Case("a variable in IdentityFile", "in", "IdentityFile ${WHERE}/plain", environment={"WHERE": "{dir}"}),
    Case("a variable that is not set", "configuration", "IdentityFile ${NOT_SET_HERE}/plain"),
    *(
        Case(f"token {token} in UserKnownHostsFile", "in", f"UserKnownHostsFile {{dir}}/kh_{token}_%{token}")
        for token in "Llin"
    ),
    Case("a percent sign in UserKnownHostsFile", "in", "UserKnownHostsFile {dir}/kh_percent_%%"),
    Case("a percent sign in GlobalKnownHostsFile", "in", "GlobalKnownHostsFile {dir}/kh_percent_%", ""),
    Case("no tokens in GlobalKnownHostsFile", "host key", "GlobalKnownHostsFile {dir}/kh_L_%L", ""),
    Case("a percent sign in RevokedHostKeys", "host key", "RevokedHostKeys {dir}/re%%voked"),
    Case("a percent sign in IdentityAgent", "in", "IdentityAgent {dir}/agent_%%\nIdentityFile {dir}/other"),
    Case(
        "a token in CertificateFile",
        "in",
        "IdentityFile {dir}/ck\nCertificateFile {dir}/certs/%k.pub\nHostKeyAlias short",
        "short {host}\n",
    ),
    Case("a blank in IdentityFile", "in", 'IdentityFile "{dir}/a b/my key"'),
    Case("a blank in UserKnownHostsFile", "in", 'UserKnownHostsFile "{dir}/a b/known"'),
    Case("a blank in the second of two", "in", 'UserKnownHostsFile {dir}/empty "{dir}/a b/known"'),
    Case("a blank in GlobalKnownHostsFile", "in", 'GlobalKnownHostsFile "{dir}/a b/known"', ""),
    Case(
        "the tilde with another HOME", "in", "IdentityFile ~/{up}/plain", environment={"HOME": "/nonexistent"}
    ),
    Case("%d with another HOME", "in", "IdentityFile %d/{up}/plain", environment={"HOME": "/nonexistent"}),
    Case(
        "known hosts by the tilde", "in", "UserKnownHostsFile ~/{up}/kh_L_{L}", environment={"HOME": "/srv"}
    ),
    Case(
        "another LOGNAME", "in", "IdentityFile {dir}/tok_u_%u", environment={"LOGNAME": "joe", "USER": "joe"}
    ),
    # Formats of keys
    *(
        Case(f"{kind} {form}", "in", f"IdentityFile {{dir}}/{kind}_{form}")
        for kind in ("rsa", "ec")
        for form in ("PKCS8", "PKCS8_locked", "PEM", "PEM_locked")
    ),
    Case("a PEM key with no public half beside it", "in", "IdentityFile {dir}/bare_pem"),
    Case("OpenSSH's format with a passphrase", "in", "IdentityFile {dir}/locked"),
    # Certificates
    Case("a certificate beside its key", "in", "IdentityFile {dir}/beside"),
    Case("one that ran out beside a key that is let in", "in", "IdentityFile {dir}/stale"),
    Case("one of another authority beside a key that is let in", "in", "IdentityFile {dir}/foreign"),
    Case("CertificateFile", "in", "IdentityFile {dir}/ck\nCertificateFile {dir}/certs/short.pub"),
    Case(
        "several CertificateFile",
        "in",
        "IdentityFile {dir}/ck\nCertificateFile {dir}/certs/no.pub\nCertificateFile {dir}/certs/short.pub",
    ),
    Case(
        "CertificateFile that ran out", "login", "IdentityFile {dir}/ck\nCertificateFile {dir}/certs/old.pub"
    ),
    Case(
        "CertificateFile without its key",
        "login",
        "IdentityFile {dir}/other\nCertificateFile {dir}/certs/short.pub",
    ),
    Case(
        "CertificateFile turns those beside keys off",
        "login",
        "IdentityFile {dir}/beside\nCertificateFile {dir}/certs/short.pub",
    ),
    Case("CertificateFile that is not there", "in", "CertificateFile {dir}/certs/none.pub"),
    # The agent
    Case("a key of the agent", "in", "IdentityAgent {agent}\nIdentityFile {dir}/other"),
    Case("a named key of the agent goes first", "in", "IdentityAgent {agent}\nIdentityFile {dir}/held"),
    Case(
        "IdentitiesOnly leaves the agent's out",
        "login",
        "IdentityAgent {agent}\nIdentitiesOnly yes\nIdentityFile {dir}/other",
    ),
    Case(
        "IdentitiesOnly with a named key",
        "in",
        "IdentityAgent {agent}\nIdentitiesOnly yes\nIdentityFile {dir}/held",
    ),
    Case(
        "IdentityFile is a public key",
        "in",
        "IdentityAgent {agent}\nIdentitiesOnly yes\nIdentityFile {dir}/held.pub",
    ),
    Case(
        "a public key whose private one is in the agent",
        "in",
        "IdentityAgent {agent}\nIdentitiesOnly yes\nIdentityFile {dir}/absent",
    ),
    Case(
        "IdentityAgent by a variable",
        "in",
        "IdentityAgent $THE_AGENT\nIdentityFile {dir}/other",
        environment={"THE_AGENT": "{agent}"},
    ),
    Case(
        "IdentityAgent by the tilde",
        "in",
        "IdentityAgent ~/{up}/agent\nIdentityFile {dir}/other",
        environment={"HOME": "/srv"},
    ),
    Case("no agent", "login", "IdentityAgent none\nIdentityFile {dir}/other"),
    # Known hosts
    Case("an unknown host", "host key", known=""),
    Case("a changed key", "host key", known="[127.0.0.1]:{port} {other}\n"),
    Case("the bare name", "in", known="127.0.0.1 {host}\n"),
    Case("capitals", "in", LOCAL, "[LocalHost]:{port} {host}\n"),
    Case("capitals in a wildcard", "in", LOCAL, "[LOCAL*]:{port} {host}\n"),
    Case("capitals in the bare name", "in", LOCAL, "Localhost {host}\n"),
    Case(
        "capitals in the configuration",
        "in",
        "HostName LocalHost\nAddressFamily inet",
        "[localhost]:{port} {host}\n",
    ),
    Case("capitals in HostKeyAlias", "in", "HostKeyAlias Cluster", "CLUSTER {host}\n"),
    Case("revoked", "host key", known=KNOWN + "@revoked [127.0.0.1]:{port} {host}\n"),
    Case(
        "revoked with capitals",
        "host key",
        LOCAL,
        "[localhost]:{port} {host}\n@revoked [LocalHost]:{port} {host}\n",
    ),
    Case(
        "revoked by a wildcard with capitals",
        "host key",
        LOCAL,
        "[localhost]:{port} {host}\n@revoked [LOCAL*]:{port} {host}\n",
    ),
    Case("revoked for all", "host key", known=KNOWN + "@revoked * {host}\n"),
    # ssh does not see such a marker; the console would rather refuse.
    Case("revoked after a tab", "in", known=KNOWN + "@revoked\t*\t{host}\n", ours="host key"),
    Case("revoked with a line end of Windows", "host key", known=KNOWN + "@revoked * {host}\r\n"),
    Case("revoked for all but others", "host key", known=KNOWN + "@revoked *,!other.example {host}\n"),
    # Where the name with its port is known, ssh does not look at the bare name's lines; the console does.
    Case(
        "revoked for the bare name",
        "in",
        known=KNOWN + "@revoked *,![127.0.0.1]:{port} {host}\n",
        ours="host key",
    ),
    Case("revoked for all but it", "in", known=KNOWN + "@revoked *,!127.0.0.1,![127.0.0.1]:{port} {host}\n"),
    Case("revoked with a hashed name", "host key", "UserKnownHostsFile {dir}/hashed_revoked"),
    Case("revoked in the machine's file", "host key", "GlobalKnownHostsFile {dir}/global_revoked"),
    Case("a hashed name", "in", "UserKnownHostsFile {dir}/hashed"),
    Case("a negation", "host key", known="*,!127.0.0.1,![127.0.0.1]:{port} {host}\n"),
    Case("a negation that leaves the bare name", "in", known="*,![127.0.0.1]:{port} {host}\n"),
    Case("a question mark", "in", known="[127.0.0.?]:{port} {host}\n"),
    Case("another port", "host key", known="[127.0.0.1]:1 {host}\n"),
    Case("a network is no pattern", "host key", known="127.0.0.0/8 {host}\n"),
    Case("several names", "in", known="other,[127.0.0.1]:{port} {host}\n"),
    Case("a broken line before it", "in", known="broken\n" + KNOWN),
    Case("an authority", "in", VOUCHED, "@cert-authority vouched {hostca}\n"),
    Case("an authority with capitals", "in", VOUCHED, "@cert-authority VOUCHED {hostca}\n"),
    Case(
        "an authority, a name that it did not sign",
        "host key",
        "HostKeyAlias elsewhere",
        "@cert-authority * {hostca}\n",
    ),
    Case(
        "the same, the plain key known",
        "in",
        "HostKeyAlias elsewhere",
        "@cert-authority * {hostca}\nelsewhere {host}\n",
    ),
    Case("a revoked authority", "host key", VOUCHED, "@cert-authority * {hostca}\n@revoked * {hostca}\n"),
    Case(
        "a revoked authority with capitals",
        "host key",
        VOUCHED,
        "@cert-authority * {hostca}\n@revoked VOUCHED {hostca}\n",
    ),
    Case(
        "a key revoked that an authority vouches for",
        "host key",
        VOUCHED,
        "@cert-authority * {hostca}\n@revoked * {host}\n",
    ),
    Case(
        "an authority whose signatures do not count",
        "host key",
        VOUCHED + "\nCASignatureAlgorithms rsa-sha2-512",
        "@cert-authority * {hostca}\n",
    ),
    # RevokedHostKeys
    Case("RevokedHostKeys as text", "host key", "RevokedHostKeys {dir}/revoked_text"),
    Case("RevokedHostKeys of another key", "in", "RevokedHostKeys {dir}/revoked_other"),
    Case("RevokedHostKeys as KRL", "host key", "RevokedHostKeys {dir}/krl"),
    Case("RevokedHostKeys as KRL of another key", "in", "RevokedHostKeys {dir}/krl_other"),
    Case("RevokedHostKeys that is not there", "host key", "RevokedHostKeys {dir}/nowhere"),
    Case("RevokedHostKeys that is no list", "host key", "RevokedHostKeys {dir}/revoked_bad"),
    Case("RevokedHostKeys as a broken KRL", "host key", "RevokedHostKeys {dir}/krl_bad"),
    Case("RevokedHostKeys that is empty", "in", "RevokedHostKeys {dir}/empty"),
    Case(
        "RevokedHostKeys by the tilde",
        "host key",
        "RevokedHostKeys ~/{up}/revoked_text",
        environment={"HOME": "/srv"},
    ),
    Case("RevokedHostKeys with a blank", "host key", 'RevokedHostKeys "{dir}/a b/revoked"'),
    Case(
        "RevokedHostKeys with the authority",
        "host key",
        VOUCHED + "\nRevokedHostKeys {dir}/revoked_ca",
        "@cert-authority * {hostca}\n",
    ),
    Case(
        "RevokedHostKeys as KRL of the authority",
        "host key",
        VOUCHED + "\nRevokedHostKeys {dir}/krl_ca",
        "@cert-authority * {hostca}\n",
    ),
    # From where
    Case("BindAddress", "in", "BindAddress 127.0.0.77"),
    Case("BindAddress of another machine", "unreachable", "BindAddress 192.0.2.1"),
    Case("BindInterface", "in", "BindInterface {loopback}"),
    Case("BindInterface that is not there", "unreachable", "BindInterface nowhere0"),
    Case("AddressFamily inet6 for an IPv4 address", "unreachable", "AddressFamily inet6"),
    Case("AddressFamily inet", "in", "AddressFamily inet"),
    # Methods and algorithms
    Case("PubkeyAuthentication no", "login", "PubkeyAuthentication no"),
    Case("PreferredAuthentications without keys", "login", "PreferredAuthentications password"),
    Case("PreferredAuthentications with keys", "in", "PreferredAuthentications password,publickey"),
    Case("PubkeyAcceptedAlgorithms of another kind", "login", "PubkeyAcceptedAlgorithms rsa-sha2-512"),
    Case(
        "PubkeyAcceptedAlgorithms skips a key",
        "in",
        "PubkeyAcceptedAlgorithms rsa-sha2-512\nIdentityFile {dir}/plain\nIdentityFile {dir}/rsa",
    ),
    Case("RequiredRSASize for the user's key", "login", "RequiredRSASize 4096\nIdentityFile {dir}/rsa"),
    Case("HostKeyAlgorithms that the host lacks", "unreachable", "HostKeyAlgorithms rsa-sha2-512"),
    Case("HostKeyAlgorithms of the host's", "in", "HostKeyAlgorithms ssh-ed25519"),
    Case("Ciphers", "in", "Ciphers aes256-ctr"),
    Case("KexAlgorithms", "in", "KexAlgorithms curve25519-sha256"),
    Case("StrictHostKeyChecking yes, known", "in", "StrictHostKeyChecking yes"),
    Case("StrictHostKeyChecking yes, unknown", "host key", "StrictHostKeyChecking yes", ""),
    Case("BatchMode and a passphrase", "login", "BatchMode yes\nIdentityFile {dir}/locked"),
    # Ways
    Case("ProxyCommand", "in", "ProxyCommand ssh -F {dir}/config -W %h:%p hop"),
    Case("an unknown token in ProxyCommand", "configuration", "ProxyCommand nc %h %Z"),
    Case("ProxyJump", "in", "ProxyJump hop"),
    Case("ProxyJump to a host with a key of its own that is unknown", "host key", "ProxyJump stranger"),
    Case("BindAddress of a jump host", "in", "ProxyJump bound"),
    Case("RevokedHostKeys for a jump host", "host key", "ProxyJump revoking"),
    Case("Match exec", "in", "IdentityFile {dir}/other\nMatch exec true\nIdentityFile {dir}/plain"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_the_console_does_what_ssh_does(case: Case, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.path("global_revoked").write_text(ground.filled("@revoked * {host}\n"))
    environment = {name: ground.filled(value) for name, value in case.environment.items()}
    config = ground.config(case.lines.replace("{loopback}", interface_of_loopback()), case.known)
    by_ssh = ground.ssh(config, environment)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    by_console = ground.console(config)
    assert by_ssh.result == case.result, by_ssh.words
    assert by_console.result == (case.ours or case.result), by_console.words
    assert case.ours or by_console.log == by_ssh.log
