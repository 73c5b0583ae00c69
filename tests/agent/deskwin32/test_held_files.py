"""Files that a virus scanner holds on Windows: what is refused for a moment is done after it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deskagent import __main__ as agent
from deskagent.host import answer
from deskagent.host.parts import LISTING, hashed, is_intact
from deskagent.host.windows import protection
from deskconsole.bootstrap.archive import archived
from deskconsole.bootstrap.remote import install
from deskconsole.bootstrap.remote.windows import unpack_lock
from deskconsole.inventory import toml_file
from deskconsole.runtimes.container import Runtime
from deskconsole.runtimes.store import RuntimeStore
from deskwin32 import held_files
from support.small_runtime import write_small_runtime

FOREVER = 10_000
SHARING_VIOLATION, ACCESS_DENIED, PATH_NOT_FOUND = 32, 5, 3


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_files, "SHORTEST_PAUSE", 0.001)
    monkeypatch.setattr(held_files, "LONGEST_PAUSE", 0.001)
    monkeypatch.setattr(held_files, "BRIEF_TIMEOUT", 0.02)


def refusing(act: Callable[..., Any], times: int, winerror: int | None) -> Callable[..., Any]:
    """The same, after so many refusals of Windows; those of Python's `open` have no number."""
    left = [times]

    def refuse(*arguments: Any, **more: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            error = PermissionError(13, "refused")
            if winerror is not None:
                error.winerror = winerror  # type: ignore[attr-defined, unused-ignore]
            raise error
        return act(*arguments, **more)

    return refuse


@pytest.mark.parametrize("winerror", [SHARING_VIOLATION, ACCESS_DENIED])
def test_what_is_held_for_a_moment_is_done_then_and_told(winerror: int) -> None:
    told: list[None] = []
    assert held_files.once_released(refusing(lambda: 7, 3, winerror), wait=lambda: told.append(None)) == 7
    assert len(told) == 3


def test_another_refusal_is_told_at_once() -> None:
    with pytest.raises(PermissionError):
        held_files.once_released(refusing(lambda: 7, 1, PATH_NOT_FOUND))


def test_what_stays_held_is_told_in_the_end() -> None:
    with pytest.raises(PermissionError):
        held_files.once_released(refusing(lambda: 7, FOREVER, SHARING_VIOLATION), timeout=0.02)


def install_agent(root: Path) -> tuple[dict[str, Any], Path]:
    """The answer of the script that takes an uploaded archive into use, and the upload."""
    archive = archived("agent-00000000000a", {"hello.py": b"pass"})
    part = root / "agent.part"
    with archive.open() as source, part.open("wb") as target:
        shutil.copyfileobj(source, target)
    sent = {"verb": "install", "root": str(root), "part": part.name, "name": archive.name, "keep": []}
    return install.main({**sent, "sha256": archive.sha256()}), part


def test_a_folder_that_is_scanned_as_it_is_unpacked_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "tell_of_waiting", lambda: None)
    monkeypatch.setattr(Path, "rename", refusing(Path.rename, 3, ACCESS_DENIED))
    answer, _ = install_agent(tmp_path)
    assert "error" not in answer
    folder = tmp_path / "agent-00000000000a"
    assert json.loads((folder / LISTING).read_bytes()) == {"hello.py": [4, hashed(folder / "hello.py")]}


def test_an_upload_that_cannot_be_deleted_does_not_undo_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refusing(Path.unlink, FOREVER, SHARING_VIOLATION))
        answer, part = install_agent(tmp_path)
    assert "error" not in answer
    assert zipfile.is_zipfile(part), "it is still there"
    assert (tmp_path / "agent-00000000000a" / "hello.py").exists()


@pytest.mark.parametrize(("platform", "waits"), [("win32", True), ("linux", False)])
def test_a_file_that_python_may_not_open_is_held_on_windows_and_forbidden_elsewhere(
    monkeypatch: pytest.MonkeyPatch, platform: str, waits: bool
) -> None:
    monkeypatch.setattr(held_files, "sys", SimpleNamespace(platform=platform))
    opening = refusing(lambda: 7, 3, None)
    if waits:
        assert held_files.once_released(opening) == 7
    else:
        with pytest.raises(PermissionError):
            held_files.once_released(opening)


def test_a_file_that_a_scanner_keeps_for_itself_for_a_moment_is_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"whole")
    digest = hashlib.sha256(b"whole").hexdigest()
    (tmp_path / LISTING).write_text(json.dumps({"file": [5, digest]}))
    monkeypatch.setattr(Path, "open", refusing(Path.open, 3, SHARING_VIOLATION))
    assert is_intact(tmp_path, thorough=True)


def test_an_agent_whose_ready_file_is_scanned_comes_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", refusing(Path.replace, 3, ACCESS_DENIED))
    agent._write_whole(tmp_path / "ready.json", "{}")
    assert (tmp_path / "ready.json").read_text() == "{}"
    assert not (tmp_path / "ready.json.part").exists()


def test_a_stray_file_that_is_scanned_does_not_keep_an_elevated_agent_from_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / f"runtime-{hashlib.sha256(b'{}').hexdigest()[:12]}"
    part.mkdir()
    (part / LISTING).write_bytes(b"{}")
    (part / "stray.py").touch()
    monkeypatch.setattr(Path, "unlink", refusing(Path.unlink, 3, SHARING_VIOLATION))
    protection.verify_parts(tmp_path, [part.name])
    assert not (part / "stray.py").exists()


def test_an_unpacking_waits_for_a_scanner_that_reads_what_asked_the_one_before_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "_marker", ["marker "])
    monkeypatch.setattr(unpack_lock, "LOOK_AGAIN", 0.001)
    # Twice the file of the one before, then the one that asks for its end.
    monkeypatch.setattr(Path, "unlink", refusing(Path.unlink, 2, SHARING_VIOLATION))
    held = tmp_path / unpack_lock.HELD
    with unpack_lock.taken(tmp_path, held):
        assert not (tmp_path / unpack_lock.STOP).exists()


def test_a_refusal_of_windows_keeps_its_number_since_its_words_are_translated(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def refuse(_arguments: dict[str, Any]) -> dict[str, Any]:
        error = OSError(22, "Der Pfad kann nicht durchlaufen werden.", "C:\\Users\\ann")
        error.winerror = 448  # type: ignore[attr-defined, unused-ignore]
        raise error

    answer.answer(refuse, "marker ", {})
    said = json.loads(capfd.readouterr().out.strip().removeprefix("marker "))
    assert said["error"] == "Der Pfad kann nicht durchlaufen werden (error 448): C:\\Users\\ann"


def test_a_hosts_file_that_another_console_reads_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hosts.toml"
    path.write_text("# before")
    monkeypatch.setattr(Path, "replace", refusing(Path.replace, 3, ACCESS_DENIED))
    toml_file.write(path, "# after")
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["# after"]


def test_a_runtime_that_is_scanned_as_it_is_built_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RuntimeStore.below(tmp_path)
    with monkeypatch.context() as patched, store.aside() as scratch:
        container = Runtime.read(write_small_runtime(scratch))
        (scratch / "archive").touch()
        patched.setattr(Path, "replace", refusing(Path.replace, 3, SHARING_VIOLATION))
        patched.setattr(os, "unlink", refusing(os.unlink, FOREVER, SHARING_VIOLATION))
        name = store.put(container).name
    assert [runtime.name for runtime in store.runtimes()] == [name]
