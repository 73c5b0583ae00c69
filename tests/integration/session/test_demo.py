"""The demo reacts: the first minute of a newcomer, over the embedded hosts' real SSH and in a real window."""

from __future__ import annotations

import numpy as np
import pytest

from deskagent.capture.scenes.actions import Action, ButtonAction, ClipAction, TextAction, TimedAction
from deskagent.capture.synthetic import render
from deskagent.capture.synthetic_desktop import SyntheticDesktop
from deskconsole.app.waiting import wait_for as wait_for_all
from deskconsole.demo.demo import CAST, SIZE, Demo
from deskconsole.ssh.prompts import NoQuestions
from support.xvfb import Xvfb, wait_for

HOST = "night-shift"


def test_what_a_newcomer_types_and_clicks_in_the_window_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    seed, part = next((seed, part) for seed, part in enumerate(CAST, start=1) if part.name == HOST)
    room = SyntheticDesktop(part.scene, *SIZE).room
    x, y, width, height = room.notepad
    button = room.plan(room.fresh()).button
    clicked = [ButtonAction(1, down, button.x + 9, button.y + 9) for down in (True, False)]

    def seen(*actions: Action) -> bool:
        """The notepad looks as it does after these."""
        picture = session.picture(*SIZE)
        wanted = render(part.scene, seed, 1, *SIZE, [TimedAction(0, action) for action in actions])
        place = slice(y, y + height), slice(x, x + width)
        return picture is not None and np.array_equal(picture[place], wanted[..., :3][place])

    with Xvfb(1400, 900) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        fleet = Demo().fleet(NoQuestions(), lambda _event: None, full_stream=True)
        try:
            session = fleet.session(HOST)
            session.connect()
            wait_for_all([session], lambda one: one.size is not None, 60)
            wait_for(seen, what="the invitation")
            session.view(control=True)
            window = screen.wait_for_window(f"{HOST} - controlled")
            left, top, wide, high = screen.place(window)
            at = left + (wide - SIZE[0]) // 2 + clicked[0].x, top + (high - SIZE[1]) // 2 + clicked[0].y
            screen.call("xdotool", "mousemove", *map(str, at), "click", "1")
            wait_for(lambda: seen(*clicked), what="the count")
            screen.call("xdotool", "type", "Hello, 1!")
            done: tuple[Action, ...] = (*clicked, TextAction("Hello, 1!"))
            wait_for(lambda: seen(*done), what="the text")
            session.control.put_clip(" grüße", 20)
            assert session.control.fetch_clip(20) == " grüße"
            screen.call("xdotool", "key", "ctrl+v")
            done = *done, ClipAction(" grüße"), TextAction(" grüße")
            wait_for(lambda: seen(*done), what="the text of the clipboard")
        finally:
            fleet.close()


def test_of_twelve_hosts_each_shows_something_else() -> None:
    """One is locked, one black, one off; the others have pictures, names, systems and people of their own."""
    fleet = Demo(12).fleet(NoQuestions(), lambda _event: None)
    try:
        names = [host.name for host in fleet.hosts]
        fleet.connect_all(names)

        def settled() -> bool:
            told = fleet.snapshots().values()
            return all(one.preview or one.screen == "locked" or one.unreachable for one in told)

        wait_for(settled, timeout=120, what="all hosts")
        told = fleet.snapshots()
        assert [name for name in names if told[name].unreachable] == ["spare"]
        assert [name for name in names if told[name].screen == "locked"] == ["meeting-room"]
        pictures = {name: fleet.picture(name, 320, 180) for name in names if told[name].preview}
        assert len(pictures) == 10
        assert [name for name, picture in pictures.items() if picture is None or not picture.any()] == [
            "gate"
        ]
        assert len({picture.tobytes() for picture in pictures.values() if picture is not None}) == 10
        assert told["front-desk"].user == "OFFICE\\mira"
        assert told["drawing"].os_name == "Ubuntu 24.04.1 LTS"
        assert len({one.hostname for one in told.values()}) == 12
    finally:
        fleet.close()
