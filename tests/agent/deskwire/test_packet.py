"""Packets: what one end writes the other reads, however it is cut, and nothing that no honest peer sends."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskwire import limits
from deskwire.errors import LocalProtocolError, RemoteProtocolError
from deskwire.geometry import Rectangle
from deskwire.packet import COUNT, INFO, MESSAGE_BIT, Packet, Slice, encode_packet
from deskwire.reader import MessageBody, PacketReader

IDENTITY = bytes(range(16))
PICTURE = (640, 480)

REFRESH = Packet(refresh=True, slices=(Slice(Rectangle(0, 0, *PICTURE), b"\x89PNG whole"),))
UPDATE = Packet(
    refresh=False,
    slices=(
        Slice(Rectangle(0, 0, 1, 1), b"\x00abc"),
        Slice(Rectangle(600, 400, 40, 80), b"\x89PNG corner"),
        Slice(Rectangle(3, 5, 7, 11), b"\xff" * 400),
    ),
)
FULL = Packet(refresh=False, slices=(Slice(Rectangle(0, 0, *PICTURE), b"x" * 3000),))

# Each row: a name, and the packets in the order in which they are sent.
CASES = [
    ("a refresh", [REFRESH]),
    ("a refresh and an update", [REFRESH, UPDATE]),
    ("an update as large as the picture", [REFRESH, FULL]),
    ("refresh after refresh", [REFRESH, REFRESH, UPDATE, REFRESH]),
    ("many updates", [REFRESH, *[UPDATE] * 20]),
]


def spoken(packets: list[Packet], *, identity: bool) -> list[Packet]:
    return [packet._replace(identity=IDENTITY if identity else None) for packet in packets]


@pytest.mark.parametrize("identity", [True, False], ids=["with identity", "without"])
@pytest.mark.parametrize(("name", "packets"), CASES, ids=[name for name, _ in CASES])
@pytest.mark.parametrize("size", [10**9, 1, 7], ids=["whole", "byte by byte", "by seven"])
def test_what_is_written_is_read(name: str, packets: list[Packet], identity: bool, size: int) -> None:
    sent = spoken(packets, identity=identity)
    data = b"".join(encode_packet(packet) for packet in sent)
    reader = PacketReader(identity=identity, messages=False)
    received = []
    for start in range(0, len(data), size):
        received += reader.feed(data[start : start + size])
    assert received == sent
    assert reader.pending == 0
    assert reader.size == PICTURE


@pytest.mark.parametrize("identity", [True, False], ids=["with identity", "without"])
@pytest.mark.parametrize(("name", "packets"), CASES, ids=[name for name, _ in CASES])
def test_the_beginning_of_the_next_packet_is_kept(name: str, packets: list[Packet], identity: bool) -> None:
    sent = spoken(packets, identity=identity)
    data = b"".join(encode_packet(packet) for packet in sent)
    following = encode_packet(spoken([UPDATE], identity=identity)[0])
    reader = PacketReader(identity=identity)
    assert reader.feed(data + following[:50]) == sent
    assert 0 < reader.pending <= 50
    assert reader.feed(following[50:]) == spoken([UPDATE], identity=identity)


def test_the_layout_is_the_one_described() -> None:
    packet = Packet(refresh=False, slices=(Slice(Rectangle(x=4, y=5, width=3, height=2), b"body"),))
    assert encode_packet(packet._replace(identity=IDENTITY)) == IDENTITY + bytes.fromhex(
        "00000001 00000004 00000002 00000003 00000004 00000005"
    ) + b"body"  # fmt: skip
    assert encode_packet(packet) == encode_packet(packet._replace(identity=IDENTITY))[16:]
    assert encode_packet(REFRESH)[:4] == bytes(4)


def refresh_head(width: int, height: int, size: int) -> bytes:
    return COUNT.pack(0) + INFO.pack(size, height, width, 0, 0)


def update_head(*infos: tuple[int, int, int, int, int]) -> bytes:
    """Infos as (size, width, height, x, y)."""
    return COUNT.pack(len(infos)) + b"".join(INFO.pack(s, h, w, x, y) for s, w, h, x, y in infos)


WHOLE = limits.body_limit(*PICTURE)

# Each row: what it is, bytes that are just right, bytes that are just wrong. All follow a refresh of PICTURE.
LIMITS = [
    ("width", refresh_head(16384, 4, 1), refresh_head(16385, 4, 1)),
    ("height", refresh_head(4, 16384, 1), refresh_head(4, 16385, 1)),
    ("pixels", refresh_head(8192, 8192, 1), refresh_head(8193, 8192, 1)),
    ("no width", refresh_head(1, 1, 1), refresh_head(0, 1, 1)),
    ("no height", refresh_head(1, 1, 1), refresh_head(1, 0, 1)),
    ("no body", refresh_head(1, 1, 1), refresh_head(1, 1, 0)),
    ("body of one pixel", refresh_head(1, 1, 1029), refresh_head(1, 1, 1030)),
    ("body of a picture", refresh_head(*PICTURE, WHOLE), refresh_head(*PICTURE, WHOLE + 1)),
    ("refresh elsewhere", refresh_head(9, 9, 9), COUNT.pack(0) + INFO.pack(9, 9, 9, 1, 0)),
    ("right edge", update_head((9, 40, 10, 600, 0)), update_head((9, 41, 10, 600, 0))),
    ("lower edge", update_head((9, 10, 80, 0, 400)), update_head((9, 10, 81, 0, 400))),
    ("far away", update_head((9, 1, 1, 639, 479)), update_head((9, 1, 1, 2**32 - 1, 0))),
    ("slices", COUNT.pack(16384), COUNT.pack(16385)),
    ("coverage", update_head(*[(9, *PICTURE, 0, 0)] * 4), update_head(*[(9, *PICTURE, 0, 0)] * 5)),
    (
        "bodies together",
        update_head((WHOLE, *PICTURE, 0, 0), (1024, *PICTURE, 0, 0), (2048, *PICTURE, 0, 0)),
        update_head((WHOLE, *PICTURE, 0, 0), (1024, *PICTURE, 0, 0), (2049, *PICTURE, 0, 0)),
    ),
    ("message", COUNT.pack(MESSAGE_BIT | 262144), COUNT.pack(MESSAGE_BIT | 262145)),
    ("empty message", COUNT.pack(MESSAGE_BIT | 1), COUNT.pack(MESSAGE_BIT)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "wrong"), LIMITS, ids=[row[0] for row in LIMITS])
def test_packets_beyond_the_limits_are_refused(name: str, right: bytes, wrong: bytes) -> None:
    for head, fits in ((right, True), (wrong, False)):
        reader = PacketReader(identity=False)
        reader.feed(encode_packet(REFRESH))
        if fits:
            assert reader.feed(head) == []
        else:
            with pytest.raises(RemoteProtocolError):
                reader.feed(head)
            assert reader.pending == 0


def test_bodies_together_leave_room_for_what_honest_senders_send() -> None:
    noise = limits.body_limit(64, 64) // 2
    tiles = [(noise, 64, 64, x, y) for x in range(0, 640, 64) for y in range(0, 448, 64)]
    reader = PacketReader(identity=False)
    reader.feed(encode_packet(REFRESH))
    assert reader.feed(update_head(*tiles)) == []


@pytest.mark.parametrize(
    "packet",
    [
        Packet(refresh=True, slices=()),
        Packet(refresh=False, slices=()),
        Packet(refresh=True, slices=(*REFRESH.slices, *REFRESH.slices)),
        Packet(refresh=True, slices=(Slice(Rectangle(1, 0, 5, 5), b"x"),)),
        Packet(refresh=False, slices=(Slice(Rectangle(-1, 0, 5, 5), b"x"),)),
        Packet(refresh=False, slices=(Slice(Rectangle(0, 0, 5, 0), b"x"),)),
        Packet(refresh=False, slices=(Slice(Rectangle(0, 0, 5, 5), b""),)),
        Packet(refresh=False, slices=(Slice(Rectangle(0, 0, 1, 1), bytes(1030)),)),
        Packet(refresh=False, slices=UPDATE.slices[:1] * 16385),
        REFRESH._replace(identity=b"too short"),
    ],
)
def test_nothing_is_written_that_a_peer_would_refuse(packet: Packet) -> None:
    with pytest.raises(LocalProtocolError):
        encode_packet(packet)


def test_an_update_before_the_first_refresh_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="before the first refresh"):
        PacketReader(identity=False).feed(encode_packet(UPDATE))


def test_messages_are_refused_where_only_packets_are_spoken() -> None:
    with pytest.raises(RemoteProtocolError, match="only packets"):
        PacketReader(identity=False, messages=False).feed(COUNT.pack(MESSAGE_BIT | 5))


def test_packets_are_refused_where_only_messages_are_spoken() -> None:
    reader = PacketReader(packets=False)
    assert reader.feed(IDENTITY + COUNT.pack(MESSAGE_BIT | 3) + b"abc") == [MessageBody(b"abc")]
    with pytest.raises(RemoteProtocolError):
        reader.feed(IDENTITY + COUNT.pack(0))


def test_the_size_changes_with_a_complete_refresh_only() -> None:
    reader = PacketReader(identity=False)
    reader.feed(encode_packet(REFRESH))
    reader.feed(refresh_head(20, 10, 3) + b"ab")
    assert reader.size == PICTURE
    reader.feed(b"c")
    assert reader.size == (20, 10)


def test_nothing_is_allocated_for_what_is_only_announced() -> None:
    side = 8192
    reader = PacketReader(identity=False)
    tracemalloc.start()
    try:
        reader.feed(refresh_head(side, side, limits.body_limit(side, side)) + b"x")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000
    assert reader.pending == 1


def test_finished_bodies_of_an_unfinished_packet_count_as_pending() -> None:
    reader = PacketReader(identity=False)
    reader.feed(encode_packet(REFRESH))
    reader.feed(encode_packet(UPDATE)[:-1])
    assert reader.pending == sum(len(part.body) for part in UPDATE.slices) - 1


@given(st.binary(max_size=300), st.booleans(), st.booleans(), st.booleans(), st.integers(1, 40))
def test_garbage_is_refused_and_not_kept(
    data: bytes, identity: bool, messages: bool, after_a_refresh: bool, size: int
) -> None:
    reader = PacketReader(identity=identity, messages=messages)
    if after_a_refresh:
        reader.feed(encode_packet(spoken([REFRESH], identity=identity)[0]))
    try:
        for start in range(0, len(data), size):
            reader.feed(data[start : start + size])
            assert reader.pending <= start + size
    except RemoteProtocolError:
        assert reader.pending == 0
        for _ in range(3):
            with pytest.raises(RemoteProtocolError):
                reader.feed(data)
        assert reader.pending == 0


@st.composite
def streams(draw: st.DrawFn) -> list[Packet]:
    """Packets that a sender may send, beginning with a refresh."""
    packets: list[Packet] = []
    width = height = 1
    for refresh in [True, *draw(st.lists(st.booleans(), max_size=6))]:
        if refresh:
            width, height = draw(st.integers(1, 300)), draw(st.integers(1, 300))
            places = [Rectangle(0, 0, width, height)]
        else:
            places = [draw(rectangles(width, height)) for _ in range(draw(st.integers(1, 3)))]
        slices = tuple(Slice(place, draw(st.binary(min_size=1, max_size=60))) for place in places)
        packets.append(Packet(refresh=refresh, slices=slices))
    return packets


@st.composite
def rectangles(draw: st.DrawFn, width: int, height: int) -> Rectangle:
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return Rectangle(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y)))


@given(streams(), st.booleans(), st.lists(st.integers(1, 90), min_size=1))
def test_any_stream_in_any_chunks_is_read_as_it_was_sent(
    packets: list[Packet], identity: bool, sizes: list[int]
) -> None:
    sent = spoken(packets, identity=identity)
    data = b"".join(encode_packet(packet) for packet in sent)
    reader = PacketReader(identity=identity)
    received, position, turn = [], 0, 0
    while position < len(data):
        size = sizes[turn % len(sizes)]
        received += reader.feed(data[position : position + size])
        position, turn = position + size, turn + 1
    assert received == sent


@given(streams(), st.data())
def test_a_damaged_stream_raises_nothing_but_protocol_errors(
    packets: list[Packet], data: st.DataObject
) -> None:
    sent = bytearray(b"".join(encode_packet(packet) for packet in packets))
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    reader = PacketReader(identity=False)
    try:
        reader.feed(sent)
    except RemoteProtocolError:
        return
    assert reader.pending <= len(sent)
