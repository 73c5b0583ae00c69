"""The last minutes: what is kept of a stream, and what a recording of them shows."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.recording.chunk import SECOND, Chunk, ChunkKind, PictureState
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader
from deskconsole.recording.recorder import Recorder
from deskconsole.recording.ring import RecordingRing
from deskconsole.session.session_recording import RecordingRequest
from deskwire.packet import encode_packet

from .test_recording import COUNT, FACTS, PACKETS, PICTURES


def chunks(rounds: int) -> Iterator[Chunk]:
    """The packets again and again, a tenth of a second apart."""
    for number in range(rounds * COUNT):
        packet = PACKETS[number % COUNT]
        kind = ChunkKind.REFRESH if packet.refresh else ChunkKind.UPDATE
        yield Chunk(kind, number * SECOND // 10, encode_packet(packet))


def digests(path: Path) -> list[bytes]:
    """The picture after each tenth of a second."""
    found = []
    with contextlib.closing(RecordingReader(path)) as reader, contextlib.closing(Framebuffer()) as picture:
        player = RecordingPlayer(reader, picture)
        for at in range(0, reader.duration + 1, SECOND // 10):
            player.advance(at)
            found.append(picture.digest())
        assert reader.fault == ""
    return found


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.5, 7.3])
def test_the_last_seconds_are_kept_exactly(tmp_path: Path, seconds: float) -> None:
    ring = RecordingRing(tmp_path / "ring", seconds, lambda: None)
    ring.begin(FACTS)
    for chunk in chunks(5):
        ring.write(chunk)
    end = 5 * COUNT * SECOND // 10
    kept = ring.save(tmp_path / "kept.deskrec", end)
    assert kept is not None
    assert kept.seconds == seconds
    shown = digests(tmp_path / "kept.deskrec")
    # The picture at a moment is that of the newest packet then, also at the first.
    begin = end - round(seconds * SECOND)
    expected = [
        PICTURES[min(5 * COUNT - 1, (begin + at * SECOND // 10) * 10 // SECOND) % COUNT]
        for at in range(len(shown))
    ]
    assert shown == expected
    with contextlib.closing(RecordingReader(tmp_path / "kept.deskrec")) as reader:
        assert reader.facts.began == FACTS.began + begin / SECOND
    # One segment more than is wanted, of ten packets.
    most = sum(len(chunk.body) for chunk in chunks(1)) / COUNT * (seconds * 10 + 20)
    assert ring.size < most


def test_a_picture_that_stands_still_for_long_is_kept(tmp_path: Path) -> None:
    ring = RecordingRing(tmp_path / "ring", 2, lambda: None)
    ring.begin(FACTS)
    for chunk in list(chunks(1))[:13]:
        ring.write(chunk)
    kept = ring.save(tmp_path / "kept.deskrec", 3600 * SECOND)
    assert kept is not None
    assert kept.seconds == 2
    assert set(digests(tmp_path / "kept.deskrec")) == {PICTURES[12]}


def test_memory_is_bounded_though_no_refresh_comes(tmp_path: Path) -> None:
    asked: list[int] = []
    ring = RecordingRing(tmp_path / "ring", 3600, lambda: asked.append(ring.size), most=20_000)
    ring.begin(FACTS)
    everything = list(chunks(1))
    ring.write(everything[0])
    for number in range(2000):
        ring.write(everything[1 + number % 9]._replace(at=number))
        assert ring.size <= 20_000
    assert asked == [0], "a refresh is asked for once, with nothing kept"
    assert ring.save(tmp_path / "kept.deskrec") is None
    ring.write(everything[0]._replace(at=3000))
    assert ring.save(tmp_path / "kept.deskrec") is not None
    assert digests(tmp_path / "kept.deskrec") == [PICTURES[0]]


def test_nothing_is_on_the_disk_before_it_is_wanted(tmp_path: Path) -> None:
    ring = RecordingRing(tmp_path / "ring.deskrec", 60, lambda: None)
    recorder = Recorder(ring, RecordingRequest("lab-01", 0, lambda: None, lambda: None))
    for packet in PACKETS:
        recorder.arrived(packet)
    recorder.silent(stale=True)
    recorder.close()
    assert list(tmp_path.iterdir()) == []
    kept = ring.save(ring.path)
    assert kept is not None
    assert (kept.packets, kept.size) == (COUNT, ring.path.stat().st_size)
    with contextlib.closing(RecordingReader(ring.path)) as reader, contextlib.closing(Framebuffer()) as shown:
        player = RecordingPlayer(reader, shown)
        player.advance(reader.duration)
        assert player.state == PictureState(live=False, why="the agent is silent")
        assert shown.digest() == PICTURES[-1]


def test_a_refresh_is_asked_for_regularly_where_something_changes(tmp_path: Path) -> None:
    now = 0.0
    asked: list[float] = []
    recorder = Recorder(
        RecordingRing(tmp_path / "ring", 60, lambda: None),
        RecordingRequest("lab-01", 0, lambda: asked.append(now), lambda: None),
        refresh_every=6,
        clock=lambda: now,
    )
    recorder.arrived(PACKETS[0])
    for at in (1.0, 5.0, 7.0, 8.0, 20.0):
        now = at
        recorder.arrived(PACKETS[1])
    now = 21.0
    recorder.arrived(PACKETS[0])
    now = 26.0
    recorder.arrived(PACKETS[1])
    recorder.close()
    assert asked == [7.0, 20.0]


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.path[:0] = sys.argv[2:]
from test_recording import FACTS, PACKETS
from deskconsole.common.errors import RecordingError
from deskconsole.recording.recorder import Recorder
from deskconsole.recording.ring import RecordingRing
from deskconsole.session.session_recording import RecordingRequest
file = Path(sys.argv[1])
ring = RecordingRing(file, 60, lambda: None)
recorder = Recorder(ring, RecordingRequest("lab-01", 0, lambda: None, lambda: None))
for packet in PACKETS:
    recorder.arrived(packet)
recorder.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
for keep_part in (True, False):
    try:
        ring.save(file, keep_part=keep_part)
    except RecordingError as error:
        print(file.exists() and file.stat().st_size, error.whole)
    file.unlink(missing_ok=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(ring.save(file).packets)
"""


def test_the_last_minutes_are_still_kept_where_a_full_disk_did_not_take_them(tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    program = (sys.executable, "-c", _FULL_DISK, str(tmp_path / "kept.deskrec"), here)
    part, none, saved = subprocess.run(
        program, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert part.startswith("30000 ")
    assert part.endswith("what was recorded can be played.")
    assert none.startswith("False the last minutes are not saved: cannot write ")
    assert int(saved) == COUNT
    assert digests(tmp_path / "kept.deskrec"), "it plays to its end"
