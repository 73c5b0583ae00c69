"""Kitty's graphics and sixel: what is written to the terminal, read back by decoders like a terminal's."""

from __future__ import annotations

import base64
import fcntl
import os
import pty
import re
import struct
import termios
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from rich.cells import cell_len

from deskconsole.tui import terminal_graphics as asked
from deskconsole.tui.app import DeskconsoleApp
from deskconsole.tui.graphics import MARKS, PIECE, PLACEHOLDER, Graphics, KittyGraphics, SixelGraphics, sixel
from deskconsole.tui.screens.wall import WallScreen
from deskconsole.tui.widgets.tile import HostTile
from deskconsole.tui.widgets.tile_grid import TileGrid
from support.screens.display_fleet import NOW, laboratory
from support.screens.piloting import until, until_screen

Pixels = NDArray[np.uint8]

_COMMAND = re.compile(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\")


def desktop() -> Pixels:
    """A picture with flat parts, edges and shades."""
    picture = np.zeros((180, 320, 3), np.uint8)
    picture[:] = (120, 60, 20)
    picture[20:120, 30:200] = (255, 255, 255)
    picture[150:, :, 1] = np.linspace(0, 255, 320).astype(np.uint8)
    return picture


def kitty_decoded(written: str) -> tuple[dict[str, str], Pixels]:
    """The keys of the first command and the picture of all of them."""
    commands = _COMMAND.findall(written)
    assert _COMMAND.sub("", written) == ""
    keys = [dict(one.split("=") for one in head.split(",")) for head, _ in commands]
    assert [one["m"] for one in keys] == ["1"] * (len(keys) - 1) + ["0"]
    assert all(len(data) <= PIECE for _, data in commands)
    data = np.frombuffer(base64.b64decode("".join(data for _, data in commands)), np.uint8)
    return keys[0], np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def sixel_decoded(written: str) -> Pixels:
    """The picture as a terminal draws it; what no sixel sets is black."""
    head, body = re.fullmatch(r'\x1bP0;1q"1;1;(\d+;\d+)(.*)\x1b\\', written, re.DOTALL).groups()  # type: ignore[union-attr]
    width, height = map(int, head.split(";"))
    picture = np.zeros((height + 6, width, 3), np.uint8)
    colours: dict[str, tuple[int, ...]] = {}
    colour, x, y = (0, 0, 0), 0, 0
    for token in re.finditer(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])", body):
        number, red, green, blue, count, repeated, single, move = token.groups()
        if red is not None:
            colours[number] = tuple(round(int(part) * 255 / 100) for part in (blue, green, red))
        elif number is not None:
            colour = colours[number]  # type: ignore[assignment]
        elif move is not None:
            x, y = 0, y + 6 * (move == "-")
        else:
            bits = ord(repeated or single) - 63
            end = x + int(count or 1)
            assert end <= width
            for row in range(6):
                if bits >> row & 1:
                    picture[y + row, x:end] = colour
            x = end
    assert "".join(token[0] for token in re.finditer(r"[#\d;!?-~$-]+", body)) == body
    return picture[:height]


def test_kitty_gets_the_exact_picture_and_a_placeholder_for_each_cell() -> None:
    image = KittyGraphics((10, 20)).image(desktop(), 40, 9, 0x102)
    keys, picture = kitty_decoded(image.before)
    assert np.array_equal(picture, desktop())
    assert (keys["i"], keys["c"], keys["r"], keys["U"], keys["q"]) == ("258", str(image.width), "9", "1", "2")
    assert (image.width, len(image.lines)) == (32, 9)
    for row, line in enumerate(image.lines):
        cells = line.text.split(PLACEHOLDER)[1:]
        assert cells == [MARKS[row] + MARKS[column] for column in range(32)]
        assert cell_len(line.text) == 32
        assert line.style is not None
        assert line.style.color is not None
        assert line.style.color.triplet == (0, 1, 2)
    assert len(set(MARKS)) == 297


@pytest.mark.parametrize("height", [1, 6, 7, 179])
def test_sixel_draws_the_picture_within_a_step_of_its_shades(height: int) -> None:
    picture = desktop()[:height]
    assert np.abs(sixel_decoded(sixel(picture)).astype(int) - picture).max() <= 27
    image = SixelGraphics((10, 20)).image(desktop(), 40, 9, 1)
    assert sixel_decoded(image.over).shape == (180, 320, 3)
    assert {line.text for line in image.lines} == {" " * 32}


@pytest.mark.parametrize("graphics", [KittyGraphics((8, 16)), SixelGraphics((8, 16))])
async def test_tiles_of_now_are_pictures_of_the_terminal_and_nothing_lies_over_a_dialog(
    graphics: KittyGraphics | SixelGraphics,
) -> None:
    fleet = laboratory()
    app = DeskconsoleApp(fleet, ssh_config=Path("config"), clock=lambda: NOW, graphics=graphics)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.controller.fleet is not None)
            app.controller.pull()
            await pilot.press("w")
            await until_screen(pilot, WallScreen)
            grid = app.screen.query_one(TileGrid)
            await until(pilot, lambda: all(grid.source_of(name) for name in grid.in_sight))

            def written() -> str:
                strips = app.screen_stack[-1]._compositor.render_strips()
                return "".join(strip.render(app.console) for strip in strips)

            if isinstance(graphics, KittyGraphics):
                commands = _COMMAND.findall(written())
                assert {head.split("i=")[1].split(",")[0] for head, _ in commands if "i=" in head} == {
                    "1",
                    "7",
                }
                assert PLACEHOLDER in written()
            else:
                shown = re.findall(r"\x1b7\x1b\[(\d+);(\d+)H(\x1bP.*?\x1b\\)\x1b8", written(), re.DOTALL)
                tile = grid.query(HostTile).first().region
                assert int(shown[0][0]) == tile.y + 2
                assert 0 <= int(shown[0][1]) - 1 - tile.x <= 2
                assert sixel_decoded(shown[0][2]).shape[1] % 8 == 0
            await pilot.press("f1")
            await pilot.pause(0.2)
            assert "\x1bP" not in written()
            await pilot.press("escape")
            await until_screen(pilot, WallScreen)
            await until(pilot, lambda: "\x1bP" in written() or PLACEHOLDER in written())
    finally:
        app.close()


@pytest.mark.parametrize(
    ("setting", "answer", "expected"),
    [
        ("cells", b"", None),
        ("auto", b"\x1b[?62;4;22c", SixelGraphics((10, 20))),
        ("auto", b"\x1b_Gi=1;OK\x1b\\\x1b[6;18;9t\x1b[?62;22c", KittyGraphics((9, 18))),
        ("auto", b"\x1b[?1;2c", None),
        ("kitty", b"\x1b[?1;2c", KittyGraphics((10, 20))),
        ("sixel", b"\x1b[6;0;0t\x1b[?1;2c", SixelGraphics((10, 20))),
    ],
)
def test_the_terminal_is_asked_what_it_has(
    setting: asked.Setting, answer: bytes, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found_graphics(setting, answer, monkeypatch) == expected


def test_sixel_fits_into_the_cells_and_the_memory_of_an_xterm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # 120 x 40 cells of 6 x 13 pixels and a border of 2, as xterm says that.
    size = 40, 120, 724, 524
    found = found_graphics("auto", b"\x1b[?2;0;1000;900S\x1b[?62;4;22c", monkeypatch, size)
    assert found == SixelGraphics((6, 13), (1000, 900))
    assert found is not None
    # xterm shows nothing at all of a sixel picture that is larger than it takes.
    image = found.image(desktop(), 400, 200, 1)
    height, width, _ = sixel_decoded(image.over).shape
    assert 900 < width <= 1000
    assert height <= 900


def found_graphics(
    setting: asked.Setting,
    answer: bytes,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> Graphics | None:
    """The graphics of a terminal that answers this; `size`: lines, columns, pixels across and down."""
    monkeypatch.setattr(asked, "ANSWERS_WITHIN", 30.0)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", *size))
    kept = os.dup(0), os.dup(1)

    def terminal() -> None:
        read = b""
        while not read.endswith(b"\x1b[c"):
            read += os.read(master, 100)
        os.write(master, answer)

    there = threading.Thread(target=terminal, daemon=True)
    there.start()
    try:
        os.dup2(slave, 0)
        os.dup2(slave, 1)
        found = asked.terminal_graphics(setting)
    finally:
        for number, file in enumerate(kept):
            os.dup2(file, number)
            os.close(file)
        if setting == "cells":
            os.write(slave, b"\x1b[c")
        there.join(60)
        os.close(slave)
        os.close(master)
    return found
