"""Installed as a tool, from a clone or an archive: every file that the program needs is in the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from support.command_line import ROOT

AGENT = "from deskconsole.bootstrap.archive import agent_archive; print(agent_archive().name)"


def test_a_wheel_has_every_file_and_sends_the_same_agent(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
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
