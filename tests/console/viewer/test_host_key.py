"""The host key: which keys the window takes, which go to the host, and what a tap means."""

from __future__ import annotations

import pytest

from deskconsole.viewer.host_key import HostKey, KeyAnswer
from deskconsole.viewer.keys import Action, HostKeyName, chord_action
from deskwire.keys import BY_NAME

_RIGHT_CTRL, _CTRL, _ALT = (BY_NAME[name].code for name in ("right ctrl", "ctrl", "alt"))
_A, _Q = BY_NAME["a"].code, BY_NAME["q"].code


class _Keyboard:
    """A keyboard, with a clock that the test moves."""

    def __init__(self, name: HostKeyName = "right ctrl", *, controlled: bool = True) -> None:
        self.host_key = HostKey(name)
        self.now = 100.0
        self.controlled = controlled

    def down(self, code: int, text: str = "", *, repeat: bool = False) -> KeyAnswer:
        return self.host_key.key(
            code, text, down=True, now=self.now, controlled=self.controlled, repeat=repeat
        )

    def up(self, code: int) -> KeyAnswer:
        return self.host_key.key(code, "", down=False, now=self.now, controlled=self.controlled)

    def tap(self, code: int) -> Action | None:
        self.down(code)
        return self.up(code).action


def test_a_tap_takes_control_at_once() -> None:
    assert _Keyboard(controlled=False).tap(_RIGHT_CTRL) is Action.CONTROL


def test_a_tap_gives_control_back_when_no_second_one_follows() -> None:
    keyboard = _Keyboard()
    assert keyboard.tap(_RIGHT_CTRL) is None
    assert keyboard.host_key.late(keyboard.now + 0.3) is None
    assert keyboard.host_key.late(keyboard.now + 0.5) is Action.CONTROL
    assert keyboard.host_key.late(keyboard.now + 0.6) is None


def test_a_second_tap_sends_the_key() -> None:
    keyboard = _Keyboard()
    keyboard.tap(_RIGHT_CTRL)
    keyboard.now += 0.2
    assert keyboard.tap(_RIGHT_CTRL) is Action.SEND_HOST_KEY
    assert keyboard.host_key.due is None


def test_a_key_after_a_tap_is_not_sent_and_ends_control() -> None:
    keyboard = _Keyboard()
    keyboard.tap(_RIGHT_CTRL)
    assert keyboard.down(_A, "a") == KeyAnswer(passes=False, action=Action.CONTROL)
    assert not keyboard.up(_A).passes


def test_keys_with_it_are_the_window_s_and_no_tap_follows() -> None:
    keyboard = _Keyboard()
    assert keyboard.down(_RIGHT_CTRL).began
    assert keyboard.down(_Q, "q").action is Action.CLOSE
    assert keyboard.down(_Q, "q", repeat=True) == KeyAnswer(passes=False)
    assert keyboard.up(_RIGHT_CTRL).action is None
    assert not keyboard.up(_Q).passes
    assert keyboard.down(_Q, "q").passes
    assert keyboard.host_key.due is None


@pytest.mark.parametrize("with_host_key", [False, True])
def test_a_chord_key_that_was_held_while_the_host_key_went_down_again_loses_no_stroke(
    with_host_key: bool,
) -> None:
    keyboard = _Keyboard()
    keyboard.down(_RIGHT_CTRL)
    keyboard.down(_Q, "q")
    keyboard.up(_RIGHT_CTRL)
    keyboard.down(_RIGHT_CTRL)
    # The window passes over what is held now: the release of the key is not heard.
    if with_host_key:
        assert keyboard.down(_Q, "q").action is Action.CLOSE
    else:
        keyboard.host_key.button()
        keyboard.up(_RIGHT_CTRL)
        assert keyboard.down(_Q, "q") == KeyAnswer(passes=True)


def test_other_keys_go_to_the_host() -> None:
    keyboard = _Keyboard()
    assert keyboard.down(_A, "a") == KeyAnswer(passes=True)
    assert keyboard.up(_A) == KeyAnswer(passes=True)


def test_two_keys_are_one_host_key_when_both_are_held() -> None:
    keyboard = _Keyboard("ctrl+alt", controlled=False)
    assert keyboard.down(_CTRL).passes
    assert keyboard.down(_ALT).began
    assert keyboard.up(_ALT).action is Action.CONTROL
    assert keyboard.up(_CTRL).action is None


def test_a_lost_keyboard_forgets_what_was_held() -> None:
    keyboard = _Keyboard()
    keyboard.down(_RIGHT_CTRL)
    keyboard.host_key.forget()
    assert keyboard.down(_A, "a").passes
    assert keyboard.up(_RIGHT_CTRL) == KeyAnswer(passes=False)


@pytest.mark.parametrize(
    ("name", "text", "action"),
    [
        ("q", "q", Action.CLOSE),
        ("f", "F", Action.FULLSCREEN),
        ("a", "q", Action.CLOSE),  # a French keyboard
        ("1", "&", Action.AS_IT_IS),  # there, too
        ("q", "й", Action.CLOSE),  # a Russian one
        ("f1", "", Action.HELP),
        ("g", "g", Action.GRAB),
        ("d", "d", Action.CTRL_ALT_DEL),
        ("l", "l", Action.LOCK),
        ("v", "v", Action.TYPE_CLIP),
        ("p", "p", Action.PUT_CLIP),
        ("c", "c", Action.FETCH_CLIP),
        ("r", "r", Action.TIMES),
        ("t", "t", Action.FORCE),
        ("x", "x", Action.SCALING),
        ("n", "n", Action.DISPLAY),
        ("m", "m", None),
    ],
)
def test_a_chord_is_found_by_its_letter_else_by_its_place(
    name: str, text: str, action: Action | None
) -> None:
    assert chord_action(BY_NAME[name].code, text) is action


def test_a_key_without_a_place_and_without_a_text_is_no_chord() -> None:
    assert chord_action(0, "") is None


def test_a_drag_with_the_host_key_is_no_tap() -> None:
    keyboard = _Keyboard()
    keyboard.down(_RIGHT_CTRL)
    keyboard.host_key.button()
    assert keyboard.up(_RIGHT_CTRL).action is None
    assert keyboard.host_key.due is None
