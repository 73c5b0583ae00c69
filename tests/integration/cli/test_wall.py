"""`deskconsole wall`: what is refused before a window opens, and a wall of hosts that are not there."""

from __future__ import annotations

import os
import signal

import cv2
import numpy as np

from deskconsole.viewer.wall_messages import TileKind
from deskconsole.viewer.wall_tile import COLOURS
from support.command_line import CommandLine
from support.ports import free_port
from support.xvfb import Xvfb, wait_for


def test_a_group_that_does_not_exist_names_the_one_that_was_meant(user: CommandLine) -> None:
    user.add_host("lab-01", address="127.0.0.1", group="lab")
    said = user.run("wall", "--group", "lap").refusal(2)
    assert "'lap'" in said
    assert "Did you mean 'lab'?" in said


def test_an_empty_list_and_a_missing_display_are_one_sentence_each(user: CommandLine) -> None:
    assert "hosts add" in user.run("wall").refusal(2)
    user.add_host("lab-01", address="127.0.0.1")
    assert "no display" in user.run("wall").refusal(8)


def test_a_wall_of_hosts_that_are_off_opens_shows_a_new_one_and_ends_when_it_is_told(
    user: CommandLine, xvfb: Xvfb
) -> None:
    port = free_port()
    for name in ("host-1", "host-2"):
        user.add_host(name, address="127.0.0.1", port=port)
    with user.started("wall", environment={"DISPLAY": xvfb.display}) as wall:
        xvfb.wait_for_window("^wall - deskconsole")
        wait_for(lambda: _red_tiles(xvfb) == 2, what="two tiles of hosts that are down")
        user.add_host("host-3", address="127.0.0.1", port=port)
        wait_for(lambda: _red_tiles(xvfb) == 3, what="a tile for the new host")
        os.kill(wall.pid, signal.SIGINT)
        assert wall.wait(60) == 130


def _red_tiles(screen: Xvfb) -> int:
    """Counts the tiles that have the frame of a host that is down."""
    picture = screen.screenshot().astype(int)
    red = (np.abs(picture - COLOURS[TileKind.BAD]).max(axis=2) < 12).astype(np.uint8)
    number, _, boxes, _ = cv2.connectedComponentsWithStats(red, connectivity=8)
    return sum(1 for box in boxes[1:number] if box[2] > 100 and box[3] > 60)
