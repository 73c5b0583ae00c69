"""Reading known_hosts files and appending to ours, without any connection."""

from __future__ import annotations

import base64
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskconsole.errors import ConfigurationError
from deskconsole.ssh.host_keys import KnownHosts, fingerprint
from sshd import keygen, public_line


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> str:
    return public_line(keygen(tmp_path_factory.mktemp("keys") / "key"))


def blob(line: str) -> bytes:
    return base64.b64decode(line.split()[1])


def test_the_fingerprint_is_ssh_keygen_s(key: str, tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(key + "\n")
    said = subprocess.run(
        ["ssh-keygen", "-lf", tmp_path / "key.pub"], check=True, capture_output=True, text=True
    )
    assert said.stdout.split()[1] == fingerprint(blob(key))


def test_markers_places_and_lines_that_are_no_use(key: str, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(
        f"# comment\n\n@frobnicate a {key}\n|1|bad|hash {key}\na ssh-unknown AAAA\n"
        f"@cert-authority *.org,a {key}\n@revoked a {key}\nb,a {key} trailing words\n"
    )
    found = KnownHosts(tmp_path / "own", [file, tmp_path / "absent", tmp_path]).find("a")
    assert [(entry.marker, entry.line) for entry in found] == [("cert-authority", 6), ("revoked", 7), ("", 8)]
    assert {entry.path for entry in found} == {file}


def test_adding_makes_the_file_for_the_user_alone_and_is_seen_at_once(key: str, tmp_path: Path) -> None:
    own = tmp_path / "new" / "folder" / "known_hosts"
    known = KnownHosts(own)
    assert not known.find("[lab]:2222")
    known.add("[Lab]:2222", blob(key))
    known.add("other", blob(key))
    assert own.read_text() == f"[lab]:2222 {key}\nother {key}\n"
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    (entry,) = known.find("[lab]:2222")
    assert entry.blob == blob(key)
    assert entry.algorithm == "ssh-ed25519"


def test_a_file_that_cannot_be_written(key: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be stored"):
        KnownHosts(tmp_path / "file" / "known_hosts").add("lab", blob(key))


@given(text=st.text(max_size=200))
def test_no_line_whatsoever_stops_the_reading(
    text: str, key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("any") / "known_hosts"
    file.write_text(f"{text}\nlab {key}\n", "utf-8", errors="replace")
    assert blob(key) in [entry.blob for entry in KnownHosts(file).find("lab")]
