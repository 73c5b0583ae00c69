"""The synthetic desktop that people use: what they do is seen, and can be replayed to the pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.capture.scenes.actions import (
    Action,
    ButtonAction,
    ClipAction,
    KeyAction,
    PointerAction,
    SignAction,
    TextAction,
    TimedAction,
)
from deskagent.capture.scenes.us_keyboard import CHARACTERS
from deskagent.capture.synthetic import SCENES, SyntheticGrabber, render
from deskagent.capture.synthetic_desktop import SyntheticDesktop
from deskagent.clipboard.system_clipboard import ClipRefused
from deskagent.input.device import InputBlocked
from deskagent.picture.damage import find_damage
from deskagent.pixels import Pixels
from deskagent.synthetic.clipboard import SyntheticClipboard
from deskagent.synthetic.device import SyntheticDevice
from deskagent.synthetic.sign import SyntheticSign
from deskwire.control import CAPS_LOCK, ChordName
from deskwire.geometry import Rectangle
from deskwire.keys import BY_NAME

SIZE = (1280, 720)


class Person:
    """Uses a desktop by its device, and looks at it."""

    def __init__(self, scene: str = "still") -> None:
        self.desktop = SyntheticDesktop(scene, *SIZE)
        self.device = SyntheticDevice(self.desktop)
        self.clipboard = SyntheticClipboard(self.desktop)
        self._grabber = SyntheticGrabber(scene, 1, *SIZE, clock=lambda: 0.0, desktop=self.desktop)

    def tap(self, *names: str) -> None:
        """Presses all keys, and releases them in the opposite order."""
        for name in names:
            self.device.press(BY_NAME[name].code, down=True)
        for name in reversed(names):
            self.device.press(BY_NAME[name].code, down=False)

    def type(self, names: str) -> None:
        for name in names.split():
            self.tap(*name.split("+"))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.device.button(1, down=True, x=start[0], y=start[1])
        self.device.move(*end)
        self.device.button(1, down=False, x=end[0], y=end[1])

    def click(self, place: Rectangle) -> None:
        at = place.x + place.width // 2, place.y + place.height // 2
        self.drag(at, at)

    def look(self) -> Pixels:
        return self._grabber.grab().pixels

    @property
    def notepad(self) -> Rectangle:
        return self.desktop.room.plan(self.desktop.state).window

    @property
    def button(self) -> Rectangle:
        return self.desktop.room.plan(self.desktop.state).button

    @property
    def text(self) -> str:
        return self.desktop.state.content.text


def cut(picture: Pixels, place: Rectangle) -> Pixels:
    return picture[place.y : place.y + place.height, place.x : place.x + place.width]


def changed(before: Pixels, after: Pixels) -> Rectangle:
    first, *others = find_damage(before, after)
    for other in others:
        first = first.around(other)
    return first


@pytest.mark.parametrize("scene", SCENES)
def test_a_desktop_that_only_shows_looks_as_ever(scene: str) -> None:
    plain, usable = render(scene, 1, 3, *SIZE), render(scene, 1, 3, *SIZE, ())
    room = SyntheticDesktop(scene, *SIZE).room
    assert changed(plain, usable) == (room.opener or room.notepad)
    assert not np.array_equal(plain, usable)


def test_a_closed_notepad_opens_by_its_button_and_when_somebody_types() -> None:
    closed = SyntheticDesktop("ledger", *SIZE)
    opener = closed.room.opener
    assert opener is not None
    assert closed.room.notepad_number not in closed.state.order
    for action in (ButtonAction(1, True, opener.x + 3, opener.y + 3), TextAction("a")):
        desktop = SyntheticDesktop("ledger", *SIZE)
        desktop.act(action)
        assert desktop.state.order[-1] == desktop.room.notepad_number


def test_typed_letters_appear_in_the_notepad() -> None:
    person = Person()
    empty = person.look()
    person.type("h i")
    first = person.look()
    assert person.text == "hi"
    assert person.notepad.common(changed(empty, first)) == changed(empty, first)
    person.type("shift+1")
    assert person.text == "hi!"
    place = changed(first, person.look())
    assert place.width < 30, "one letter and the caret"
    assert place.height <= 20
    person.device.write("ß日")
    assert person.text == "hi!ß日"


def test_every_key_of_the_layout_gives_what_the_layout_says() -> None:
    person = Person()
    assert person.device.keyboard()[0].characters == CHARACTERS
    assert len(CHARACTERS) == 2 * 48
    for (code, level), character in CHARACTERS.items():
        if level:
            person.device.press(0x36, down=True)
        person.device.press(code, down=True)
        assert person.text.endswith(character)
        person.device.release_all()
    assert not person.desktop.state.held


def test_a_held_key_repeats_and_caps_lock_holds() -> None:
    person = Person()
    for _ in range(3):
        person.device.press(BY_NAME["a"].code, down=True)
    person.device.release_all()
    person.tap("caps lock")
    assert person.device.keyboard()[1] == CAPS_LOCK
    person.type("a 1 shift+a")
    person.tap("caps lock")
    person.type("a")
    assert (person.text, person.device.keyboard()[1]) == ("aaaA1aa", 0)


def test_the_caret_goes_where_arrows_and_clicks_put_it() -> None:
    person = Person()
    person.type("a b enter c d up x home y end z down backspace left w delete")
    assert person.text == "yabxz\nw"
    plan = person.desktop.room.plan(person.desktop.state)
    person.drag((plan.page.x + 10, plan.page.y + 4), (plan.page.x + 10, plan.page.y + 4))
    person.type("1")
    assert person.text == "y1abxz\nw"


def test_a_long_text_moves_up_so_that_the_caret_is_seen() -> None:
    person = Person()
    person.device.write("x" * 500)
    for _ in range(40):
        person.tap("enter")
    before = person.look()
    person.type("o")
    place = changed(before, person.look())
    assert person.notepad.common(place) == place


def test_a_window_is_dragged_by_its_title_and_by_nothing_else() -> None:
    person = Person()
    old, before = person.notepad, person.look()
    person.drag((old.x + 100, old.y + 10), (old.x + 60, old.y - 90))
    new, after = person.notepad, person.look()
    assert new == old._replace(x=old.x - 40, y=old.y - 100)
    assert np.array_equal(cut(before, old), cut(after, new))
    person.drag((new.x + 100, new.y + 100), (new.x, new.y))
    assert person.notepad == new
    person.drag((new.x + 100, new.y + 10), (-5000, 5000))
    assert 0 < person.notepad.x + person.notepad.width < 100, "a part stays within reach"
    assert person.notepad.y < 720 - 40


def test_a_window_of_the_scene_is_dragged_and_comes_to_the_front() -> None:
    person = Person()
    before = person.look()
    person.drag((100, 50), (700, 150))
    after = person.look()
    assert np.array_equal(
        cut(after, Rectangle(700, 150, 200, 300)), cut(before, Rectangle(100, 50, 200, 300))
    )
    person.type("a")
    assert not np.array_equal(cut(after, person.notepad), cut(person.look(), person.notepad))
    assert person.desktop.state.order[-1] == 2, "what is typed is seen"


def test_the_button_counts_clicks_that_begin_and_end_on_it() -> None:
    person = Person()
    fresh = person.look()
    button = person.button
    at = button.x + 5, button.y + 5
    person.device.button(1, down=True, x=at[0], y=at[1])
    held = person.look()
    assert button.common(changed(fresh, held)) == changed(fresh, held)
    person.device.button(1, down=False, x=at[0], y=at[1])
    once = person.look()
    person.click(button)
    assert person.desktop.state.clicks == 2
    assert not np.array_equal(cut(once, button), cut(person.look(), button))
    person.drag(at, (10, 10))
    person.device.button(3, down=True, x=at[0], y=at[1])
    person.device.button(3, down=False, x=at[0], y=at[1])
    assert person.desktop.state.clicks == 2


def test_the_clipboard_holds_text() -> None:
    person = Person()
    with pytest.raises(ClipRefused, match="holds no text"):
        person.clipboard.fetch()
    person.clipboard.put("grüß\r\nx")
    person.type("ctrl+v")
    assert (person.text, person.clipboard.fetch()) == ("grüß\nx", "grüß\nx")
    person.type("y ctrl+a ctrl+c")
    assert person.clipboard.fetch() == "grüß\nxy"
    person.type("z ctrl+v ctrl+a ctrl+x")
    assert (person.text, person.clipboard.fetch()) == ("", "zgrüß\nxy")
    with pytest.raises(ClipRefused, match="64,001 characters"):
        person.clipboard.put("x" * 64_001)


def test_the_sign_is_in_the_picture_while_it_is_shown() -> None:
    person = Person()
    without = person.look()
    sign = SyntheticSign(person.desktop, lambda: None)
    assert sign.area is None
    sign.show("anna@desk controls this computer")
    assert sign.area == changed(without, person.look())
    sign.close()
    assert np.array_equal(without, person.look())


def test_keys_without_a_meaning_here_change_nothing() -> None:
    person = Person()
    before = person.look()
    person.type("f5 alt+a win+a ctrl+q ctrl+c escape insert")
    person.device.wheel(0, 120, 600, 400)
    assert np.array_equal(before, person.look())
    with pytest.raises(InputBlocked, match="this desktop is only drawn"):
        person.device.chord(ChordName.LOCK)


def test_a_second_look_sees_what_the_first_one_sees() -> None:
    person = Person("office")
    other = SyntheticGrabber("office", 1, *SIZE, clock=lambda: 0.0, desktop=person.desktop)
    person.type("h e l l o")
    assert np.array_equal(person.look(), other.grab().pixels)


places = st.tuples(st.integers(-50, 400), st.integers(-50, 300))
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(KeyAction, st.sampled_from([key.code for key in BY_NAME.values()]), st.booleans()),
    st.builds(TextAction, st.text(max_size=60)),
    st.builds(ClipAction, st.text(max_size=60)),
    st.builds(SignAction, st.text(max_size=20)),
    places.map(lambda at: PointerAction(*at)),
    st.builds(lambda down, at: ButtonAction(1, down, *at), st.booleans(), places),
)


@settings(max_examples=60)
@given(
    st.sampled_from(SCENES),
    st.sampled_from([(320, 200), (1, 1), (65, 41), (300, 30)]),
    st.lists(actions, max_size=30),
    st.integers(0, 30),
)
def test_recorded_inputs_replay_to_the_same_pixels(
    scene: str, size: tuple[int, int], done: list[Action], cut_at: int
) -> None:
    now = 0.0
    desktop = SyntheticDesktop(scene, *size)
    grabber = SyntheticGrabber(scene, 1, *size, clock=lambda: now, desktop=desktop)
    recorded: list[TimedAction] = []
    seen = grabber.grab().pixels
    for number, action in enumerate(done, start=1):
        now = number / 10
        recorded.append(TimedAction(now, action))
        desktop.act(action)
        if number == cut_at:
            seen = grabber.grab().pixels
    assert np.array_equal(grabber.grab().pixels, render(scene, 1, now, *size, recorded))
    if cut_at and cut_at <= len(done):
        assert np.array_equal(seen, render(scene, 1, cut_at / 10, *size, recorded))
