"""A runtime on its way to a Windows host that answers as the test wants: what stays there of a failed try."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deskconsole.bootstrap.answers import Refusal
from deskconsole.bootstrap.facts import HostFacts
from deskconsole.bootstrap.windows import runtime as windows_runtime
from deskconsole.bootstrap.windows.runtime import put_runtime
from deskconsole.common.errors import DeployError
from deskconsole.common.progress import ignore
from deskconsole.runtimes.container import Runtime
from deskconsole.ssh.command import CommandResult
from support.small_runtime import write_small_runtime

FACTS = HostFacts(
    "lab-01", "Windows", "AMD64", "", (0, 0, 0), r"C:\Users\ann", "root", "AppData/Local/deskconsole", None
)


class Disk:
    """The files of a host, and its SSH connection: what is deleted there is gone."""

    alive = True
    server = "SSH-2.0-OpenSSH_for_Windows_9.5"

    def __init__(self) -> None:
        self.files_there: dict[str, bytes] = {}
        self.sent = 0

    @contextlib.contextmanager
    def files(self) -> Iterator[Disk]:
        yield self

    def run(self, command: str, **_: object) -> CommandResult:
        assert command.startswith("cmd /d /c rd /s /q ")
        folder = command.rpartition(" ")[2].replace("\\", "/")
        self.files_there = {
            path: data for path, data in self.files_there.items() if not path.startswith(folder)
        }
        return CommandResult(0, b"", b"")

    def make_folder(self, path: str) -> None:
        """There is nothing to be done for it."""

    def list(self, folder: str) -> list[str]:
        return [path for path in self.files_there if path.startswith(folder)]

    def stat(self, path: str) -> int | None:
        if path in self.files_there:
            return len(self.files_there[path])
        return 0 if self.list(f"{path}/") else None

    def read(self, path: str) -> bytes:
        return self.files_there[path]

    def remove(self, path: str) -> None:
        self.files_there.pop(path, None)

    def rename(self, path: str, to: str) -> None:
        self.files_there = {
            to + name.removeprefix(path) if name.startswith(path) else name: data
            for name, data in self.files_there.items()
        }

    def upload(self, source: Any, path: str, *, resume: bool = False, **_: object) -> int:
        data = source if isinstance(source, bytes) else source.read()
        sent = len(data) - (len(self.files_there.get(path, b"")) if resume else 0)
        self.files_there[path] = data
        if not path.endswith("/waiting"):  # the sign of life
            self.sent += sent
        return sent


class Host:
    """Puts one runtime onto a disk, whose scripts answer as `answers` says."""

    def __init__(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runtime = runtime
        self.disk = Disk()
        self.answers: dict[str, Any] = {
            "first_run": {"whole": False},
            "unpack": {"verified": True, "wrong": [], "files": 3},
            "smoke_test": {"failed": "", "there": "nothing"},
        }
        monkeypatch.setattr(windows_runtime, "ask_python", self._ask)

    def _ask(self, _connection: object, _python: str, name: str, *_: object, **__: object) -> Any:
        answer = self.answers[name.rpartition(".")[2]]
        if isinstance(answer, Refusal):
            return answer
        kinds: dict[str, Any] = {
            "first_run": windows_runtime._FirstRun,
            "unpack": windows_runtime._Unpacked,
            "smoke_test": windows_runtime._Tried,
        }
        return kinds[name.rpartition(".")[2]](**answer)

    def put(self) -> int:
        connection: Any = self.disk
        return put_runtime(connection, FACTS, self.runtime, ignore)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(Runtime.read(write_small_runtime(tmp_path)), monkeypatch)


@pytest.mark.parametrize(
    "failing",
    [
        pytest.param({"unpack": {"verified": True, "wrong": ["a.dll"], "files": 3}}, id="a file taken away"),
        pytest.param({"unpack": Refusal("not permitted", errno="EACCES")}, id="the archive is held"),
        pytest.param({"smoke_test": {"failed": "cv2: DLL load failed", "there": "nothing"}}, id="blocked"),
        pytest.param({"smoke_test": Refusal("not permitted", errno="EACCES")}, id="a library is held"),
    ],
)
def test_what_arrived_whole_is_not_sent_again_because_the_host_refuses_something(
    host: Host, failing: dict[str, Any]
) -> None:
    good = dict(host.answers)
    host.answers |= failing
    with pytest.raises(DeployError):
        host.put()
    assert host.disk.sent == host.runtime.manifest.upload
    host.answers = good
    assert host.put() == 0
    assert host.disk.files_there.keys() >= {f"AppData/Local/deskconsole/{host.runtime.name}/python.exe"}


def test_a_disk_that_is_full_is_given_its_room_back(host: Host) -> None:
    host.answers["unpack"] = Refusal("no space left", errno="ENOSPC")
    with pytest.raises(DeployError, match="no space left") as caught:
        host.put()
    assert "whether the disk is full" in caught.value.remedy
    assert host.disk.files_there == {}


def test_a_script_that_meets_a_junction_says_what_helps(host: Host) -> None:
    host.answers["first_run"] = Refusal("Pfad nicht durchlaufen (error 448): AppData", errno="EINVAL")
    with pytest.raises(DeployError, match="error 448") as caught:
        host.put()
    assert "a junction that a user made" in caught.value.remedy
