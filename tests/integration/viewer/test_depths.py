"""The window on X servers whose pixels have 8, 15, 16 or 30 bits: right, or refused in words."""

from __future__ import annotations

import subprocess

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from deskconsole.common.errors import ViewerError
from deskconsole.viewer.surfaces.pixel_format import PixelFormat
from deskwire.geometry import Rectangle
from support.screens.viewer_stage import WITHOUT_SHARED_MEMORY, Stage, stage_on
from support.xvfb import Xvfb, wait_for


def photographed(screen: Xvfb) -> NDArray[np.uint8]:
    """The screen as ImageMagick sees it, (height, width, 3) BGR."""
    taken = subprocess.run(
        ["import", "-window", "root", "-depth", "8", "png:-"],
        env=screen.environment,
        check=True,
        capture_output=True,
    )
    return np.asarray(cv2.imdecode(np.frombuffer(taken.stdout, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def colours(stage: Stage) -> None:
    stage.framebuffer.reset(641, 400)  # an odd width: rows of 16 bits are filled up
    stage.framebuffer.pixels[:200, :] = (0xC0, 0x80, 0x40)
    stage.framebuffer.pixels[200:, :] = (0x10, 0x30, 0xE0)
    stage.framebuffer.pixels[10:20, 10:20] = 255


@pytest.mark.parametrize(("depth", "off"), [(15, 7), (16, 7), (24, 0), (30, 1)])
def test_the_colours_are_those_of_the_host(depth: int, off: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What 5 or 6 bits cannot tell is lost, nothing else (ImageMagick rounds 10 bits down)."""
    with Xvfb(800, 600, depth=depth) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        with stage_on(screen) as stage:
            colours(stage)
            viewer = stage.open()

            def right() -> bool:
                seen = photographed(screen)[:400, :641].astype(int)
                return bool((abs(seen - stage.framebuffer.pixels) <= off).all())

            assert wait_for(right, what="the colours")
            stage.framebuffer.pixels[300:310, 400:420] = (1, 200, 99)
            viewer.damaged(1, [Rectangle(400, 300, 20, 10)])
            assert wait_for(right, what="the change")


def test_a_palette_is_refused_with_its_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(640, 480, depth=8) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        with stage_on(screen) as stage:
            stage.paint(40, 40)
            with pytest.raises(ViewerError, match=r"8 bits a pixel") as caught:
                stage.open()
            assert caught.value.exit_code == 8
            assert "24 bits" in caught.value.remedy


def test_without_shared_memory_wrong_colours_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(640, 480, depth=16, options=WITHOUT_SHARED_MEMORY) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        with stage_on(screen) as stage:
            stage.paint(40, 40)
            with pytest.raises(TimeoutError):
                stage.open()
            assert "16 bits a pixel" in stage.reasons.get(timeout=60)


@pytest.mark.parametrize(
    ("masks", "bits", "white"),
    [
        ((0xF800, 0x07E0, 0x001F), 16, 0xFFFF),
        ((0x7C00, 0x03E0, 0x001F), 16, 0x7FFF),
        ((0x3FF00000, 0x000FFC00, 0x000003FF), 32, 0x3FFFFFFF),
        ((0x0000FF, 0x00FF00, 0xFF0000), 32, 0xFFFFFF),
    ],
)
def test_black_stays_black_and_white_becomes_all_bits(
    masks: tuple[int, int, int], bits: int, white: int
) -> None:
    pixels = PixelFormat(masks, bits)
    image = np.zeros((1, 3, 4), np.uint8)
    image[0, 1] = 255
    image[0, 2] = (0, 0, 255, 0)  # red
    memory = np.zeros(pixels.stride(3), np.uint8)
    pixels.convert(image, pixels.rows(memory, 3, 1))
    assert pixels.rows(memory, 3, 1).tolist() == [[0, white, masks[0]]]


@pytest.mark.parametrize(("masks", "bits"), [((0, 0, 0), 8), ((0xE0, 0x1C, 0x03), 8), ((0, 0, 0), 32)])
def test_pixels_without_masks_are_refused(masks: tuple[int, int, int], bits: int) -> None:
    with pytest.raises(ValueError, match="pixels of"):
        PixelFormat(masks, bits)
