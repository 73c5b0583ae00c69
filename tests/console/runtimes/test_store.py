"""Where runtimes are kept: the right one is found, none is half-way, what is taken over is whole."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from deskconsole.common.errors import ConfigurationError, RuntimeUnavailable
from deskconsole.common.progress import Progress, StepId
from deskconsole.runtimes.build import ensure_runtime
from deskconsole.runtimes.container import Runtime
from deskconsole.runtimes.fetch import PythonSource
from deskconsole.runtimes.store import RuntimeStore
from support.small_runtime import FILES, write_small_runtime


@pytest.fixture
def shelf(tmp_path: Path) -> RuntimeStore:
    """An empty one, not there yet."""
    return RuntimeStore.below(tmp_path / "cache")


def put(shelf: RuntimeStore, python: str, **fields: Any) -> str:
    """Puts a small runtime there; returns its name."""
    with shelf.aside() as scratch:
        files = FILES | {"Lib/version.py": python.encode()}
        return shelf.put(
            Runtime.read(write_small_runtime(scratch, listed=files, python=python, **fields))
        ).name


def test_the_highest_python_that_fits_is_found(shelf: RuntimeStore, tmp_path: Path) -> None:
    assert shelf.fitting() is None
    assert shelf.runtimes() == []
    put(shelf, "3.9.9")
    best = put(shelf, "3.12.11")
    put(shelf, "3.12.9")
    put(shelf, "3.14.0", requirements="0" * 64)
    put(shelf, "3.14.1", platform="aarch64-pc-windows-msvc")
    found = shelf.fitting()
    assert found is not None
    assert found.name == best
    assert [runtime.manifest.python for runtime in shelf.runtimes()] == [
        "3.14.1", "3.14.0", "3.12.11", "3.12.9", "3.9.9",
    ]  # fmt: skip
    other = shelf.fitting("0" * 64)
    assert other is not None
    assert other.manifest.python == "3.14.0"
    assert ensure_runtime(tmp_path / "cache", report=lambda progress: None).name == best


def test_a_damaged_one_is_never_found_but_named(shelf: RuntimeStore) -> None:
    name = put(shelf, "3.13.5")
    path = shelf.folder / f"{name}.zip"
    path.write_bytes(path.read_bytes()[:-30])
    assert shelf.fitting() is None
    assert shelf.damaged() == [path]
    assert shelf.remove(name) > 0
    assert list(shelf.folder.iterdir()) == []


def test_one_from_elsewhere_is_taken_over_again_and_again(shelf: RuntimeStore, tmp_path: Path) -> None:
    path = write_small_runtime(tmp_path)
    renamed = path.rename(tmp_path / "from a stick.zip")
    taken = shelf.take(renamed)
    assert taken.path == shelf.folder / path.name
    assert shelf.take(renamed) == taken == shelf.fitting()
    assert list(shelf.folder.iterdir()) == [taken.path]


def test_a_damaged_one_from_elsewhere_leaves_nothing(shelf: RuntimeStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not those of its own list"):
        shelf.take(write_small_runtime(tmp_path, packed={}))
    assert shelf.runtimes() == []
    assert not shelf.folder.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file")
    with pytest.raises(RuntimeUnavailable, match=r"cache.runtimes: Not a directory"):
        RuntimeStore.below(tmp_path / "cache").take(write_small_runtime(tmp_path))


def test_leftovers_of_a_killed_console_are_deleted_after_a_day(shelf: RuntimeStore) -> None:
    old, young = shelf.folder / ".making-old", shelf.folder / ".making-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "rest").write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    with shelf.aside() as scratch:
        assert scratch.is_dir()
    assert list(shelf.folder.iterdir()) == [young]


def test_a_build_that_fails_fails_for_all_who_waited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    mirror = socket.create_server(("127.0.0.1", 0))  # says nothing, then hangs up
    all_wait = threading.Barrier(3, action=mirror.close)
    source = PythonSource(mirror=f"http://127.0.0.1:{mirror.getsockname()[1]}/")
    steps: list[StepId] = []
    failures: list[str] = []

    def console() -> None:
        waited = False

        def report(progress: Progress) -> None:
            nonlocal waited
            if not waited:
                waited = True
                steps.append(progress.step)
                all_wait.wait(30)

        try:
            ensure_runtime(tmp_path / "cache", report, source)
        except RuntimeUnavailable as error:
            failures.append(str(error))

    threads = [threading.Thread(target=console) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 3
    assert len(set(failures)) == 1
    assert sorted(steps) == [StepId.FETCH_PYTHON, StepId.WAIT_FOR_BUILD, StepId.WAIT_FOR_BUILD]
