"""The agent's folder as a host has it: a program of its own, whose faults can be read in its log."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deskconsole.bootstrap.archive import agent_archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "agent folder"
    zipfile.ZipFile(agent_archive().open()).extractall(folder)
    return folder


def command(folder: Path, log: Path, *arguments: str) -> list[str]:
    token = folder.parent / "token"
    serve = ["serve", "--token-file", str(token), "--log-file", str(log), *arguments]
    # Without a standard error, as pythonw has none.
    return ["/bin/sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-I", str(folder), *serve]


def run(*arguments: str, folder: Path, log: Path) -> int:
    return subprocess.run(command(folder, log, *arguments), check=False, timeout=60).returncode


def test_the_folder_serves_although_python_is_isolated(folder: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    log = tmp_path / "agent.log"
    code = run("--source=synthetic", "--idle-exit=0.1", f"--ready-file={ready}", folder=folder, log=log)
    assert code == 0, log.read_text()
    assert json.loads(ready.read_text())["port"] > 0
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("module", ["numpy", "cv2"])
def test_a_package_that_cannot_be_loaded_is_in_the_log(folder: Path, tmp_path: Path, module: str) -> None:
    (folder / f"{module}.py").write_text("raise ImportError('DLL load failed while importing it')\n")
    log = tmp_path / "agent.log"
    assert run(folder=folder, log=log) != 0
    assert "DLL load failed while importing it" in log.read_text()


def test_a_wrong_argument_is_in_the_log(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "agent.log"
    assert run("--size", "12", folder=folder, log=log) == 2
    assert "'12' is no size" in log.read_text()


def test_a_crash_of_the_machine_code_is_in_the_log(folder: Path, tmp_path: Path) -> None:
    (folder / "cv2.py").write_text("import ctypes; ctypes.string_at(8)\n")
    log = tmp_path / "agent.log"
    assert run(folder=folder, log=log) != 0
    assert "Segmentation fault" in log.read_text()


def test_a_log_that_cannot_be_written_leaves_an_exit_code(folder: Path, tmp_path: Path) -> None:
    assert run(folder=folder, log=tmp_path / "missing" / "agent.log") != 0
    assert not (tmp_path / "missing").exists()
