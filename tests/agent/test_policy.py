"""The policy: which encoding a rectangle gets, and that a console has exactly what was sent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.damage import Pixels, find_damage
from deskagent.parts import cut
from deskagent.policy import SliceEncoder
from deskagent.wire.encodings import Encoding
from deskagent.wire.geometry import Rectangle
from deskconsole.decoders import Decoder

ALL = frozenset(Encoding)
AGREEMENTS = (frozenset[Encoding](), ALL, ALL - {Encoding.ZSTD}, frozenset({Encoding.ZSTD}))

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["noise", "colour", "scroll", "move", "nothing", "refresh"]),
        st.integers(0, 999),
        st.integers(0, 999),
        st.integers(1, 600),
        st.integers(1, 600),
        st.integers(0, 2**16 - 1),
    ),
    max_size=12,
)
Step = tuple[str, int, int, int, int, int]


def changed(frame: Pixels, step: Step) -> Pixels:
    """The next frame after one thing happened on the screen."""
    kind, x, y, w, h, seed = step
    height, width = frame.shape[:2]
    top, left = y * height // 1000, x * width // 1000
    result = frame.copy()
    result[..., 3] = seed % 256
    part = result[top : top + 1 + h * height // 1000, left : left + 1 + w * width // 1000, :3]
    if kind == "noise":
        part[:] = np.random.default_rng(seed).integers(0, 256, part.shape, dtype=np.uint8)
    elif kind == "colour":
        part[:] = (seed % 256, seed // 256, 9)
    elif kind == "scroll":
        part[:] = np.roll(part, -1 - seed % 20, axis=0)
    elif kind == "move":
        result[:, :, :3] = np.roll(result[:, :, :3], seed % 50, axis=1)
    return result


@settings(deadline=None, max_examples=80)
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 200),
    encodings=st.sampled_from(AGREEMENTS),
    steps=STEPS,
)
def test_the_console_has_every_frame_byte_for_byte(
    width: int, height: int, encodings: frozenset[Encoding], steps: list[Step]
) -> None:
    frame = np.random.default_rng(5).integers(0, 256, (height, width, 4), dtype=np.uint8)
    encoder, decoder = SliceEncoder(encodings), Decoder()
    shown = np.zeros((height, width, 3), np.uint8)

    def refresh() -> None:
        decoder.restart(width, height)
        decoder.decode(encoder.refresh(frame).body, shown)

    refresh()
    for step in steps:
        previous, frame = frame, changed(frame, step)
        if step[0] == "refresh":
            refresh()
        else:
            for (x, y, w, h), body in encoder.update(cut(frame, find_damage(previous, frame)), 0.0, None):
                decoder.decode(body, shown[y : y + h, x : x + w])
        assert np.array_equal(shown, frame[..., :3])


def picture() -> Pixels:
    frame = np.random.default_rng(5).integers(0, 256, (60, 80, 4), dtype=np.uint8)
    frame[:10, :10, :3] = (1, 2, 3)
    return frame


@pytest.mark.parametrize(
    ("encodings", "expected"),
    [
        (frozenset[Encoding](), (Encoding.PNG, Encoding.PNG)),
        (frozenset({Encoding.JPEG}), (Encoding.PNG, Encoding.PNG)),
        (frozenset({Encoding.PNG, Encoding.SOLID}), (Encoding.SOLID, Encoding.PNG)),
        (frozenset({Encoding.ZSTD}), (Encoding.ZSTD, Encoding.ZSTD)),
        (ALL, (Encoding.SOLID, Encoding.ZSTD)),
    ],
)
def test_only_what_was_agreed_is_sent(encodings: frozenset[Encoding], expected: tuple[Encoding, ...]) -> None:
    encoder, frame = SliceEncoder(encodings), picture()
    encoder.refresh(frame)
    slices = encoder.update(cut(frame, [Rectangle(0, 0, 10, 10), Rectangle(20, 20, 30, 30)]), 0.0, None)
    assert tuple(part.body[0] for part in slices) == expected
    assert [part.rectangle for part in slices] == [Rectangle(0, 0, 10, 10), Rectangle(20, 20, 30, 30)]


def test_a_refresh_covers_the_frame() -> None:
    part = SliceEncoder(ALL).refresh(picture())
    assert part.rectangle == Rectangle(0, 0, 80, 60)
