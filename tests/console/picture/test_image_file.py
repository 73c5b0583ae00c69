"""Saved pictures: what is read back, how the files are called, and that none is overwritten."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.kept_file import kept_name
from deskconsole.picture.image_file import ImageFormat, keep_image, write_image

PICTURE = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8)
AT = 1_795_944_026.5


@pytest.mark.parametrize("kind", ImageFormat)
def test_other_programs_read_what_was_saved(kind: ImageFormat, tmp_path: Path) -> None:
    file = keep_image(tmp_path / "new", "lab-01", AT, PICTURE, kind)
    assert file.suffix == kind.suffix
    read = cv2.imread(str(file))
    assert read is not None
    assert read.shape == PICTURE.shape
    assert np.array_equal(read, PICTURE) or kind is ImageFormat.JPEG


def test_a_folder_that_is_made_is_its_users_alone(tmp_path: Path) -> None:
    file = keep_image(tmp_path / "new", "lab-01", AT, PICTURE)
    assert file.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("lab-01", "lab-01"),
        ("Žofie's desk", "Žofie_s_desk"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a:b*c?\x1b[2J", "a_b_c___2J"),
        ("...", "host"),
        ("x" * 200, "x" * 64),
    ],
)
def test_a_name_is_host_and_time_on_any_file_system(host: str, name: str) -> None:
    made = kept_name(host, AT, ".png")
    assert made.startswith(f"{name}_20")
    assert len(made) == len(name) + len("_2026-11-30_09-41-07.png")


def test_no_picture_is_overwritten(tmp_path: Path) -> None:
    first, second, third = (keep_image(tmp_path, "lab-01", AT, PICTURE) for _ in range(3))
    assert second.name == f"{first.stem}-2.png"
    assert third.name == f"{first.stem}-3.png"


def test_a_picture_too_large_for_its_format_is_refused(tmp_path: Path) -> None:
    wide = np.zeros((1, 20_000, 3), np.uint8)
    with pytest.raises(ConfigurationError, match="a picture of 20000 x 1 is too large for webp"):
        write_image(tmp_path / "wide.webp", wide, ImageFormat.WEBP, replace=True)
    assert list(tmp_path.iterdir()) == []


def test_a_name_of_many_bytes_is_a_files_name_too(tmp_path: Path) -> None:
    assert keep_image(tmp_path, "\U0001d400" * 64, AT, PICTURE).is_file()


def test_pictures_that_threads_save_in_the_same_second_have_a_name_each(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        files = list(threads.map(lambda _: keep_image(tmp_path, "lab-01", AT, PICTURE), range(32)))
    assert len({*files}) == len(list(tmp_path.iterdir())) == 32


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_half_a_picture_is_removed_and_no_device(tmp_path: Path) -> None:
    full = tmp_path / "full.png"
    full.symlink_to("/dev/full")
    with pytest.raises(ConfigurationError, match="No space left"):
        write_image(full, PICTURE, ImageFormat.PNG, replace=True)
    assert full.is_symlink()


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from deskconsole.common.errors import ConfigurationError
from deskconsole.picture.image_file import ImageFormat, write_image
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_image(Path(sys.argv[1]), np.random.default_rng(2).integers(0, 256, (30, 40, 3), np.uint8),
                ImageFormat.PNG, replace=True)
except ConfigurationError as error:
    print(error)
"""


def test_the_old_picture_stays_where_a_full_disk_does_not_take_the_new_one(tmp_path: Path) -> None:
    file = tmp_path / f"{'x' * 250}.png"
    write_image(file, PICTURE, ImageFormat.PNG, replace=True)
    before = file.read_bytes()
    file.chmod(0o640)
    said = subprocess.run(
        (sys.executable, "-c", _FULL_DISK, str(file)), capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith(f"cannot write {file}: ")
    assert file.read_bytes() == before
    write_image(file, PICTURE[:10], ImageFormat.PNG, replace=True)
    assert file.read_bytes() != before
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
@pytest.mark.parametrize(
    "way", ["a second name", "stdout", "a link to stdout", "a folder that takes no file"]
)
def test_a_picture_is_written_in_its_place_where_no_other_file_may_take_it(way: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = written = folder / "lab.png"
        file.write_bytes(b"old")
        before = file.stat()
        if way == "a second name":
            (folder / "other.png").hardlink_to(file)
        elif way == "a folder that takes no file":
            folder.chmod(0o555)
        else:
            written = Path("/dev/stdout")
            if way != "stdout":
                written = folder / "link.png"
                written.symlink_to("/dev/stdout")
        with _as_no_root(file), _stdout_in(file):
            write_image(written, PICTURE, ImageFormat.PNG, replace=True)
        folder.chmod(0o755)
        read = cv2.imread(str(file))
        assert read is not None
        assert np.array_equal(read, PICTURE)
        assert file.stat().st_ino == before.st_ino
        if way == "a second name":
            assert (folder / "other.png").samefile(file)


@contextlib.contextmanager
def _as_no_root(file: Path) -> Iterator[None]:
    """The user is one whom a folder's mode binds, and who has this file."""
    if os.geteuid() != 0:
        yield
        return
    file.parent.chmod(file.parent.stat().st_mode | 0o055)
    for one in (file.parent, file):
        os.chown(one, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextlib.contextmanager
def _stdout_in(file: Path) -> Iterator[None]:
    """The process's stdout is in this file, as by the shell's `>`."""
    before = os.dup(1)
    with file.open("ab") as out:
        os.dup2(out.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(before, 1)
        os.close(before)
