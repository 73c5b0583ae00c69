"""A host whose Python has no packages gets the real ones: what they take there, and whether the agent works.

They come from the package index, once: uv keeps what it fetched in the tests' cache.
"""

from __future__ import annotations

import os
import pickle
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from msgspec.structs import replace

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.probe import probe
from deskconsole.common.paths import Paths
from deskconsole.session.events import Event
from deskconsole.session.route import SshRoute
from deskconsole.session.session import Session
from deskconsole.session.state import State
from support.answers import Answers
from support.bootstrap_host import Ground
from support.exactness import shows
from support.xvfb import Xvfb, wait_for
from winhost import cache

LIMIT = 130
"""MB that a Linux host may hold while its agent runs, bytecode included. 126 were measured, of which OpenCV's
module takes 71 and numpy's OpenBLAS 25."""

_ENCODE_ALL = """
import pickle, sys
import numpy as np
from deskagent.capture.synthetic import render
from deskagent.encoding.codecs.jpeg import QUALITIES, JpegEncoder
from deskagent.encoding.codecs.png import PngEncoder
from deskagent.encoding.codecs.solid import SolidEncoder
from deskagent.encoding.codecs.zstd import ZstdEncoder
from deskagent.encoding.thumbnail import make_preview, shrink

pictures = {scene: render(scene, 7, 1.5, 640, 360) for scene in ("typing", "motion", "drag")}
zstd = ZstdEncoder()
zstd.restart(640, 360)
found = {}
for scene, picture in pictures.items():
    pixels = np.ascontiguousarray(picture[:, :, :3])
    found[scene] = {
        "pixels": pixels.tobytes(),
        "PNG": PngEncoder().encode(pixels),
        "JPEG": [JpegEncoder().encode(pixels, quality) for quality in QUALITIES],
        "ZSTD": zstd.encode(pixels),
        "ZSTD_ROWS": zstd.encode_rows(pixels),
        "SOLID": SolidEncoder().encode(np.full_like(pixels, 7)),
        "preview": make_preview(shrink(picture, 320, 180)).picture,
    }
sys.stdout.buffer.write(pickle.dumps(found))
"""


@pytest.fixture(autouse=True)
def kept_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched twice."""
    if "UV_CACHE_DIR" not in os.environ:
        monkeypatch.setenv("UV_CACHE_DIR", str(cache.folder() / "uv"))


def megabytes(folder: Path) -> float:
    """What the disk gives to all files below a folder."""
    return sum(file.lstat().st_blocks * 512 for file in folder.rglob("*")) / 1e6


@pytest.mark.timeout(900)
def test_bare_linux_host_keeps_few_megabytes_and_encodes_everything(bare: Ground, tmp_path: Path) -> None:
    paths = Paths.below(tmp_path / "console")
    facts = probe(bare.connection, bare.host)
    deployed = deploy(bare.connection, facts, cache=paths.cache)
    assert deployed.packages is not None
    root = Path(facts.root)

    with Xvfb(1024, 768) as screen:
        screen.run("xterm", "-geometry", "100x30+20+20", "-T", "terminal", "sh")
        screen.wait_for_window("terminal")
        host = replace(bare.host, x_display=screen.display)
        route = SshRoute(host, Answers(), paths, ssh_config=bare.server.client_config)
        events: list[Event] = []
        session = Session(host.name, route, host.display, events.append)
        session.connect()
        try:
            assert session.wait_for(lambda one: one.state is State.STREAMING and one.size is not None, 60), (
                events
            )
            wait_for(lambda: shows(session, screen.screenshot), what="the exact picture")
            assert session.snapshot().statistics.refreshes == {"first frame": 1}
        finally:
            session.close()
    assert megabytes(root) < LIMIT

    found = pickle.loads(
        subprocess.run(
            [facts.python, "-c", _ENCODE_ALL],
            env={"PYTHONPATH": f"{root / deployed.agent}:{root / deployed.packages}"},
            capture_output=True,
            check=True,
        ).stdout
    )
    for scene, bodies in found.items():
        pixels = np.frombuffer(bodies["pixels"], np.uint8).reshape(360, 640, 3)
        assert np.array_equal(_decoded(bodies["PNG"]), pixels), scene
        assert min(cv2.PSNR(_decoded(body), pixels) for body in bodies["JPEG"]) > 25, scene
        assert (bodies["ZSTD"][0], bodies["ZSTD_ROWS"][0], bodies["SOLID"]) == (1, 3, b"\0\7\7\7")
        assert _decoded(bodies["preview"]).shape == (180, 320, 3)


def _decoded(body: bytes) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture
