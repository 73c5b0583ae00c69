"""The demo reacts: the first minute of a newcomer, over the embedded hosts' real SSH."""

from __future__ import annotations

import numpy as np

from deskagent.capture.scenes.actions import Action, ButtonAction, ClipAction, TextAction, TimedAction
from deskagent.capture.synthetic import render
from deskagent.capture.synthetic_desktop import SyntheticDesktop
from deskconsole.app.waiting import wait_for as wait_for_all
from deskconsole.demo.demo import CAST, SIZE, Demo
from deskconsole.ssh.prompts import NoQuestions
from deskwire.control import InputOutcome
from support.xvfb import wait_for

HOST = "night-shift"
CTRL, V = 0x1D, 0x2F


def test_what_a_newcomer_types_and_clicks_appears_in_the_notepad() -> None:
    seed, part = next((seed, part) for seed, part in enumerate(CAST, start=1) if part.name == HOST)
    room = SyntheticDesktop(part.scene, *SIZE).room
    x, y, width, height = room.notepad
    button = room.plan(room.fresh()).button
    clicked = [ButtonAction(1, down, button.x + 9, button.y + 9) for down in (True, False)]

    def notepad(*actions: Action) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        inputs = [TimedAction(0, action) for action in actions]
        return render(part.scene, seed, 1, *SIZE, inputs)[y : y + height, x : x + width, :3]

    def seen(*actions: Action) -> bool:
        picture = session.picture(*SIZE)
        wanted = notepad(*actions)
        return picture is not None and np.array_equal(picture[y : y + height, x : x + width], wanted)

    fleet = Demo().fleet(NoQuestions(), lambda _event: None, full_stream=True)
    try:
        session = fleet.session(HOST)
        session.connect()
        wait_for_all([session], lambda one: one.size is not None, 60)
        wait_for(seen, timeout=20, what="the invitation")
        session.control.take()
        wait_for(lambda: session.control.status.yours, timeout=20, what="control")
        typed = session.control.type("grüße\n2")
        assert session.control.wait(typed, 20).outcome is InputOutcome.DONE
        text = TextAction("grüße\n2")
        wait_for(lambda: seen(text), timeout=20, what="the text")
        for action in clicked:
            session.control.button(action.x, action.y, 1, down=action.down)
        wait_for(lambda: seen(text, *clicked), timeout=20, what="the count")
        session.control.put_clip("mine", 20)
        assert session.control.fetch_clip(20) == "mine"
        for code, down in ((CTRL, True), (V, True), (V, False), (CTRL, False)):
            session.control.key(code, down=down, text="v" if code == V else "")
        wait_for(lambda: seen(text, *clicked, ClipAction("mine"), TextAction("mine")), timeout=20, what="it")
    finally:
        fleet.close()
