"""The budget of a packet follows the cost of the packets before it."""

from __future__ import annotations

import pytest

from deskagent.delivery.congestion import FLOOR, UNKNOWN
from deskagent.delivery.packet_budget import LEAST_PIXELS, PACKET_SECONDS, EncodingCost, PacketBudget
from deskwire.encodings import Encoding
from deskwire.geometry import Rectangle
from deskwire.packet import Slice


def piece(encoding: Encoding, width: int, height: int, size: int) -> Slice:
    """A slice of so many bytes."""
    return Slice(Rectangle(0, 0, width, height), bytes([encoding]) + bytes(size - 1))


def after(cost: EncodingCost, *slices: Slice, seconds: float = 0.0, now: float = 0.0) -> EncodingCost:
    return cost.after(slices, [], share=1.0, seconds=seconds, now=now)


@pytest.mark.parametrize(
    ("rate", "size"), [(None, UNKNOWN), (1.0, FLOOR), (1.25e6, FLOOR), (1e8, int(1e8 * PACKET_SECONDS))]
)
def test_size_follows_the_rate_of_the_link(rate: float | None, size: int) -> None:
    assert PacketBudget(rate).size == size


def test_dear_pixels_leave_room_for_fewer() -> None:
    photograph = after(EncodingCost(), piece(Encoding.ZSTD, 512, 512, 2 * 512 * 512))
    text = after(EncodingCost(), piece(Encoding.ZSTD, 512, 512, 9000))
    assert PacketBudget(1e7, text).pixels == PacketBudget(1e7).pixels
    assert PacketBudget(1e7, photograph).pixels == pytest.approx(PacketBudget(1e7).pixels / 4, rel=0.01)
    assert PacketBudget(1e-3, photograph).pixels >= LEAST_PIXELS


def test_slow_encoding_leaves_room_for_fewer_pixels() -> None:
    slow = after(EncodingCost(), piece(Encoding.ZSTD, 512, 512, 9000), seconds=0.26)
    assert PacketBudget(1e9, slow).pixels == pytest.approx(PACKET_SECONDS / 0.26 * 512 * 512, rel=0.01)
    letter = after(EncodingCost(), piece(Encoding.ZSTD, 8, 14, 30), seconds=0.26)
    assert letter.pace == EncodingCost().pace, "a letter says nothing about the pace"


def test_a_copy_says_nothing_about_the_pace() -> None:
    copied = after(EncodingCost(), piece(Encoding.COPY, 1920, 1000, 9), seconds=0.04)
    assert copied.pace == EncodingCost().pace


def test_costs_fall_slowly_and_rise_at_once() -> None:
    dear = after(EncodingCost(), piece(Encoding.JPEG, 512, 512, 512 * 512))
    assert dear.video == pytest.approx(1.0, rel=0.01)
    cheap = after(dear, piece(Encoding.JPEG, 512, 512, 1000))
    assert cheap.video == pytest.approx(0.7, rel=0.01)


def test_a_film_weighs_what_it_takes() -> None:
    cost = EncodingCost(exact=1.0, video=0.1)
    assert PacketBudget(None, cost).weight(1000, in_motion=True) == pytest.approx(100)
    assert PacketBudget(None, cost).weight(1000, in_motion=False) == 1000


def test_an_update_is_remembered_for_seconds_and_a_letter_does_not_replace_it() -> None:
    film = EncodingCost().after(
        [piece(Encoding.JPEG, 640, 360, 60_000)], [], share=0.5, seconds=0.0, now=10.0
    )
    assert PacketBudget(600_000, film).video(1.0).update_seconds == pytest.approx(0.2)
    letter = after(film, piece(Encoding.ZSTD, 8, 14, 30), now=10.1)
    assert PacketBudget(600_000, letter).video(1.0).update_seconds > 0.19
    much_later = after(letter, piece(Encoding.ZSTD, 8, 14, 30), now=40.0)
    assert PacketBudget(600_000, much_later).video(1.0).update_seconds < 0.001
