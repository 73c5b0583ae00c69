"""Installed as a tool, from a clone or an archive: every file that the program needs is in the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import uv

from support.command_line import ROOT
from support.wheel import build_wheel

AGENT = "from deskconsole.bootstrap.archive import agent_archive; print(agent_archive().name)"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_a_wheel_has_every_file_and_sends_the_same_agent(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    needed = {
        path.relative_to(side).as_posix()
        for side in (ROOT / "agent", ROOT / "console")
        for path in side.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert needed <= {path.relative_to(installed).as_posix() for path in installed.rglob("*")}
    sent = [
        subprocess.run(
            [sys.executable, "-P", "-c", AGENT],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, homes))},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for homes in ([installed], [ROOT / "agent", ROOT / "console"])
    ]
    assert sent[0].startswith("agent-")
    assert sent[0] == sent[1]


def test_the_wheel_is_a_tool_that_needs_no_clone(wheel: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    environment["DESKCONSOLE_HOME"] = str(tmp_path / "home")
    versions = str(ROOT / "scripts" / "locks" / "run.txt")
    install = [uv.find_uv_bin(), "tool", "install", "--quiet", "--python", sys.executable]
    subprocess.run([*install, "--constraints", versions, str(wheel)], env=environment, check=True)
    for arguments, words in ((["hosts", "--json"], "[]"), (["--version"], "deskconsole 0.1.0")):
        command = [str(tmp_path / "bin" / "deskconsole"), *arguments]
        said = subprocess.run(
            command, env=environment, cwd=tmp_path, stdin=subprocess.DEVNULL, check=True, capture_output=True
        )
        assert said.stderr == b""
        assert words in said.stdout.decode()
