"""The framebuffer: bounds, sharing, and that nothing of it stays behind."""

from __future__ import annotations

import errno
import mmap
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.picture import framebuffer as module
from deskconsole.picture.framebuffer import Framebuffer, sweep
from deskwire.digest import framebuffer_digest
from deskwire.errors import RemoteProtocolError
from deskwire.geometry import Rectangle


def test_another_process_maps_the_framebuffer_by_its_path() -> None:
    buffer = Framebuffer()
    buffer.reset(40, 30)
    buffer.view(Rectangle(3, 4, 2, 1))[:] = (1, 2, 3)
    code = "import sys; d = open(sys.argv[1], 'rb').read(); print(len(d), *d[(4 * 40 + 3) * 3:][:6])"
    heard = subprocess.run([sys.executable, "-c", code, buffer.path], capture_output=True, check=True)
    assert heard.stdout.split() == [b"3600", b"1", b"2", b"3", b"1", b"2", b"3"]
    assert buffer.path.stat().st_mode & 0o777 == 0o600
    buffer.close()


@pytest.mark.parametrize(
    "rectangle",
    [(-1, 0, 2, 2), (0, -1, 2, 2), (39, 0, 2, 1), (0, 29, 1, 2), (0, 0, 0, 1), (0, 0, 1, 0), (0, 0, 41, 30),
     (5, 5, -2, -2), (2**31, 0, 1, 1)],
)  # fmt: skip
def test_a_rectangle_that_is_not_inside_is_refused(rectangle: tuple[int, int, int, int]) -> None:
    buffer = Framebuffer()
    buffer.reset(40, 30)
    with pytest.raises(RemoteProtocolError):
        buffer.view(Rectangle(*rectangle))
    assert buffer.view(Rectangle(0, 0, 40, 30)).shape == (30, 40, 3)
    assert buffer.view(Rectangle(39, 29, 1, 1)).shape == (1, 1, 3)
    buffer.close()


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (16385, 1), (1, 16385), (16384, 16384), (-1, 5)])
def test_a_size_over_the_limits_is_refused_and_the_old_picture_stays(size: tuple[int, int]) -> None:
    buffer = Framebuffer()
    buffer.reset(4, 4)
    with pytest.raises(RemoteProtocolError):
        buffer.reset(*size)
    assert buffer.size == (4, 4)
    buffer.close()


def test_an_update_before_the_first_refresh_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        Framebuffer().view(Rectangle(0, 0, 1, 1))


def test_another_size_is_another_file_and_the_same_size_the_same() -> None:
    buffer = Framebuffer()
    buffer.reset(8, 4)
    first, generation = buffer.path, buffer.generation
    buffer.pixels[:] = 7
    buffer.reset(8, 4)
    assert (buffer.path, buffer.generation) == (first, generation)
    buffer.reset(4, 8)
    assert buffer.generation == generation + 1
    assert not first.exists()
    assert not buffer.pixels.any()
    last = buffer.path
    buffer.close()
    assert not last.exists()
    assert buffer.size is None


def test_a_view_outlives_the_framebuffer() -> None:
    buffer = Framebuffer()
    buffer.reset(8, 8)
    view = buffer.view(Rectangle(2, 2, 2, 2))
    view[:] = 9
    buffer.reset(9, 9)
    buffer.close()
    assert (view == 9).all()


def test_the_digest_is_the_wires() -> None:
    buffer = Framebuffer()
    buffer.reset(33, 7)
    buffer.pixels[:] = np.random.default_rng(1).integers(0, 256, (7, 33, 3))
    assert buffer.digest() == framebuffer_digest(33, 7, buffer.pixels.tobytes())
    buffer.close()


def test_only_the_files_of_dead_consoles_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "shared_folders", lambda: [tmp_path])
    alive = Framebuffer()
    alive.reset(4, 4)
    dead = tmp_path / "deskconsole-killed.bgr"
    dead.write_bytes(b"x")
    newborn = tmp_path / "deskconsole-newborn.bgr"
    newborn.write_bytes(b"x")
    other = tmp_path / "other.bgr"
    other.write_bytes(b"x")
    for path in (alive.path, dead, other):
        os.utime(path, (1, 1))
    assert sweep(tmp_path) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([alive.path.name, newborn.name, other.name])
    alive.close()


def test_no_room_anywhere_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "shared_folders", lambda: [tmp_path])

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(mmap, "mmap", refuse)
    with pytest.raises(ConfigurationError, match=f"no room .*{os.strerror(errno.ENOMEM)}"):
        Framebuffer().reset(100, 100)
    assert not list(tmp_path.iterdir())
