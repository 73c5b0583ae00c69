"""A picture that is saved from a window: a key that is held down saves one at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session.events import Event, PictureSaved, encode
from deskconsole.session.host_control import HostControl
from deskconsole.session.host_window import HostWindow
from support.xvfb import wait_for


def test_a_key_that_is_held_down_saves_one_picture_at_a_time(tmp_path: Path) -> None:
    told: list[Event] = []
    framebuffer = Framebuffer()
    framebuffer.reset(64, 48)
    control = HostControl(lambda _request: None)
    window = HostWindow("lab-01", framebuffer, control, told.append, pictures=tmp_path)
    with framebuffer.drawing:  # as long as this lasts no picture can be taken
        for _ in range(30):
            window._save_picture()
    wait_for(lambda: len(told) == 1, what="the picture")
    wait_for(lambda: not window._saving.locked(), what="the end of saving")
    assert isinstance(told[0], PictureSaved)
    assert len([*tmp_path.iterdir()]) == 1
    window._save_picture()
    wait_for(lambda: len(told) == 2, what="the next picture")
    wait_for(lambda: not window._saving.locked(), what="the end of saving")
    window.lossy(100)
    window._save_picture()
    wait_for(lambda: len(told) == 3, what="the picture of a film")
    assert [event.exact for event in told if isinstance(event, PictureSaved)] == [True, True, False]
    framebuffer.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a path is text")
def test_a_picture_in_a_folder_that_is_not_utf8_is_saved_and_told(tmp_path: Path) -> None:
    told: list[Event] = []
    framebuffer = Framebuffer()
    framebuffer.reset(64, 48)
    folder = tmp_path / "\udcff"
    window = HostWindow("lab-01", framebuffer, HostControl(lambda _: None), told.append, pictures=folder)
    window._save_picture()
    wait_for(lambda: told, what="the picture")
    assert b"/?/lab-01" in encode(told[0])
    assert len([*folder.iterdir()]) == 1
    framebuffer.close()
