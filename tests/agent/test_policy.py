"""The policy: which encoding a rectangle gets, and what a console has of what was sent."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.damage import Pixels, find_damage
from deskagent.moves import Move
from deskagent.parts import cut
from deskagent.policy import SliceEncoder
from deskagent.wire.encodings import Encoding
from deskagent.wire.geometry import Rectangle
from deskagent.wire.packet import Slice
from deskconsole.decoders import Decoder

ALL = frozenset(Encoding)
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


class Link:
    """Both ends, and the host's frame: what happens on the screen is sent at once."""

    def __init__(self, frame: Pixels, encodings: frozenset[Encoding]) -> None:
        height, width = frame.shape[:2]
        self.frame, self.now = frame, 100.0
        self.shown = np.zeros((height, width, 3), np.uint8)
        self.encoder, self._decoder = SliceEncoder(encodings), Decoder()
        self.refresh()

    def refresh(self, rate: float | None = None) -> Slice:
        height, width = self.frame.shape[:2]
        self._decoder.restart(width, height, self.shown)
        (part,) = self._show([self.encoder.refresh(self.frame, self.now, rate)])
        return part

    def update(self, frame: Pixels, rate: float | None = None) -> list[Slice]:
        self.now += 0.03
        parts = cut(frame, find_damage(self.frame, frame))
        self.frame = frame
        return self._show(self.encoder.update(parts, self.now, rate))

    def copy(self, move: Move) -> None:
        x, y, target = move
        source = target._replace(x=x, y=y)
        frame = self.frame.copy()
        frame[area(target)] = self.frame[area(source)]
        self._show(self.encoder.copied([move]))
        self.frame = frame
        self.update(frame)

    def rest(self, pixels: int) -> list[Slice]:
        """Time passes, and one packet refines."""
        due = self.encoder.next_rest()
        self.now = self.now if due is None else max(self.now, due)
        places = self.encoder.resting(self.now, pixels)
        assert sum(place.area for place in places) <= max(pixels, 64 * 64)
        assert bool(places) == bool(self.encoder.lossy)
        return self.refine(places)

    def refine(self, places: list[Rectangle]) -> list[Slice]:
        return self._show(self.encoder.refine(cut(self.frame, places)))

    def check(self) -> None:
        """The console's picture is wrong only where the encoder knows of it."""
        wrong = (self.shown != self.frame[..., :3]).any(axis=2)
        assert np.count_nonzero(wrong) <= self.encoder.lossy
        for place in self.encoder.resting(self.now + 10, wrong.size + 64 * 64 * 100):
            wrong[area(place)] = False
        assert not wrong.any()

    def _show(self, slices: list[Slice]) -> list[Slice]:
        for rectangle, body in slices:
            self._decoder.decode(body, self.shown[area(rectangle)])
        return slices


def area(rectangle: Rectangle) -> tuple[slice, slice]:
    x, y, width, height = rectangle
    return np.s_[y : y + height, x : x + width]


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


def take(link: Link, step: Step) -> None:
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
        link.copy(Move(source_x, source_y, target))
    elif kind == "film":
        # Large, so that it may be one.
        for number in range(6):
            link.update(
                changed(link.frame, (kind, x // 4, y // 4, 700 + w // 4, 700 + h // 4, seed + number))
            )
    else:
        link.update(changed(link.frame, step))


def go(link: Link, steps: list[Step]) -> None:
    """Whatever happens, the console's picture is wrong only where that is known, and exact in the end."""
    for step in steps:
        if step[0] == "copy" and not link.encoder.copies:
            continue
        take(link, step)
        link.check()
    while link.encoder.lossy:
        link.rest(20_000)
    assert np.array_equal(link.shown, link.frame[..., :3])
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
    go(Link(noise(width, height), encodings), steps)


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
    link = Link(noise(width, height), ALL)
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
    encoder, frame = SliceEncoder(encodings), picture()
    encoder.refresh(frame)
    slices = encoder.update(cut(frame, [Rectangle(0, 0, 10, 10), Rectangle(20, 20, 30, 30)]), 0.0, None)
    assert tuple(part.body[0] for part in slices) == expected
    assert [part.rectangle for part in slices] == [Rectangle(0, 0, 10, 10), Rectangle(20, 20, 30, 30)]


def test_a_refresh_covers_the_frame() -> None:
    part = SliceEncoder(ALL).refresh(picture())
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
    link = Link(wallpaper(), ALL)
    assert link.encoder.lossy == 1280 * 720
    assert np.abs(link.shown.astype(int) - link.frame[..., :3]).mean() < 4, "it looks right"
    due = link.encoder.next_rest()
    assert due is not None
    assert due <= link.now
    size = 0
    while link.encoder.lossy:
        size += sum(len(one.body) for one in link.rest(40_000))
    assert np.array_equal(link.shown, link.frame[..., :3])
    exact = SliceEncoder(ALL - {Encoding.JPEG}).refresh(link.frame)
    assert size < 0.8 * len(exact.body), "what is refined in pieces makes use of differences of rows"


def test_the_link_says_how_closely_a_first_picture_is_seen() -> None:
    link = Link(wallpaper(), ALL)
    slowest, slow, fast = (link.refresh(rate) for rate in (10_000, 1_500_000, 50_000_000))
    assert [one.body[0] for one in (slowest, slow, fast)] == [Encoding.JPEG, Encoding.JPEG, Encoding.ZSTD]
    assert len(slowest.body) < len(slow.body) < 1_500_000 // 2
    assert link.encoder.lossy == 0, "a fast link has it exactly, at once"


@pytest.mark.parametrize("rate", [None, 1000])
def test_text_comes_without_loss_however_slow_the_link_is(rate: float | None) -> None:
    link = Link(desktop(), ALL)
    link.refresh(rate)
    assert link.encoder.lossy == 0
    assert np.array_equal(link.shown, link.frame[..., :3])


def test_a_peer_without_jpeg_waits_for_its_first_picture() -> None:
    link = Link(wallpaper(), ALL - {Encoding.JPEG})
    assert link.refresh(1000).body[0] == Encoding.ZSTD


# Pictures in motion

FILM = Rectangle(70, 40, 400, 300)


def desktop() -> Pixels:
    frame = np.full((480, 640, 4), 230, np.uint8)
    for row in range(12, 480, 14):
        cv2.putText(
            frame, "A line of text, and more of it " * 3, (4, row), 0, 0.4, (40, 40, 40, 0), 1, cv2.LINE_AA
        )
    return frame


def film(number: int, background: Pixels | None = None) -> Pixels:
    """A frame of a desktop with a film: waves of many colours with grain."""
    frame = desktop() if background is None else background.copy()
    y, x = np.mgrid[: FILM.height, : FILM.width]
    waves = [np.sin((x + 7 * number) / (20 + 9 * n) + y / (31 - 8 * n)) for n in range(3)]
    grain = np.random.default_rng(number).normal(0, 4, (FILM.height, FILM.width, 1))
    frame[area(FILM)][..., :3] = np.clip(127 + 100 * np.stack(waves, axis=2) + grain, 0, 255)
    return frame


def kinds(slices: list[Slice]) -> set[int]:
    return {one.body[0] for one in slices}


def playing(rate: float | None = None) -> Link:
    """A film that has played for a second."""
    link = Link(film(0), ALL)
    for number in range(1, 30):
        link.update(film(number), rate)
    return link


def test_a_film_becomes_jpeg_after_some_changes_and_is_exact_again_at_rest() -> None:
    link = Link(film(0), ALL)
    sent = [kinds(link.update(film(number))) for number in range(1, 20)]
    assert sent[0] <= {Encoding.ZSTD, Encoding.ZSTD_ROWS}
    assert sent[-1] == {Encoding.JPEG}
    assert link.encoder.lossy == FILM.area
    assert np.abs(link.shown.astype(int) - link.frame[..., :3])[area(FILM)].mean() < 4, "it looks right"
    link.check()

    assert link.encoder.resting(link.now + 0.1, 10**9) == [], "it still moves"
    due = link.encoder.next_rest()
    assert due is not None
    assert link.now < due < link.now + 0.5
    packets = 0
    while link.encoder.lossy:
        link.rest(40_000)
        packets += 1
    assert packets > 2, "no packet takes long"
    assert np.array_equal(link.shown, link.frame[..., :3])


def test_a_film_is_still_one_where_all_around_it_changes_once() -> None:
    link = playing()
    inverted = desktop()
    inverted[..., :3] ^= 255
    slices = link.update(film(30, inverted))
    (lossy,) = [one.rectangle for one in slices if one.body[0] == Encoding.JPEG]
    assert lossy.common(FILM) == lossy, "nothing of what stands beside it"
    assert lossy.area > FILM.area // 2
    assert link.encoder.lossy == lossy.area
    link.check()


def test_text_is_never_jpeg_however_often_it_changes() -> None:
    link = Link(desktop(), ALL)
    random = np.random.default_rng(3)
    for _ in range(40):
        frame = np.full((480, 640, 4), 255, np.uint8)
        for row in range(12, 480, 14):
            line = "".join(map(chr, random.integers(33, 127, 90)))
            colour = (*random.integers(0, 200, 3).tolist(), 0)
            cv2.putText(frame, line, (4, row), 0, 0.4, colour, 1, cv2.LINE_AA)
        assert Encoding.JPEG not in kinds(link.update(frame))
        assert np.array_equal(link.shown, link.frame[..., :3])


def test_a_photograph_that_is_shown_once_is_exact_at_once() -> None:
    link = Link(desktop(), ALL)
    link.update(film(1))
    link.now += 5
    link.update(film(2))
    assert link.encoder.lossy == 0
    assert np.array_equal(link.shown, link.frame[..., :3])


def test_a_peer_without_jpeg_gets_a_film_without_loss() -> None:
    link = Link(film(0), ALL - {Encoding.JPEG})
    for number in range(1, 30):
        assert Encoding.JPEG not in kinds(link.update(film(number)))
        assert np.array_equal(link.shown, link.frame[..., :3])
    assert link.encoder.lossy == 0


def test_what_is_moved_stays_as_exact_as_it_was() -> None:
    link = playing()
    link.copy(Move(70, 40, Rectangle(170, 100, 400, 300)))
    link.check()
    # The old and the new place overlap.
    assert link.encoder.lossy == 2 * FILM.area - 300 * 240
    link.copy(Move(0, 0, Rectangle(0, 0, 60, 480)))
    link.copy(Move(0, 350, Rectangle(70, 40, 50, 60)))
    link.check()
    assert link.encoder.lossy == 2 * FILM.area - 300 * 240 - 50 * 60


def test_what_rests_beside_a_film_is_refined_while_it_plays() -> None:
    link = playing()
    x, y, width, height = FILM
    upper, lower = FILM._replace(height=140), Rectangle(x, y + 140, width, height - 140)
    exact = []
    for number in range(30, 60):
        frame = link.frame.copy()
        frame[area(lower)] = film(number)[area(lower)]
        link.update(frame)
        link.refine(link.encoder.resting(link.now, 20_000))
        link.check()
        exact.append(np.array_equal(link.shown[area(upper)], link.frame[area(upper)][..., :3]))
    assert not any(exact[:8])
    assert all(exact[20:])
    assert link.encoder.lossy > lower.area * 3 // 4, "the film itself is not refined again and again"


def test_a_refresh_makes_all_exact() -> None:
    link = playing()
    link.refresh()
    assert link.encoder.lossy == 0
    assert np.array_equal(link.shown, link.frame[..., :3])


def test_a_slow_link_gets_fewer_bytes_a_picture() -> None:
    def size(rate: float | None) -> int:
        return sum(len(one.body) for one in playing(rate).update(film(30), rate))

    fast, slow, slowest = size(None), size(400_000), size(1_000)
    assert slowest < slow < fast
    assert slow * 15 < 400_000


def test_a_photograph_on_a_page_takes_fewer_bytes_to_who_knows_differences_of_rows() -> None:
    random = np.random.default_rng(11)
    soft = cv2.resize(random.integers(0, 256, (6, 9, 3), np.uint8), (360, 240), interpolation=cv2.INTER_CUBIC)
    page = np.full((360, 640, 4), 255, np.uint8)
    cv2.putText(page, "with a caption", (40, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0, 0), 1, cv2.LINE_AA)
    page[77:317, 43:403, :3] = np.clip(soft + random.normal(0, 6, soft.shape), 0, 255)
    sizes = []
    for encodings in (ALL - {Encoding.ZSTD_ROWS}, ALL):
        link = Link(np.zeros_like(page), frozenset(encodings))
        slices = link.update(page)
        assert np.array_equal(link.shown, page[..., :3])
        sizes.append(sum(len(one.body) for one in slices))
    assert sizes[1] < 0.75 * sizes[0]
