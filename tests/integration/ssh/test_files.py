"""Files over SFTP: looking, moving, reading, and uploads that go on where they were cut."""

from __future__ import annotations

import io
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deskconsole.common.errors import Cancelled, ConnectionLost, DeployError
from deskconsole.ssh.connection import Connection
from deskconsole.ssh.pipelined_sftp import PIECE
from support.sshd import Sshd

Dial = Callable[..., Connection]


def test_folders_are_made_listed_and_taken_away(sshd: Sshd, dial: Dial) -> None:
    with dial(sshd).files() as files:
        assert files.home() == str(sshd.home)
        files.make_folder("größe/b c/d")
        files.make_folder("größe/b c/d")
        files.upload(b"abc", "größe/b c/file")
        found = {entry.name: (entry.size, entry.folder) for entry in files.list("größe/b c")}
        assert found["file"] == (3, False)
        assert found["d"][1]
        assert (files.stat("größe/b c/file"), files.stat("größe/nothing")) == (3, None)
        assert files.list("nowhere") == ()
        files.rename("größe/b c", "größe/e")
        files.remove("größe/e/file")
        files.remove("größe/e/file")
        files.remove("größe/e/d")
        assert [entry.name for entry in files.list("größe/e")] == []


def test_renaming_never_replaces_a_file(sshd: Sshd, dial: Dial) -> None:
    with dial(sshd).files() as files:
        files.upload(b"one", "one")
        files.upload(b"two", "two")
        with pytest.raises(DeployError, match="does not rename one to two"):
            files.rename("one", "two")
        assert files.read("two") == b"two"
        with pytest.raises(DeployError, match="does not"):
            files.make_folder("one/below")


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 3_000_001])
def test_an_uploaded_file_reads_back_whole(sshd: Sshd, dial: Dial, size: int) -> None:
    data = os.urandom(size)
    with dial(sshd).files() as files:
        assert files.upload(io.BytesIO(data), "file") == size
        assert files.read("file") == data
        assert (sshd.home / "file").read_bytes() == data
        with pytest.raises(DeployError, match="larger than expected"):
            files.read("file", limit=size - 1)


def test_a_cut_upload_goes_on_where_it_was_cut(sshd: Sshd, dial: Dial) -> None:
    data = os.urandom(20_000_000)

    def cut(done: int, total: int) -> None:
        if done == 100 * PIECE:
            sshd.kill_connections()

    with pytest.raises(ConnectionLost, match="was cut while file was sent"), dial(sshd).files() as files:
        files.upload(data, "file", progress=cut)
    there = (sshd.home / "file").stat().st_size
    assert there >= 100 * PIECE
    steps: list[int] = []
    with dial(sshd).files() as files:
        sent = files.upload(data, "file", resume=True, progress=lambda done, total: steps.append(done))
        assert sent == len(data) - there
        assert files.upload(data, "file", resume=True) == 0
    assert (sshd.home / "file").read_bytes() == data
    assert steps[0] == there
    assert steps[-1] == len(data)


def test_a_whole_program_that_runs_is_not_uploaded_again(sshd: Sshd, dial: Dial) -> None:
    program = Path("/bin/sleep").read_bytes()
    with dial(sshd).files() as files:
        files.upload(program, "sleep", mode=0o700)
        with subprocess.Popen([sshd.home / "sleep", "60"]) as running:
            try:
                with pytest.raises(DeployError):
                    files.upload(program, "sleep")
                assert files.upload(program, "sleep", resume=True) == 0
            finally:
                running.kill()


def test_a_longer_file_is_no_beginning_of_ours(sshd: Sshd, dial: Dial) -> None:
    with dial(sshd).files() as files:
        files.upload(b"something longer", "file")
        assert files.upload(b"short", "file", resume=True) == 5
    assert (sshd.home / "file").read_bytes() == b"short"


def test_cancelling_an_upload_leaves_the_channel_in_order(sshd: Sshd, dial: Dial) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with dial(sshd).files() as files:
        with pytest.raises(Cancelled):
            files.upload(bytes(5_000_000), "file", mode=0o600, progress=stop)
        files.upload(b"other", "other", mode=0o640)
        files.remove("file")
        assert [entry.name for entry in files.list(".")] == ["other"]
    assert stat.S_IMODE((sshd.home / "other").stat().st_mode) == 0o640
