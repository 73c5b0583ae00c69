"""Requests of a console as a host runs them: from the deployed folder or over stdin, by a bare Python."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deskconsole.bootstrap.archive import agent_archive
from deskconsole.bootstrap.script import HOST, REMOTE, module_program

PYTHON = [sys.executable, "-I", "-S", "-X", "utf8"]
"""Without site-packages: no numpy, nothing of the console."""

SENT = [
    f"{REMOTE}.install",
    f"{REMOTE}.posix.probe",
    f"{REMOTE}.windows.probe",
    f"{REMOTE}.windows.smoke_test",
    f"{REMOTE}.windows.unpack",
    f"{HOST}.posix.remove",
    f"{HOST}.windows.remove",
]


def run(*words: str | Path, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PYTHON, *words], input=stdin, capture_output=True, check=False, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "agent folder"
    with zipfile.ZipFile(agent_archive().open()) as archive:
        archive.extractall(folder)
    return folder


def test_the_deployed_folder_answers_with_a_bare_python(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    request = {"marker": "mark ", "arguments": {"root": str(tmp_path / "file" / "below")}}
    finished = run(folder, "host", "launch", stdin=json.dumps(request).encode())
    assert finished.stdout.startswith(b"\nmark ")
    assert "Not a directory" in json.loads(finished.stdout.removeprefix(b"\nmark "))["error"]
    assert (finished.returncode, finished.stderr) == (0, b"")


@pytest.mark.parametrize("words", [[], ["remote"], ["launch", "more"]])
def test_an_unknown_request_is_a_wrong_usage(folder: Path, words: list[str]) -> None:
    finished = run(folder, "host", *words, stdin=b"")
    assert (finished.returncode, finished.stdout) == (2, b"")
    assert b"usage" in finished.stderr


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_brings_along_all_that_it_imports(name: str) -> None:
    program = module_program(name, "mark ", {})
    imports, _, call = program.rstrip().rpartition(b"\n")
    assert call.startswith(b"answer(main,")
    finished = run("-", stdin=imports)
    assert (finished.returncode, finished.stderr) == (0, b"")
