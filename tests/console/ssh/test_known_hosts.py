"""Reading known_hosts files and appending to ours, without any connection."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskconsole.common.errors import ConfigurationError
from deskconsole.ssh.known_hosts import KnownHosts, fingerprint
from support.sshd import keygen, public_line


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_among_the_files_is_not_waited_for(key: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "other").write_text(f"a {key}\n")
    (entry,) = KnownHosts(tmp_path / "own", [tmp_path / "pipe", tmp_path / "other"]).find("a")
    assert entry.path == tmp_path / "other"


def test_consoles_that_trust_and_forget_keys_at_once_lose_none(key: str, tmp_path: Path) -> None:
    own = tmp_path / "known_hosts"
    program = (
        "import base64, sys; from pathlib import Path; from deskconsole.ssh.known_hosts import KnownHosts\n"
        "known, blob = KnownHosts(Path(sys.argv[1])), base64.b64decode(sys.argv[3])\n"
        "sys.stdin.readline()\n"
        "for number in range(8):\n"
        "    known.add(f'{sys.argv[2]}-{number}', blob)\n"
        "    known.add(f'{sys.argv[2]}-old', blob)\n"
        "    known.forget(f'{sys.argv[2]}-old', {blob})\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, own, name, key.split()[1]], stdin=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    for writer in writers:
        writer.communicate(b"\n", timeout=120)
        assert writer.returncode == 0
    names = {line.split()[0] for line in own.read_text().splitlines()}
    assert names == {f"{name}-{number}" for name in ("one", "two", "three") for number in range(8)}
