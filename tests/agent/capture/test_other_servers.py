"""X servers that are not like Xorg at 24 bits: TigerVNC's, and screens of other depths."""

from __future__ import annotations

import contextlib
import secrets
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import mss
import pytest
from mss.exception import ScreenShotError

from deskagent.capture.platforms import screen_opener
from deskagent.capture.source import Grabber, UnreadableScreen
from deskagent.capture.x11.damage_grabber import DamageGrabber
from support.processes import open_files
from support.xvfb import Xvfb, Xvnc, wait_for

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

SERVERS = [
    pytest.param(Xvfb, 15, (5, 5, 5), id="Xvfb-15"),
    pytest.param(Xvfb, 16, (5, 6, 5), id="Xvfb-16"),
    pytest.param(Xvfb, 30, (8, 8, 8), id="Xvfb-30"),
    pytest.param(Xvnc, 16, (5, 6, 5), id="Xvnc-16"),
    pytest.param(Xvnc, 24, (8, 8, 8), id="Xvnc-24"),
    pytest.param(Xvnc, 32, (8, 8, 8), id="Xvnc-32"),
]
"""Kind, depth, and how many bits of red, green and blue can be told apart on a picture of 8 each."""


@contextlib.contextmanager
def opened(server: Xvfb, monkeypatch: pytest.MonkeyPatch) -> Iterator[Grabber]:
    """What this platform opens for all of that server's screen."""
    monkeypatch.setenv("DISPLAY", server.display)
    grabber = screen_opener()(0)
    try:
        yield grabber
    finally:
        grabber.close()


def fill(server: Xvfb, colour: tuple[int, int, int]) -> None:
    """Gives the whole screen one colour: red, green, blue."""
    server.call("xsetroot", "-solid", "#{:02x}{:02x}{:02x}".format(*colour))


def shows(grabber: Grabber, colour: tuple[int, int, int], bits: tuple[int, int, int] = (8, 8, 8)) -> bool:
    """Whether all of it has that colour; one between two that `bits` can tell apart may be either of them."""
    pixels = grabber.grab().pixels[..., 2::-1].astype(int)
    step = [
        0 if part in (0, 255) or n == 8 else 255 / ((1 << n) - 1)
        for part, n in zip(colour, bits, strict=True)
    ]
    return bool((abs(pixels - colour) <= step).all())


@pytest.mark.parametrize(("kind", "depth", "bits"), SERVERS)
def test_the_colours_are_those_that_were_painted(
    monkeypatch: pytest.MonkeyPatch, kind: type[Xvfb], depth: int, bits: tuple[int, int, int]
) -> None:
    # The width is odd: rows of 16 bits are filled up in memory.
    with kind(333, 211, depth=depth) as server, opened(server, monkeypatch) as grabber:
        assert isinstance(grabber, DamageGrabber), "it is told what changes"
        for colour in ((0x40, 0x80, 0xC0), (255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255)):
            fill(server, colour)
            wait_for(lambda now=colour: shows(grabber, now, bits), what=f"{colour}")  # type: ignore[misc]


@pytest.mark.parametrize(("kind", "depth", "bits"), SERVERS)
def test_a_change_is_looked_at_where_it_is_at_every_depth(
    monkeypatch: pytest.MonkeyPatch, kind: type[Xvfb], depth: int, bits: tuple[int, int, int]
) -> None:
    with kind(640, 400, depth=depth) as server, opened(server, monkeypatch) as grabber:
        grabber.grab()
        while grabber.next(0.3):
            pass
        server.run("xterm", "-geometry", "10x4+400+200", "-bw", "0", "-T", "small", "-e", "sleep 60")
        server.wait_for_window("small")
        changed = grabber.next(5)
        assert changed
        for place in changed:
            grab = grabber.grab(place)
            assert grab.area == place
            assert grab.area.x >= 380


@pytest.mark.parametrize(("kind", "depth", "bits"), SERVERS)
def test_another_size_is_noticed_at_every_depth(
    monkeypatch: pytest.MonkeyPatch, kind: type[Xvfb], depth: int, bits: tuple[int, int, int]
) -> None:
    with kind(640, 400, maximum=(800, 600), depth=depth) as server, opened(server, monkeypatch) as grabber:
        assert grabber.grab().size == (640, 400)
        assert [(one.width, one.height) for one in grabber.displays()] == [(640, 400)] * 2
        server.resize(800, 600)
        wait_for(lambda: grabber.next(0.1) is None, what="its word")
        assert grabber.grab().size == (800, 600)
        assert [(one.width, one.height) for one in grabber.displays()] == [(800, 600)] * 2
        assert grabber.displays()[1].identity != grabber.displays()[0].identity


def test_a_palette_is_refused_in_words_that_name_the_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(320, 200, depth=8) as server:
        with pytest.raises(UnreadableScreen) as refused, opened(server, monkeypatch):
            pass
        sentence = str(refused.value)
        assert server.display in sentence
        assert "8 bits a pixel" in sentence
        assert "set its depth to" in sentence


def test_whatever_mss_refuses_does_not_keep_the_screen_from_being_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise ScreenShotError("libxcb-randr.so.0 is not here")

    with Xvfb(320, 200) as server:
        monkeypatch.setattr(mss, "MSS", refuse)
        fill(server, (0x40, 0x80, 0xC0))
        with opened(server, monkeypatch) as grabber:
            assert shows(grabber, (0x40, 0x80, 0xC0))
            assert grabber.displays()[1].name, "the monitor has its name"


@pytest.mark.parametrize("family", [256, 65535], ids=["this host", "any address"])
def test_a_cookie_for_whatever_address_opens_the_screen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, family: int
) -> None:
    cookie = secrets.token_bytes(16)
    known, given = tmp_path / "known", tmp_path / "given"
    known.write_bytes(entry(65535, b"", b"", cookie))
    with Xvfb(320, 200, options=("-auth", str(known))) as server:
        address = b"" if family == 65535 else socket.gethostname().encode()
        given.write_bytes(entry(family, address, server.display[1:].encode(), cookie))
        monkeypatch.setenv("XAUTHORITY", str(given))
        with opened(server, monkeypatch) as grabber:
            assert isinstance(grabber, DamageGrabber), "it is told what changes"
            assert grabber.grab().size == (320, 200)


def entry(family: int, *fields: bytes) -> bytes:
    """One entry of an authority file: family, address, display, and the secret of the usual scheme."""
    address, number, cookie = fields
    return struct.pack(">H", family) + b"".join(
        struct.pack(">H", len(field)) + field for field in (address, number, b"MIT-MAGIC-COOKIE-1", cookie)
    )


def test_a_screen_that_is_gone_keeps_no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(320, 200, authority=True) as server:
        monkeypatch.setenv("XAUTHORITY", "/dev/null")
        before = open_files()
        for _ in range(5):
            with opened(server, monkeypatch) as grabber:
                assert not isinstance(grabber, DamageGrabber)
        wait_for(lambda: open_files() <= before, what="the end of all connections")
