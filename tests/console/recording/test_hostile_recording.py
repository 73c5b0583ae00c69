"""A hostile recording is as harmless as a hostile stream: it ends with a sentence, in bounded memory."""

from __future__ import annotations

import contextlib
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deskconsole.app import exporting
from deskconsole.app.exporting import export_recording
from deskconsole.app.playing import check_recording
from deskconsole.common.errors import ConfigurationError, RecordingError
from deskconsole.recording.chunk import HEAD, MAGIC, MAX_AT, SECOND, VERSION, ChunkKind
from deskwire.packet import encode_packet

from .test_recording import FACTS, PACKETS

MB = 1024 * 1024
HEADS = struct.Struct(">4sIQ")

GOOD = [encode_packet(packet) for packet in PACKETS[:12]]
JSON = [
    msgspec.json.encode(FACTS),
    b'{"live": false, "why": "\\u001b[2J\\u202e[red]"}',
    b'{"live": true}',
    b'{"host": "x", "display": 0, "began": 1e308, "program": ""}',
    b'{"host": "x", "display": 0, "began": -1, "program": ""}',
    b"[" * 5000,
]
BODIES = [*GOOD, *JSON, GOOD[0] + GOOD[1], b"", bytes(8), bytes(16), bytes(200)]
chunks = st.tuples(
    st.one_of(st.sampled_from([kind.value for kind in ChunkKind]), st.binary(min_size=4, max_size=4)),
    st.one_of(st.integers(0, 20 * SECOND), st.integers(0, 2**64 - 1)),
    st.integers(0, len(BODIES) - 1),
    st.one_of(st.just(0), st.integers(1, 100)),
    st.one_of(st.just(0), st.integers(0, 2**32 - 1)),
)
"""Kind, time, number of a body, bytes that its end lacks, and what is added to its size."""


def chunk(kind: bytes, at: int, body: bytes, more: int = 0) -> bytes:
    """A chunk with the right checksum, of which the size may be a lie."""
    head = HEADS.pack(kind, (len(body) + more) % 2**32, at)
    return head + zlib.crc32(body, zlib.crc32(head)).to_bytes(4) + body


def recording(path: Path, *parts: bytes) -> Path:
    facts = chunk(b"FACT", 0, msgspec.json.encode(FACTS))
    path.write_bytes(HEAD.pack(MAGIC, VERSION) + facts + b"".join(parts))
    return path


@given(st.lists(chunks, max_size=20))
@example([(b"REFR", 0, 0, 0, 0), (b"UPDT", MAX_AT, 1, 0, 0)])
@example([(b"REFR", 0, 0, 0, 0), (b"ENDR", MAX_AT, BODIES.index(bytes(8)), 0, 0)])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_any_chunks_are_played_or_refused(
    tmp_path: Path, parts: list[tuple[bytes, int, int, int, int]]
) -> None:
    path = recording(
        tmp_path / "hostile.deskrec",
        *(
            chunk(kind, at, BODIES[number][: max(0, len(BODIES[number]) - cut)], more)
            for kind, at, number, cut, more in parts
        ),
    )
    with contextlib.suppress(RecordingError):
        result = check_recording(path)
        assert result.packets > 0
        assert result.seconds <= MAX_AT / SECOND
        assert len(result.digest) == 32


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_refused(tmp_path: Path, data: bytes) -> None:
    for begin in (b"", MAGIC, HEAD.pack(MAGIC, VERSION)):
        (tmp_path / "noise.deskrec").write_bytes(begin + data)
        with pytest.raises(RecordingError):
            check_recording(tmp_path / "noise.deskrec")


def test_facts_that_are_no_text_are_refused(tmp_path: Path) -> None:
    facts = b'{"host": "\xff", "display": 0, "began": 1, "program": ""}'
    (tmp_path / "facts.deskrec").write_bytes(HEAD.pack(MAGIC, VERSION) + chunk(b"FACT", 0, facts))
    with pytest.raises(RecordingError, match="damaged from its beginning on"):
        check_recording(tmp_path / "facts.deskrec")


def peak(call: Callable[[], object]) -> int:
    """Bytes of Python's memory that a call takes at most."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_endless_index_is_not_read(tmp_path: Path) -> None:
    path = recording(tmp_path / "index.deskrec", chunk(b"REFR", 0, GOOD[0]))
    place = path.stat().st_size
    size = 300 * MB
    with path.open("ab") as file:  # a hole: it takes no room on the disk
        file.write(HEADS.pack(b"INDX", size, 0) + bytes(4))
        file.seek(size, 1)
        file.write(chunk(b"ENDR", SECOND, place.to_bytes(8)))
    assert peak(lambda: check_recording(path)) < 10 * MB


def test_very_many_refreshes_take_little_memory(tmp_path: Path) -> None:
    empty = HEADS.pack(b"REFR", 0, 5) + bytes(4)
    path = recording(tmp_path / "many.deskrec", chunk(b"REFR", 0, GOOD[0]), empty * 300_000)
    assert peak(lambda: check_recording(path)) < 30 * MB
    assert "is damaged from 0.0 s on" in check_recording(path).fault


def test_ten_years_are_no_film(tmp_path: Path) -> None:
    parts = chunk(b"REFR", 0, GOOD[0]), chunk(b"UPDT", MAX_AT, GOOD[1])
    path = recording(tmp_path / "years.deskrec", *parts)
    with pytest.raises(ConfigurationError, match="pictures are too many for a film"):
        export_recording(path, tmp_path / "film.mp4", 10)
    assert not (tmp_path / "film.mp4").exists()
    result = export_recording(path, tmp_path / "part.gif", 1, begin=10, end=12)
    assert (result.frames, result.seconds) == (3, 2)


def test_no_half_of_a_film_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = recording(tmp_path / "short.deskrec", chunk(b"REFR", 0, GOOD[0]), chunk(b"UPDT", SECOND, GOOD[1]))
    monkeypatch.setattr(exporting, "_MOST_BYTES", 1)
    with pytest.raises(ConfigurationError, match="has at most 1 pictures"):
        export_recording(path, tmp_path / "film.gif", 10)
    with pytest.raises(ConfigurationError, match="cannot write"):
        export_recording(path, tmp_path / "no folder" / "film.gif", 1, end=0.5)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a file's size")
def test_a_film_that_the_disk_does_not_take_is_an_error(tmp_path: Path) -> None:
    # OpenCV only logs it. The limit stands for a full disk, and is for all files of a process.
    script = f"""
import resource, signal
from pathlib import Path
import numpy
from deskconsole.app import exporting
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
film = exporting._Video(Path({str(tmp_path / "film.mp4")!r}), (128, 96), 10)
for number in range(20):
    film.add(numpy.random.default_rng(number).integers(0, 256, (96, 128, 3), numpy.uint8))
film.close()
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ConfigurationError: cannot write" in ended.stderr
