"""The first frames of a desktop duplication. Scripted ones: dxcam's parts run on Windows only."""

from __future__ import annotations

import ctypes
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deskagent.capture.windows import duplication
from deskagent.capture.windows.duplication import OutputFrames
from deskagent.capture.windows.preferred import FramesError
from deskwire.geometry import Display

DISPLAY = Display(number=1, x=0, y=0, width=4, height=2, identity=bytes(16))
BLACK, DESKTOP = 0, 200
TIMEOUT = 0x887A0027


class Resource:
    def QueryInterface(self, _kind: object) -> None:  # noqa: N802
        """The texture is where the frame is."""


class Refused(Exception):
    hresult = TIMEOUT
    text = ""


class Card:
    """Gives the frames of a script, (LastPresentTime, AccumulatedFrames, colour) each, then none."""

    def __init__(self, *script: tuple[int, int, int]) -> None:
        self.script = list(script)
        self.shown = BLACK
        self.texture = np.zeros((DISPLAY.height, DISPLAY.width, 4), np.uint8)

    def AcquireNextFrame(self, _wait: int, info: Any, _resource: Any) -> None:  # noqa: N802
        if not self.script:
            raise Refused
        info.LastPresentTime, info.AccumulatedFrames, self.shown = self.script.pop(0)

    def CopySubresourceRegion(self, *_arguments: object) -> None:  # noqa: N802
        self.texture[:] = self.shown

    def ReleaseFrame(self) -> None:  # noqa: N802
        """Nothing is held."""

    def map(self) -> SimpleNamespace:
        pixels = self.texture.ctypes.data_as(ctypes.POINTER(ctypes.c_ubyte))
        return SimpleNamespace(pBits=pixels, Pitch=DISPLAY.width * 4)

    def unmap(self) -> None:
        """Nothing is mapped."""


def opened(monkeypatch: pytest.MonkeyPatch, card: Card) -> OutputFrames:
    modules: dict[str, dict[str, object]] = {
        "comtypes": {"COMError": Refused},
        "dxcam.core": {
            "StageSurface": lambda **_: card,
            "DXGIDuplicator": lambda **_: SimpleNamespace(duplicator=card),
        },
        "dxcam._libs.dxgi": {
            "DXGI_OUTDUPL_FRAME_INFO": SimpleNamespace, "IDXGIResource": Resource,
            "DXGI_ERROR_WAIT_TIMEOUT": TIMEOUT,
        },
        "dxcam._libs.d3d11": {"D3D11_BOX": lambda *_: None, "ID3D11Texture2D": None},
    }  # fmt: skip
    for name, members in modules.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    itself = SimpleNamespace(POINTER=lambda kind: kind, byref=lambda thing: thing)
    monkeypatch.setattr(duplication, "ctypes", itself)
    monkeypatch.setattr(duplication, "_output_of", lambda _display: (SimpleNamespace(im_context=card), None))
    return OutputFrames(DISPLAY)


def test_a_first_frame_of_which_nothing_was_drawn_is_not_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = opened(monkeypatch, Card((0, 0, BLACK), (5, 1, DESKTOP)))
    assert (frames.read() == DESKTOP).all()


def test_a_desktop_at_rest_is_its_only_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (opened(monkeypatch, Card((0, 0, DESKTOP))).read() == DESKTOP).all()
    assert (opened(monkeypatch, Card((0, 1, DESKTOP), (0, 0, BLACK))).read() == DESKTOP).all()


def test_later_a_pointer_that_moved_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card((5, 1, DESKTOP))
    frames = opened(monkeypatch, card)
    card.script = [(0, 1, BLACK)]
    assert not frames.take(0.0)
    assert (frames.read() == DESKTOP).all()


def test_without_any_frame_there_are_no_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FramesError, match="it gave no picture"):
        opened(monkeypatch, Card())
