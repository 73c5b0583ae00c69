"""Installed as a tool, from a clone or an archive: every file that the program needs is in the wheel."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
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


def test_slim_environment_has_stubs_in_place_of_the_libraries_that_opencv_never_calls(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv/bin/python"
    (place,) = tmp_path.glob("venv/lib/python3*/site-packages")
    opencv = importlib.metadata.distribution("opencv-python")
    ours = Path(str(opencv.locate_file("")))
    for folder in ("cv2", "opencv_python.libs", f"opencv_python-{opencv.version}.dist-info"):
        shutil.copytree(ours / folder, place / folder)
    (place / "others.pth").write_text(f"{ROOT / 'agent'}\n{ROOT / 'console'}\n{ours}\n")
    for _ in range(2):
        subprocess.run([python, "-I", ROOT / "scripts/slim.py"], check=True)
    libraries = list((place / "opencv_python.libs").iterdir())
    assert len(libraries) == len(list((ours / "opencv_python.libs").iterdir()))
    assert sum(path.stat().st_size for path in libraries) < 40e6
    assert list(place.glob("cv2/**/__pycache__")), "what the program imports is compiled"
    show = "import cv2, numpy; print(cv2.__file__); cv2.imencode('.png', numpy.zeros((9, 9, 3), 'uint8'))"
    loaded = subprocess.run([python, "-I", "-c", show], check=True, capture_output=True, text=True)
    assert loaded.stdout.startswith(str(place))
