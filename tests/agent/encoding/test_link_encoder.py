"""The policy: which encoding a rectangle gets, and what a console has of what was sent."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.encoding.codecs.jpeg import VideoLimits
from deskagent.encoding.crop import crop
from deskagent.encoding.link_encoder import LinkEncoder
from deskagent.picture.copy_rects import CopyRect
from deskagent.pixels import Pixels
from deskwire.encodings import Encoding
from deskwire.geometry import Rectangle
from support.peers.coded_link import ALL, CodedLink, area, desktop

AGREEMENTS = (ALL, ALL - {Encoding.ZSTD}, frozenset({Encoding.ZSTD}), frozenset[Encoding]())

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["noise", "film", "colour", "scroll", "move", "copy", "rest", "nothing", "refresh"]),
        st.integers(0, 999),
        st.integers(0, 999),
        st.integers(1, 999),
        st.integers(1, 999),
        st.integers(0, 2**16 - 1),
    ),
    max_size=12,
)
Step = tuple[str, int, int, int, int, int]


def changed(frame: Pixels, step: Step) -> Pixels:
    """The next frame after one thing happened on the screen."""
    kind, _, _, _, _, seed = step
    result = frame.copy()
    result[..., 3] = seed % 256
    part = result[area(place(frame, step))][..., :3]
    if kind in ("noise", "film"):
        part[:] = np.random.default_rng(seed).integers(0, 256, part.shape, dtype=np.uint8)
    elif kind == "colour":
        part[:] = (seed % 256, seed // 256, 9)
    elif kind == "scroll":
        part[:] = np.roll(part, -1 - seed % 20, axis=0)
    elif kind == "move":
        result[:, :, :3] = np.roll(result[:, :, :3], seed % 50, axis=1)
    return result


def place(frame: Pixels, step: Step) -> Rectangle:
    _, x, y, w, h, _ = step
    height, width = frame.shape[:2]
    left, top = x * width // 1000, y * height // 1000
    return Rectangle(
        left, top, min(1 + w * width // 1000, width - left), min(1 + h * height // 1000, height - top)
    )


def take(link: CodedLink, step: Step) -> None:
    kind, x, y, w, h, seed = step
    if kind == "refresh":
        link.frame = changed(link.frame, step)
        link.refresh(1000 if seed % 2 else None)
    elif kind == "rest":
        link.rest(seed)
    elif kind == "copy":
        target = place(link.frame, step)
        height, width = link.frame.shape[:2]
        source_x, source_y = seed % (width - target.width + 1), seed % (height - target.height + 1)
        link.copy(CopyRect(source_x, source_y, target))
    elif kind == "film":
        # Large, so that it may be one.
        for number in range(6):
            link.update(
                changed(link.frame, (kind, x // 4, y // 4, 700 + w // 4, 700 + h // 4, seed + number))
            )
    else:
        link.update(changed(link.frame, step))


def go(link: CodedLink, steps: list[Step]) -> None:
    """Whatever happens, the console's picture is wrong only where that is known, and exact in the end."""
    for step in steps:
        if step[0] == "copy" and not link.encoder.copies:
            continue
        take(link, step)
        link.check()
    while link.encoder.lossy:
        link.rest(20_000)
    assert link.is_exact()
    assert link.encoder.next_rest() is None


def noise(width: int, height: int) -> Pixels:
    return np.random.default_rng(5).integers(0, 256, (height, width, 4), dtype=np.uint8)


@settings(deadline=None, max_examples=80)
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 200),
    encodings=st.sampled_from(AGREEMENTS),
    steps=STEPS,
)
def test_the_console_has_every_pixel_but_those_known_as_lossy(
    width: int, height: int, encodings: frozenset[Encoding], steps: list[Step]
) -> None:
    go(CodedLink(noise(width, height), encodings), steps)


@settings(deadline=None, max_examples=50)
@given(
    width=st.integers(380, 500),
    height=st.integers(250, 300),
    corner=st.tuples(st.integers(0, 999), st.integers(0, 999)),
    steps=STEPS,
)
def test_whatever_happens_to_a_film_is_known(
    width: int, height: int, corner: tuple[int, int], steps: list[Step]
) -> None:
    link = CodedLink(noise(width, height), ALL)
    take(link, ("film", *corner, 1, 1, 0))
    assert link.encoder.lossy
    go(link, steps)


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
    encoder, frame = LinkEncoder(encodings), picture()
    encoder.refresh(frame)
    slices = encoder.update(
        crop(frame, [Rectangle(0, 0, 10, 10), Rectangle(20, 20, 30, 30)]), 0.0, VideoLimits()
    )
    assert tuple(part.body[0] for part in slices) == expected
    assert [part.rectangle for part in slices] == [Rectangle(0, 0, 10, 10), Rectangle(20, 20, 30, 30)]


def test_a_refresh_covers_the_frame() -> None:
    part = LinkEncoder(ALL).refresh(picture())
    assert part.rectangle == Rectangle(0, 0, 80, 60)


def wallpaper() -> Pixels:
    """A photograph with a window of text before it, as it may be seen at the very first."""
    random = np.random.default_rng(7)
    soft = cv2.resize(
        random.integers(0, 256, (9, 16, 3), np.uint8), (1280, 720), interpolation=cv2.INTER_CUBIC
    )
    frame = np.zeros((720, 1280, 4), np.uint8)
    frame[..., :3] = np.clip(soft + random.normal(0, 3, soft.shape), 0, 255)
    frame[100:580, 200:840] = desktop()
    return frame


def test_a_first_picture_that_takes_long_comes_with_loss_and_rests_already() -> None:
    link = CodedLink(wallpaper(), ALL)
    assert link.encoder.lossy == 1280 * 720
    assert np.abs(link.shown.astype(int) - link.frame[..., :3]).mean() < 4, "it looks right"
    due = link.encoder.next_rest()
    assert due is not None
    assert due <= link.now
    size = 0
    while link.encoder.lossy:
        size += sum(len(one.body) for one in link.rest(40_000))
    assert link.is_exact()
    exact = LinkEncoder(ALL - {Encoding.JPEG}).refresh(link.frame)
    assert size < 0.8 * len(exact.body), "what is refined in pieces makes use of differences of rows"


def test_the_link_says_how_closely_a_first_picture_is_seen() -> None:
    link = CodedLink(wallpaper(), ALL)
    slowest, slow, fast = (link.refresh(rate) for rate in (10_000, 1_500_000, 50_000_000))
    assert [one.body[0] for one in (slowest, slow, fast)] == [Encoding.JPEG, Encoding.JPEG, Encoding.ZSTD]
    assert len(slowest.body) < len(slow.body) < 1_500_000 // 2
    assert link.encoder.lossy == 0, "a fast link has it exactly, at once"


@pytest.mark.parametrize("rate", [None, 1000])
def test_text_comes_without_loss_however_slow_the_link_is(rate: float | None) -> None:
    link = CodedLink(desktop(), ALL)
    link.refresh(rate)
    assert link.encoder.lossy == 0
    assert link.is_exact()


def test_a_peer_without_jpeg_waits_for_its_first_picture() -> None:
    link = CodedLink(wallpaper(), ALL - {Encoding.JPEG})
    assert link.refresh(1000).body[0] == Encoding.ZSTD


def test_a_photograph_on_a_page_takes_fewer_bytes_to_who_knows_differences_of_rows() -> None:
    random = np.random.default_rng(11)
    soft = cv2.resize(random.integers(0, 256, (6, 9, 3), np.uint8), (360, 240), interpolation=cv2.INTER_CUBIC)
    page = np.full((360, 640, 4), 255, np.uint8)
    cv2.putText(page, "with a caption", (40, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0, 0), 1, cv2.LINE_AA)
    page[77:317, 43:403, :3] = np.clip(soft + random.normal(0, 6, soft.shape), 0, 255)
    sizes = []
    for encodings in (ALL - {Encoding.ZSTD_ROWS}, ALL):
        link = CodedLink(np.zeros_like(page), frozenset(encodings))
        slices = link.update(page)
        assert np.array_equal(link.shown, page[..., :3])
        sizes.append(sum(len(one.body) for one in slices))
    assert sizes[1] < 0.75 * sizes[0]
