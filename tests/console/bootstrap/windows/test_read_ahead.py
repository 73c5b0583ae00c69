"""What is read ahead comes whole and in its order; its end and its errors reach the reader."""

from __future__ import annotations

import io
import random

import pytest

from deskconsole.bootstrap.remote.windows.read_ahead import PIECE, PIECES, ReadAhead


class Counted(io.BytesIO):
    """Counts what was read of it."""

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if self.tell() > PIECE * 40:
            raise OSError("damaged")
        return piece


def test_all_comes_in_its_order_whatever_the_reader_asks_for() -> None:
    data = random.Random(1).randbytes(3 * PIECE + 17)
    with ReadAhead(io.BytesIO(data)) as ahead:
        read = b""
        while piece := ahead.read(100_000):
            assert len(piece) <= 100_000
            read += piece
    assert read == data
    with ReadAhead(io.BytesIO()) as ahead:
        assert (ahead.read(10), ahead.read(10)) == (b"", b"")


def test_an_error_of_the_stream_comes_in_its_place_and_a_reader_that_stops_ends_the_thread() -> None:
    stream = Counted(bytes(PIECE * 60))
    with ReadAhead(stream) as ahead:
        assert all(len(ahead.read(PIECE)) == PIECE for _ in range(40))
        for _ in range(2):
            with pytest.raises(OSError, match="damaged"):
                ahead.read(PIECE)
    stream = Counted(bytes(PIECE * 39))
    with ReadAhead(stream) as ahead:
        ahead.read(1)
    assert stream.tell() <= PIECE * (PIECES + 2), "no more than a few pieces are held"
    assert not ahead._thread.is_alive()
