"""Pictures in motion: what is sent with loss, for how long, and what stands beside it."""

from __future__ import annotations

import cv2
import numpy as np

from deskagent.delivery.packet_budget import EncodingCost, PacketBudget
from deskagent.encoding.codecs.jpeg import VideoLimits
from deskagent.encoding.crop import crop
from deskagent.encoding.link_encoder import LinkEncoder
from deskagent.picture.copy_rects import CopyRect
from deskagent.pixels import Pixels
from deskwire.encodings import Encoding
from deskwire.geometry import Rectangle
from deskwire.packet import Slice
from support.peers.coded_link import ALL, CodedLink, area, desktop

FILM = Rectangle(70, 40, 400, 300)


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


def playing(rate: float | None = None) -> CodedLink:
    """A film that has played for a second."""
    link = CodedLink(film(0), ALL)
    for number in range(1, 30):
        link.update(film(number), rate)
    return link


def test_a_film_becomes_jpeg_after_some_changes_and_is_exact_again_at_rest() -> None:
    link = CodedLink(film(0), ALL)
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
    assert link.is_exact()


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
    link = CodedLink(desktop(), ALL)
    random = np.random.default_rng(3)
    for _ in range(40):
        frame = np.full((480, 640, 4), 255, np.uint8)
        for row in range(12, 480, 14):
            line = "".join(map(chr, random.integers(33, 127, 90)))
            colour = (*random.integers(0, 200, 3).tolist(), 0)
            cv2.putText(frame, line, (4, row), 0, 0.4, colour, 1, cv2.LINE_AA)
        assert Encoding.JPEG not in kinds(link.update(frame))
        assert link.is_exact()


def test_a_photograph_that_is_shown_once_is_exact_at_once() -> None:
    link = CodedLink(desktop(), ALL)
    link.update(film(1))
    link.now += 5
    link.update(film(2))
    assert link.encoder.lossy == 0
    assert link.is_exact()


def test_a_peer_without_jpeg_gets_a_film_without_loss() -> None:
    link = CodedLink(film(0), ALL - {Encoding.JPEG})
    for number in range(1, 30):
        assert Encoding.JPEG not in kinds(link.update(film(number)))
        assert link.is_exact()
    assert link.encoder.lossy == 0


def test_what_is_moved_stays_as_exact_as_it_was() -> None:
    link = playing()
    link.copy(CopyRect(70, 40, Rectangle(170, 100, 400, 300)))
    link.check()
    # The old and the new place overlap.
    assert link.encoder.lossy == 2 * FILM.area - 300 * 240
    link.copy(CopyRect(0, 0, Rectangle(0, 0, 60, 480)))
    link.copy(CopyRect(0, 350, Rectangle(70, 40, 50, 60)))
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
    assert link.is_exact()


def test_a_slow_link_gets_fewer_bytes_a_picture() -> None:
    def size(rate: float | None) -> int:
        return sum(len(one.body) for one in playing(rate).update(film(30), rate))

    fast, slow, slowest = size(None), size(400_000), size(1_000)
    assert slowest < slow < fast
    assert slow * 15 < 400_000


def test_a_film_that_a_link_carries_in_pieces_becomes_jpeg_too() -> None:
    encoder = LinkEncoder(ALL)
    encoder.refresh(film(0))
    half = FILM.height // 2
    upper, lower = FILM._replace(height=half), FILM._replace(y=FILM.y + half, height=half)
    sent: list[set[int]] = []
    cost = EncodingCost()
    for number in range(1, 12):
        for piece, share in ((upper, 0.5), (lower, 1.0)):
            now = 0.14 * len(sent)
            video = PacketBudget(700_000, cost).video(share)
            slices = encoder.update(crop(film(number), [piece]), now, video)
            cost = cost.after(slices, [], share=share, seconds=0.0, now=now)
            sent.append(kinds(slices))
    assert sent[0] <= {Encoding.ZSTD, Encoding.ZSTD_ROWS}
    assert sent[-2:] == [{Encoding.JPEG}] * 2, "three or four whole pictures a second would never be one"


def test_what_is_left_of_a_film_in_a_low_strip_becomes_part_of_it() -> None:
    encoder = LinkEncoder(ALL)
    encoder.refresh(film(0))
    upper = Rectangle(128, 64, 320, 192)
    for number in range(1, 30):
        encoder.update(crop(film(number), [upper]), 0.03 * number, VideoLimits())
    sent = [
        kinds(encoder.update(crop(film(number), [upper._replace(height=256)]), 0.03 * number, VideoLimits()))
        for number in range(30, 60)
    ]
    assert Encoding.JPEG in sent[0]
    assert len(sent[0]) == 2, "the strip below comes without loss at first"
    assert sent[-1] == {Encoding.JPEG}
