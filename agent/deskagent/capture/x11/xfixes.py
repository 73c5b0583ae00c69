"""Regions of XFIXES, declared for python-xlib, which lacks them: sets of rectangles that a server keeps."""

from __future__ import annotations

from typing import Any, Final

from Xlib.protocol import rq, structs

from deskx11.extension import query_extension

EXTENSION: Final = "XFIXES"


class _QueryVersion(rq.ReplyRequest):
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(0), rq.RequestLength(), rq.Card32("major"), rq.Card32("minor")
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card32("major"),
        rq.Card32("minor"),
        rq.Pad(16),
    )


class _CreateRegion(rq.Request):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(5),
        rq.RequestLength(),
        rq.Card32("region"),
        rq.List("rectangles", structs.Rectangle),
    )


class _FetchRegion(rq.ReplyRequest):
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(19), rq.RequestLength(), rq.Card32("region"))
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Object("extents", structs.Rectangle),
        rq.Pad(16),
        rq.Binary("rectangles"),
    )


class Regions:
    """The extension on one connection, `display` of python-xlib."""

    def __init__(self, display: Any) -> None:
        """Raises LookupError where the server does not have it."""
        self._opcode: int = query_extension(display, EXTENSION).major_opcode
        self._display = display.display
        _QueryVersion(display=self._display, opcode=self._opcode, major=2, minor=0)

    def create(self) -> int:
        """An empty region."""
        region: int = self._display.allocate_resource_id()
        _CreateRegion(display=self._display, opcode=self._opcode, region=region, rectangles=[])
        return region

    def fetch(self, region: int) -> bytes:
        """Its rectangles from the top down, none overlapping another: x, y (signed), width, height (not
        signed), each two bytes as this machine orders them."""
        reply = _FetchRegion(display=self._display, opcode=self._opcode, region=region)
        return bytes(reply.rectangles)
