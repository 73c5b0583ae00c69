"""One display of Windows as desktop duplication gives it, by the parts that dxcam is made of.

Not by dxcam's camera: that one looks and does not wait, and after a loss it waits inside of its own call
until the desktop comes back, so that a locked screen would not be reported. Written after dxcam's source and
Microsoft's documentation; the stand-in for a Windows host refuses duplication, and no real one has run this.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import time
import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np

from deskagent.pixels import Pixels
from deskwire.geometry import Display

from .preferred import FIRST_WITHIN, FramesError


class OutputFrames:
    """The `Frames` of the one output that shows a display."""

    def __init__(self, display: Display) -> None:
        """Raises FramesError: no such output, a rotated one, one that the system does not duplicate, or one
        that gives no first picture."""
        self._copied = False
        self._pixels: Pixels = np.empty((display.height, display.width, 4), np.uint8)
        with _told():
            core = importlib.import_module("dxcam.core")
            device, output = _output_of(display)
            self._dxgi = importlib.import_module("dxcam._libs.dxgi")
            self._d3d11 = importlib.import_module("dxcam._libs.d3d11")
            self._context: Any = device.im_context
            self._stage: Any = core.StageSurface(output=output, device=device)
            # Asks for 8 bits a colour; what a display in HDR gives then is for the comparison to judge.
            self._duplication: Any = core.DXGIDuplicator(output=output, device=device).duplicator
            self._all = self._d3d11.D3D11_BOX(0, 0, 0, display.width, display.height, 1)
        try:
            # The very first frame may be black: then it says that nothing was drawn yet. On a desktop at rest
            # it may be the only one and hold the desktop; the comparison with mss tells which it is.
            if not self.take(FIRST_WITHIN) and not self._copied:
                raise FramesError("it gave no picture")
        except FramesError:
            self.close()
            raise

    def take(self, timeout: float) -> bool:
        """True if a pointer that moved makes no new picture."""
        deadline = time.monotonic() + timeout
        with _told():
            while (news := self._acquire(max(0.0, deadline - time.monotonic()))) is False:
                pass
        return news is True

    def read(self) -> Pixels:
        """Copied out of the graphics card's memory, which waits for what `take` began."""
        height, width = self._pixels.shape[:2]
        with _told():
            mapped = self._stage.map()
            try:
                rows = np.ctypeslib.as_array(mapped.pBits, shape=(height, mapped.Pitch))
                self._pixels[:] = rows[:, : width * 4].reshape(height, width, 4)
            finally:
                self._stage.unmap()
        return self._pixels

    def close(self) -> None:
        """comtypes gives an object back when its last name goes; dxcam's own `release` does it by hand
        before, and so twice."""
        self._duplication = self._stage = self._context = None

    def _acquire(self, timeout: float) -> bool | None:
        """Returns whether the next frame has a new picture; None where no frame came."""
        comtypes: Any = importlib.import_module("comtypes")
        frame = self._dxgi.DXGI_OUTDUPL_FRAME_INFO()
        resource = ctypes.POINTER(self._dxgi.IDXGIResource)()
        try:
            self._duplication.AcquireNextFrame(
                round(timeout * 1000), ctypes.byref(frame), ctypes.byref(resource)
            )
        except comtypes.COMError as error:
            if _code(error) == self._dxgi.DXGI_ERROR_WAIT_TIMEOUT:
                return None
            raise
        try:
            drawn = bool(frame.LastPresentTime or (frame.AccumulatedFrames and not self._copied))
            if drawn or not self._copied:
                texture = resource.QueryInterface(self._d3d11.ID3D11Texture2D)
                self._context.CopySubresourceRegion(
                    self._stage.texture, 0, 0, 0, 0, texture, 0, ctypes.byref(self._all)
                )
                self._copied = True
            return drawn
        finally:
            self._duplication.ReleaseFrame()


def _output_of(display: Display) -> tuple[Any, Any]:
    """dxcam's device and output. The whole desktop has one only where there is a single display."""
    core = importlib.import_module("dxcam.core")
    io = importlib.import_module("dxcam.util.io")
    wanted = (display.x, display.y, display.x + display.width, display.y + display.height)
    for adapter in io.enum_dxgi_adapters():
        for pointer in io.enum_dxgi_outputs(adapter):
            output = core.Output(pointer)
            place = output.desc.DesktopCoordinates
            if (place.left, place.top, place.right, place.bottom) != wanted or not output.attached_to_desktop:
                continue
            if output.rotation_angle:
                raise FramesError("the display is rotated")
            return core.Device(adapter), output
    raise FramesError("no single output shows all of it")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Whatever is raised becomes a FramesError, on one line."""
    try:
        yield
    except FramesError:
        raise
    except Exception as error:
        # ImportError where nothing was brought, COMError, OSError, ValueError at a pointer that stayed empty:
        # none of them may end the stream, which continues without.
        traceback.clear_frames(error.__traceback__)  # the system's objects in them go now
        raise FramesError(_words(error)) from error


def _words(error: Exception) -> str:
    if hasattr(error, "hresult"):
        return f"{error.text or 'refused'} ({_code(error):#010x})"  # type: ignore[attr-defined]
    return " ".join(str(error).split())[:200] or type(error).__name__


def _code(error: Any) -> int:
    """A COMError's number as it is documented, without a sign."""
    return int(error.hresult) & 0xFFFFFFFF
