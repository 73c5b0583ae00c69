"""MIT-SHM, declared for python-xlib, which lacks it: pictures between a program and its X server without a
copy through the connection."""

from __future__ import annotations

from typing import Any, Final

from Xlib.protocol import rq

from .extension import query_extension

EXTENSION: Final = "MIT-SHM"
_Z_PIXMAP: Final = 2
_ALL_PLANES: Final = 0xFFFFFFFF


class Attach(rq.Request):
    """The server attaches segment `number` and knows it as `segment`."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(1),
        rq.RequestLength(),
        rq.Card32("segment"),
        rq.Card32("number"),
        rq.Bool("read_only"),
        rq.Pad(3),
    )


class Detach(rq.Request):
    """The server lets go of `segment`."""

    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(2), rq.RequestLength(), rq.Card32("segment"))


class _GetImage(rq.ReplyRequest):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(4),
        rq.RequestLength(),
        rq.Drawable("drawable"),
        rq.Int16("x"),
        rq.Int16("y"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Card32("plane_mask"),
        rq.Card8("format"),
        rq.Pad(3),
        rq.Card32("segment"),
        rq.Card32("offset"),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("depth"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card32("visual"),
        rq.Card32("size"),
        rq.Pad(16),
    )


class SharedImages:
    """The extension on one connection, `display` of python-xlib. Raises Xlib.error.XError subclasses."""

    def __init__(self, display: Any) -> None:
        """Raises LookupError where the server does not have it."""
        self._opcode: int = query_extension(display, EXTENSION).major_opcode
        self._display = display.display

    def attach(self, number: int) -> int:
        """The server's handle for the segment of that number. A server that cannot have it (it runs on
        another machine, or may not) says so with the next round trip."""
        segment: int = self._display.allocate_resource_id()
        Attach(display=self._display, opcode=self._opcode, segment=segment, number=number, read_only=False)
        return segment

    def detach(self, segment: int) -> None:
        """The server lets go of it."""
        Detach(display=self._display, opcode=self._opcode, segment=segment)
        self._display.free_resource_id(segment)

    def get(self, drawable: int, area: tuple[int, int, int, int], segment: int) -> tuple[int, int]:
        """Writes `area` (x, y, width, height) of `drawable` to the beginning of the segment, row after row;
        returns its depth and its size in bytes."""
        x, y, width, height = area
        reply = _GetImage(
            display=self._display,
            opcode=self._opcode,
            drawable=drawable,
            x=x,
            y=y,
            width=width,
            height=height,
            plane_mask=_ALL_PLANES,
            format=_Z_PIXMAP,
            segment=segment,
            offset=0,
        )
        return reply.depth, reply.size
