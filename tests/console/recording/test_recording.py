"""Recordings: what was recorded is shown again exactly, from any moment on, up to where a file is damaged."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskconsole.common.errors import ConfigurationError, RecordingError
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.recording.chunk import SECOND, Chunk, ChunkKind, PictureState, RecordingFacts
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader
from deskconsole.recording.recorder import Recorder
from deskconsole.recording.writer import RecordingWriter
from deskconsole.session.session_recording import RecordingRequest
from deskwire.geometry import Rectangle
from deskwire.messages import Screen, ScreenState
from deskwire.packet import Packet, Slice, encode_packet

FACTS = RecordingFacts("lab-01", 0, 1_700_000_000.0, "deskconsole 0")
SIZE = (64, 48)
COUNT = 40
"""Packets, a tenth of a second apart; each tenth is a refresh."""


def packet(number: int) -> Packet:
    refresh = number % 10 == 0
    area = Rectangle(0, 0, *SIZE) if refresh else Rectangle(number % 50, number % 30, 9, 5)
    pixels = np.random.default_rng(number).integers(0, 256, (area.height, area.width, 3), np.uint8)
    return Packet(refresh, (Slice(area, bytes(cv2.imencode(".png", pixels)[1])),))


PACKETS = [packet(number) for number in range(COUNT)]


def request(want_refresh: Callable[[], None] = lambda: None) -> RecordingRequest:
    return RecordingRequest("lab-01", 0, want_refresh, lambda: None)


def write(path: Path) -> list[int]:
    """Writes a recording; the places at which its packets begin."""
    writer = RecordingWriter(path)
    writer.begin(FACTS)
    places = []
    for number, one in enumerate(PACKETS):
        places.append(writer.size)
        kind = ChunkKind.REFRESH if one.refresh else ChunkKind.UPDATE
        writer.write(Chunk(kind, number * SECOND // 10, encode_packet(one)))
    writer.close(5 * SECOND)
    return places


@contextlib.contextmanager
def playing(path: Path) -> Iterator[tuple[RecordingReader, RecordingPlayer, Framebuffer]]:
    with contextlib.closing(Framebuffer()) as picture, contextlib.closing(RecordingReader(path)) as reader:
        yield reader, RecordingPlayer(reader, picture), picture


def pictures() -> list[bytes]:
    """The digest of the picture after each packet."""
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    found = []
    with contextlib.closing(Framebuffer()) as picture:
        picture.reset(*SIZE)
        for one in PACKETS:
            for (x, y, width, height), body in one.slices:
                pixels[y : y + height, x : x + width] = np.asarray(
                    cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
                )
            picture.pixels[:] = pixels
            found.append(picture.digest())
    return found


PICTURES = pictures()


def test_each_moment_is_shown_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "one.deskrec"
    write(path)
    with playing(path) as (reader, player, picture):
        assert reader.facts == FACTS
        assert reader.seconds == 5
        assert reader.fault == ""
        for number in range(COUNT):
            player.advance(number * SECOND // 10)
            assert picture.digest() == PICTURES[number]
        assert player.due is None


def test_what_takes_too_long_is_drawn_in_steps(tmp_path: Path) -> None:
    path = tmp_path / "one.deskrec"
    write(path)
    with playing(path) as (reader, player, picture):
        for number in range(1, COUNT):
            player.advance(reader.duration, within=-1)
            assert (player.at, picture.digest()) == (number * SECOND // 10, PICTURES[number])


@given(moments=st.lists(st.integers(0, 5 * SECOND), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_any_moment_can_be_sought(tmp_path: Path, moments: list[int]) -> None:
    path = tmp_path / "one.deskrec"
    if not path.exists():
        write(path)
    with playing(path) as (_, player, picture):
        for at in moments:
            player.seek(at)
            assert player.at == at
            assert picture.digest() == PICTURES[min(COUNT - 1, at * 10 // SECOND)]


@pytest.mark.parametrize("number", [1, 7, 25, COUNT - 1])
def test_a_recording_that_was_cut_plays_up_to_the_cut(tmp_path: Path, number: int) -> None:
    path = tmp_path / "one.deskrec"
    place = write(path)[number]
    path.write_bytes(path.read_bytes()[: place + 30])
    with playing(path) as (reader, player, picture):
        assert reader.fault == f"{path} was cut at {(number - 1) / 10:.1f} s"
        player.advance(reader.duration)
        assert picture.digest() == PICTURES[number - 1]


def test_a_recording_whose_console_was_killed_plays_without_its_index(tmp_path: Path) -> None:
    path = tmp_path / "one.deskrec"
    place = write(path)[13]
    path.write_bytes(path.read_bytes()[:place])
    with playing(path) as (reader, player, picture):
        player.advance(reader.duration)
        assert picture.digest() == PICTURES[12]
        assert reader.fault == f"{path} was cut at 1.2 s"


@given(place=st.floats(0, 1), value=st.integers(1, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_a_damaged_recording_shows_nothing_that_was_not_recorded(
    tmp_path: Path, place: float, value: int
) -> None:
    whole, path = tmp_path / "whole.deskrec", tmp_path / "damaged.deskrec"
    if not whole.exists():
        write(whole)
    data = bytearray(whole.read_bytes())
    data[int(place * (len(data) - 1))] ^= value
    path.write_bytes(data)
    try:
        with playing(path) as (reader, player, picture):
            while player.due is not None:
                player.step()
                assert picture.digest() in PICTURES
            assert reader.fault or picture.digest() == PICTURES[-1]
    except RecordingError as error:
        said = str(error)
    else:
        said = "the recording is damaged at"
    assert str(path) in said or "the recording is damaged at" in said


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(b"\x89PNG")
    with pytest.raises(RecordingError, match="is no recording of deskconsole"):
        RecordingReader(path)
    with pytest.raises(ConfigurationError, match="cannot read"):
        RecordingReader(tmp_path / "none")


def test_a_newer_version_is_named(tmp_path: Path) -> None:
    path = tmp_path / "one.deskrec"
    write(path)
    path.write_bytes(path.read_bytes()[:8] + b"\0\0\0\x02" + path.read_bytes()[12:])
    with pytest.raises(RecordingError, match="version 2, and this console plays version 1"):
        RecordingReader(path)


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "one.deskrec"
    path.write_text("mine")
    with pytest.raises(ConfigurationError, match="overwrites nothing"):
        RecordingWriter(path)
    assert path.read_text() == "mine"


def test_a_recorder_begins_at_a_refresh_and_keeps_what_the_host_said(tmp_path: Path) -> None:
    path = tmp_path / "one.deskrec"
    recorder = Recorder(RecordingWriter(path), request())
    for one in PACKETS[7:13]:
        recorder.arrived(one)
    recorder.screen(Screen(ScreenState.LOCKED, "by its user"))
    recorder.close()
    assert recorder.packets == 3
    with playing(path) as (reader, player, picture):
        assert (reader.facts.host, reader.facts.display) == ("lab-01", 0)
        while player.due is not None:
            player.step()
        assert picture.digest() != PICTURES[9]
        assert player.state == PictureState(live=False, why="lab-01 has no picture, locked: by its user")


def test_a_refresh_is_asked_for_when_a_seek_would_take_long(tmp_path: Path) -> None:
    asked: list[int] = []
    recorder = Recorder(RecordingWriter(tmp_path / "one.deskrec"), request(lambda: asked.append(1)))
    recorder.arrived(PACKETS[0])
    for number in range(2000):
        recorder.arrived(PACKETS[1 + number % 9])
    recorder.close()
    assert asked == [1, 1]


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.path[:0] = sys.argv[2:3]
from test_recording import PACKETS, request
from deskconsole.common.errors import RecordingError
from deskconsole.recording.recorder import Recorder
from deskconsole.recording.writer import RecordingWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
recorder = Recorder(RecordingWriter(Path(sys.argv[1])), request())
for packet in 3 * PACKETS:
    recorder.arrived(packet)
try:
    recorder.close()
except RecordingError as error:
    print(error.whole)
"""


def recorded_with_room_for(size: int, path: Path) -> str:
    """Records with no more room than `size` bytes; returns the sentence on that."""
    program = (sys.executable, "-c", _FULL_DISK, str(path), str(Path(__file__).parent), str(size))
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout


def test_a_disk_that_has_no_room_for_a_picture_is_not_said_to_have_one(tmp_path: Path) -> None:
    said = recorded_with_room_for(500, tmp_path / "one.deskrec")
    assert "cannot write" in said
    assert "can be played" not in said


def test_a_full_disk_ends_the_recording_and_what_is_there_plays(tmp_path: Path) -> None:
    path = tmp_path / "one.deskrec"
    said = recorded_with_room_for(30_000, path)
    assert "cannot write" in said
    assert "what was recorded can be played" in said
    assert 20_000 < path.stat().st_size <= 30_000
    with playing(path) as (reader, player, picture):
        assert "was cut at" in reader.fault
        packets = 1
        while player.due is not None and player.step():
            packets += 1
        assert picture.digest() == PICTURES[packets - 1]
        assert packets > 10
