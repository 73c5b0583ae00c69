"""A runtime in one file: what is written is read back, and nothing damaged or foreign is taken for one."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskconsole.common.errors import Cancelled, ConfigurationError
from deskconsole.common.progress import Progress, StepId
from deskconsole.runtimes.container import Runtime
from support.small_runtime import FILES, SEED, write_small_runtime


def test_all_that_was_written_is_read_back(tmp_path: Path) -> None:
    runtime = Runtime.read(write_small_runtime(tmp_path))
    runtime.verify()
    assert runtime.path.stem == runtime.name == runtime.manifest.name
    assert {name: runtime.read_seed(name) for name in runtime.manifest.seed} == SEED
    with zipfile.ZipFile(runtime.path) as archive, runtime.open_rest() as rest:
        whole = archive.read("rest.tar.xz")
        rest.seek(40)
        assert rest.read() == whole[40:], "an upload that was cut goes on from there"
    assert len(whole) == runtime.manifest.rest.size
    assert runtime.manifest.upload == len(whole) + sum(map(len, SEED.values()))


def test_equal_files_make_equal_bytes_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    one = write_small_runtime(tmp_path)
    other = write_small_runtime(tmp_path / "again", listed=dict(reversed(FILES.items())))
    assert (one.name, one.read_bytes()) == (other.name, other.read_bytes())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(data=st.data())
def test_no_damage_reaches_what_is_read(tmp_path: Path, data: st.DataObject) -> None:
    whole = write_small_runtime(tmp_path)
    content = bytearray(whole.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[place:]
    else:
        content[place] ^= data.draw(st.integers(1, 255))
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(content)
    sound = Runtime.read(whole)
    # Dates and such in the zip's own headers are nobody's business.
    with contextlib.suppress(ConfigurationError):
        runtime = Runtime.read(damaged)
        runtime.verify()
        assert runtime.manifest == sound.manifest


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a runtime, or not all of one"),
        (b"\x7fELF and more", "is not a runtime, or not all of one"),
    ],
)
def test_file_that_is_no_runtime_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        Runtime.read(path)


def test_another_zip_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("a", b"b")
    for path, said in (
        (tmp_path / "zip", "is not a runtime"),
        (tmp_path, "cannot be read: Is a directory"),
        (tmp_path / "none", "cannot be read: No such file"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            Runtime.read(path)


def test_a_runtime_of_another_format_says_which(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="format 2, and this deskconsole reads format 1"):
        Runtime.read(write_small_runtime(tmp_path, format=2))


@pytest.mark.parametrize(
    "name", ["../evil", "/evil", "a/../../evil", "C:/evil", "a\\..\\evil", "a//b", "nul\0"]
)
def test_a_seed_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="damaged"):
        Runtime.read(write_small_runtime(tmp_path, seed=SEED | {name: b"x"}))


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (FILES, "not those of its own list"),  # the seed's files once more
        ({"Lib/os.py": FILES["Lib/os.py"]}, "not those of its own list"),
        ({"Lib/os.py": b"other", "Lib/ä b.py": b""}, "not those of its own list"),
        ({"../os.py": b""}, "does not belong there"),
        ({"C:os.py": b""}, "does not belong there"),
    ],
)
def test_an_archive_holds_what_it_says_and_nothing_else(
    tmp_path: Path, packed: dict[str, bytes], said: str
) -> None:
    runtime = Runtime.read(write_small_runtime(tmp_path, packed=packed))
    with pytest.raises(ConfigurationError, match=said):
        runtime.verify()


def test_runtime_whose_name_does_not_fit_its_files_is_refused(tmp_path: Path) -> None:
    runtime = Runtime.read(write_small_runtime(tmp_path, name="runtime-0123456789ab"))
    with pytest.raises(ConfigurationError, match="not those that it is named by"):
        runtime.verify()


def test_verifying_can_be_cancelled(tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled(progress.step)

    with pytest.raises(Cancelled, match=StepId.VERIFY_RUNTIME):
        Runtime.read(write_small_runtime(tmp_path)).verify(stop)
