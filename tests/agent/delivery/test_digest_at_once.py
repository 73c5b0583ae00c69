"""The digest of a desktop that never rests: a film fills it, and each of its packets comes with loss."""

from __future__ import annotations

import cv2
import numpy as np

from deskagent.capture.source import Grab, whole
from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.pixels import Pixels
from deskwire.geometry import Rectangle
from deskwire.messages import Digest, Lossy, WantDigest
from support.peers.bare_console import has
from support.peers.drawing_console import DrawingConsole
from support.peers.served_here import served

WIDTH, HEIGHT = 320, 200


class Film(SyntheticGrabber):
    """A desktop whose every pixel is another one at each grab."""

    def __init__(self) -> None:
        super().__init__("still", 1, WIDTH, HEIGHT)
        self._random = np.random.default_rng(1)

    def grab(self, region: Rectangle | None = None) -> Grab:
        tones = self._random.integers(0, 256, (25, 40, 4), np.uint8)
        frame: Pixels = cv2.resize(tones, (WIDTH, HEIGHT)).astype(np.uint8)
        return whole(frame)


def test_a_film_has_an_exact_moment_where_it_is_wanted_at_once() -> None:
    with served(lambda _: Film()) as agent:
        console = DrawingConsole(agent)
        assert console.sees(lambda _: has(Lossy)(console.events))
        console.send(WantDigest())
        console.draw(1.5)
        assert not has(Digest)(console.events), "nothing of a film is compared unless that is wanted at once"
        assert console.is_exact(at_once=True)
        assert console.sees(lambda _: has(Digest, 2)(console.events)), "each question has its answer"
        console.close()
