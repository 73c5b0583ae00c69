"""Typing at one layout into another: the text is what the console's keys gave, and nothing stays down."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskagent.input.device import ALTGR_LEVEL, SHIFT_LEVEL, KeyboardLayout
from deskagent.input.held_keys import HeldKeys
from deskagent.input.key_router import KeyRouter, KeyStep, RouteStep
from deskwire.control import CAPS_LOCK, Key
from deskwire.keys import ALTGR, BY_CODE, BY_NAME, SHIFTS

LAYOUTS = ("us", "de", "fr", "ru", "pl", "jp")
SHIFT = BY_NAME["shift"].code
PAIRS = [pytest.param(*pair, id="-".join(pair)) for pair in itertools.product(LAYOUTS, repeat=2)]
ODD_PAIRS = [
    pytest.param("bd", "bd", id="a letter that Unicode's normal form takes apart"),
    pytest.param("fr", "sy", id="a character where the host has none with AltGr"),
    pytest.param("dz", "us", id="arrows on a keypad"),
    pytest.param("lt", "fr", id="a character where the host has a dead key with AltGr"),
]


class TypedHost:
    """A host with one layout: does the steps, and knows what has been typed and what is down."""

    def __init__(self, layout: KeyboardLayout, *, caps: bool = False) -> None:
        self.layout = layout
        self.text = ""
        self.steps: list[RouteStep] = []
        self.down: list[int] = []
        self._locks = CAPS_LOCK if caps else 0
        self._mark = ""
        self._router = KeyRouter(HeldKeys())

    def key(self, code: int, text: str = "", *, down: bool, dead: bool = False, repeat: bool = False) -> None:
        """A key of the console goes down or up."""
        message = Key(1, 1, code, down, text, dead, self._locks, repeat)
        for step in self._router.route(message, self.layout, self._locks, repeats=False):
            self.steps.append(step)
            if not isinstance(step, KeyStep):
                assert not {*SHIFTS, ALTGR} & {*self.down}, (
                    f"{step.text} was written with Shift or AltGr down"
                )
                self._give(step.text)
            elif not step.down:
                self.down.remove(step.code)
            else:
                assert step.code not in self.down, f"{BY_CODE[step.code].name} went down twice"
                self.down.append(step.code)
                self._press(step.code)

    def tap(self, code: int, text: str = "", *, dead: bool = False) -> None:
        """A key of the console goes down and up."""
        self.key(code, text, down=True, dead=dead)
        self.key(code, down=False)

    def type(self, code: int, level: int, text: str, *, dead: bool = False) -> None:
        """A key of the console with the modifiers of its level."""
        modifiers = [key for bit, key in ((SHIFT_LEVEL, SHIFT), (ALTGR_LEVEL, ALTGR)) if level & bit]
        for modifier in modifiers:
            self.key(modifier, down=True)
        self.tap(code, text, dead=dead)
        for modifier in reversed(modifiers):
            self.key(modifier, down=False)

    def _press(self, code: int) -> None:
        level = SHIFT_LEVEL * bool(SHIFTS & {*self.down}) | ALTGR_LEVEL * (ALTGR in self.down)
        if mark := self.layout.dead.get((code, level)):
            self._mark = mark
            return
        if (code, level) not in self.layout.characters:  # AltGr changes nothing on this key
            level &= SHIFT_LEVEL
        self._give(self.layout.gives(code, level, caps=bool(self._locks)))

    def _give(self, text: str) -> None:
        mark, self._mark = self._mark, self._mark if not text else ""
        self.text += unicodedata.normalize("NFC", text + mark) if text and mark else text


@pytest.mark.parametrize(("console", "host"), PAIRS + ODD_PAIRS)
def test_every_character_of_a_layout_arrives_on_another(
    layouts: Mapping[str, KeyboardLayout], console: str, host: str
) -> None:
    typed = TypedHost(layouts[host])
    characters = {place: text for place, text in layouts[console].characters.items() if text}
    wrong = []
    for (code, level), character in characters.items():
        typed.text = ""
        typed.type(code, level, character)
        if typed.text != character:
            wrong.append((BY_CODE[code].name, level, character, typed.text))
        assert typed.down == []
    assert wrong == []
    assert len(characters) > 90


@pytest.mark.parametrize(("console", "host"), PAIRS)
def test_capitals_arrive_where_caps_lock_is_on(
    layouts: Mapping[str, KeyboardLayout], console: str, host: str
) -> None:
    typed = TypedHost(layouts[host], caps=True)
    one = layouts[console]
    for code, level in itertools.product(sorted(one.capitals), (0, SHIFT_LEVEL)):
        typed.text = ""
        character = one.gives(code, level, caps=True)
        typed.type(code, level, character)
        assert typed.text == character


def test_caps_lock_is_shift_with_altgr_only_where_the_layout_says_so(
    layouts: Mapping[str, KeyboardLayout],
) -> None:
    c_cedilla, a = BY_NAME["backslash"].code, BY_NAME["a"].code
    assert layouts["es"].gives(c_cedilla, ALTGR_LEVEL, caps=True) == "}"
    assert layouts["es"].gives(c_cedilla, 0, caps=True) == "Ç"
    assert layouts["pl"].gives(a, ALTGR_LEVEL, caps=True) == "Ą"


@pytest.mark.parametrize("host", LAYOUTS)
@pytest.mark.parametrize("console", ["de", "fr", "pl"])
def test_a_dead_key_makes_its_accent(layouts: Mapping[str, KeyboardLayout], console: str, host: str) -> None:
    typed = TypedHost(layouts[host])
    letters = layouts[console].characters
    vowel = next(code for (code, level), character in letters.items() if (character, level) == ("e", 0))
    assert layouts[console].dead
    for (code, level), mark in layouts[console].dead.items():
        composed = unicodedata.normalize("NFC", "e" + mark)
        if len(composed) == 1:
            typed.text = ""
            typed.type(code, level, mark, dead=True)
            typed.tap(vowel, "e")
            assert typed.text == composed, BY_CODE[code].name
            assert typed.down == []


def names(steps: Iterable[RouteStep]) -> str:
    """Steps as people read them: +key goes down, -key goes up, other text is written."""
    return " ".join(
        f"{'+' if step.down else '-'}{BY_CODE[step.code].name}" if isinstance(step, KeyStep) else step.text
        for step in steps
    )


CASES = (
    # the console's key, its text, the host's layout, the steps there
    ("de", "y", "z", "us", "+z -z", "a letter at another place is held there"),
    ("us", "q", "q", "us", "+q -q", "an equal layout: the place"),
    ("us", "q", "q", "fr", "+a -a", "a French A stands where others have Q"),
    ("us", "2", "2", "fr", "+shift +2 -2 -shift", "French digits need Shift"),
    ("fr", "2", "é", "us", "é", "no US key has it"),
    ("de", "minus", "ß", "de", "+minus -minus", "an equal layout: the place"),
    ("pl", "a", "a", "ru", "a", "a Russian layout has no Latin letters"),
    ("us", "keypad 7", "7", "de", "+keypad 7 -keypad 7", "a keypad is taken by place"),
    ("us", "keypad .", ".", "de", "+period -period", "a German keypad has a comma there"),
    ("us", "enter", "", "jp", "+enter -enter", "no text: the place"),
    ("us", "caps lock", "", "us", "", "a lock is a state, not a key"),
    ("us", "bracketleft", "[", "jp", "+bracketright -bracketright", "Japanese brackets are one to the right"),
)


@pytest.mark.parametrize(
    ("key", "text", "host", "done"), [case[1:5] for case in CASES], ids=[case[5] for case in CASES]
)
def test_a_key_becomes(
    layouts: Mapping[str, KeyboardLayout], key: str, text: str, host: str, done: str
) -> None:
    typed = TypedHost(layouts[host])
    typed.tap(BY_NAME[key].code, text)
    assert names(typed.steps) == done


COMMANDS = (
    ("ctrl", "y", "z", "us", "z", "German Ctrl+Z"),
    ("ctrl", "z", "z", "de", "y", "US Ctrl+Z"),
    ("ctrl", "q", "a", "us", "a", "French Ctrl+A"),
    ("ctrl", "slash", "-", "us", "minus", "German Ctrl and minus"),
    ("ctrl", "c", "c", "ru", "c", "a Russian layout has no C: the place"),
    ("alt", "f4", "", "de", "f4", "Alt+F4"),
    ("win", "e", "e", "fr", "e", "Win+E"),
    ("ctrl", "1", "1", "fr", "1", "a French 1 needs Shift: the place"),
)


@pytest.mark.parametrize(
    ("modifier", "key", "text", "host", "done"),
    [case[:5] for case in COMMANDS],
    ids=[case[5] for case in COMMANDS],
)
def test_a_command_is_the_same_command(
    layouts: Mapping[str, KeyboardLayout], modifier: str, key: str, text: str, host: str, done: str
) -> None:
    typed = TypedHost(layouts[host])
    typed.key(BY_NAME[modifier].code, down=True)
    typed.tap(BY_NAME[key].code, text)
    typed.key(BY_NAME[modifier].code, down=False)
    assert names(typed.steps) == f"+{modifier} +{done} -{done} -{modifier}"


def test_altgr_where_both_have_it_is_pressed_for_its_character_only(
    layouts: Mapping[str, KeyboardLayout],
) -> None:
    typed = TypedHost(layouts["de"])
    typed.key(ALTGR, down=True)
    typed.tap(BY_NAME["q"].code, "@")
    typed.key(ALTGR, down=False)
    assert names(typed.steps) == "+altgr +q -q -altgr"


def test_ctrl_with_altgr_and_a_key_are_just_these(layouts: Mapping[str, KeyboardLayout]) -> None:
    typed = TypedHost(layouts["de"])
    typed.key(BY_NAME["ctrl"].code, down=True)
    typed.key(ALTGR, down=True)
    typed.tap(BY_NAME["q"].code, "@")
    assert names(typed.steps) == "+ctrl +altgr +q -q"


def test_altgr_alone_does_nothing_at_the_host(layouts: Mapping[str, KeyboardLayout]) -> None:
    typed = TypedHost(layouts["us"])
    typed.tap(ALTGR)
    assert typed.steps == []


@pytest.mark.parametrize(("key", "text"), [("q", "q"), ("left", "")])
def test_the_other_alt_of_a_us_keyboard_stays_an_alt(
    layouts: Mapping[str, KeyboardLayout], key: str, text: str
) -> None:
    typed = TypedHost(layouts["us"])
    typed.key(ALTGR, down=True)
    typed.tap(BY_NAME[key].code, text)
    typed.key(ALTGR, down=False)
    assert names(typed.steps) == f"+altgr +{key} -{key} -altgr"


def test_shift_is_put_back_after_a_character_that_needs_none(
    layouts: Mapping[str, KeyboardLayout],
) -> None:
    typed = TypedHost(layouts["de"])
    typed.type(BY_NAME["2"].code, SHIFT_LEVEL, "@")
    assert names(typed.steps) == "+shift -shift +altgr +q -q -altgr +shift -shift"


def test_a_held_key_is_released_though_the_layout_changed_meanwhile(
    layouts: Mapping[str, KeyboardLayout],
) -> None:
    typed = TypedHost(layouts["us"])
    typed.key(BY_NAME["y"].code, "z", down=True)
    typed.layout = layouts["de"]
    typed.key(BY_NAME["y"].code, down=False)
    assert typed.down == []


def test_a_held_character_repeats(layouts: Mapping[str, KeyboardLayout]) -> None:
    typed = TypedHost(layouts["us"])
    typed.key(BY_NAME["2"].code, "é", down=True)
    typed.key(BY_NAME["2"].code, "é", down=True, repeat=True)
    typed.key(BY_NAME["2"].code, down=False)
    assert typed.text == "éé"


def test_a_key_that_another_holds_is_pressed_once_more(layouts: Mapping[str, KeyboardLayout]) -> None:
    typed = TypedHost(layouts["us"])
    typed.key(BY_NAME["a"].code, "a", down=True)
    typed.tap(BY_NAME["q"].code, "a")
    typed.tap(0, "a")
    typed.key(BY_NAME["a"].code, down=False)
    assert typed.text == "aaa"
    assert typed.down == []


def test_a_dead_key_and_a_space_are_the_accent_alone(layouts: Mapping[str, KeyboardLayout]) -> None:
    typed = TypedHost(layouts["us"])
    for mark in "\u0301\u0302\u0308":
        typed.tap(BY_NAME["equal"].code, mark, dead=True)
        typed.tap(BY_NAME["space"].code, " ")
    assert typed.text == "´^¨"


def test_a_dead_key_twice_is_the_accent_once(layouts: Mapping[str, KeyboardLayout]) -> None:
    typed = TypedHost(layouts["us"])
    typed.tap(BY_NAME["equal"].code, "\u0301", dead=True)
    typed.tap(BY_NAME["equal"].code, "\u0301", dead=True)
    typed.tap(BY_NAME["e"].code, "e")
    assert typed.text == "´e"


def test_a_dead_key_before_a_letter_without_that_accent_loses_nothing(
    layouts: Mapping[str, KeyboardLayout],
) -> None:
    typed = TypedHost(layouts["us"])
    typed.tap(BY_NAME["equal"].code, "\u0301", dead=True)
    typed.tap(BY_NAME["q"].code, "q")
    assert typed.text == "´q"


def test_enter_forgets_a_dead_key(layouts: Mapping[str, KeyboardLayout]) -> None:
    typed = TypedHost(layouts["us"])
    typed.tap(BY_NAME["equal"].code, "\u0301", dead=True)
    typed.tap(BY_NAME["enter"].code)
    typed.tap(BY_NAME["e"].code, "e")
    assert typed.text == "e"


KEY_EVENTS = st.lists(
    st.tuples(
        st.sampled_from([*sorted(BY_CODE), 0]),
        st.booleans(),
        st.sampled_from(["", "a", "Z", "@", "é", "你", "\u0301", "\n", "\x1b", "ab"]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=40,
)


@given(events=KEY_EVENTS, host=st.sampled_from(LAYOUTS))
def test_no_sequence_of_keys_leaves_one_down(
    layouts: Mapping[str, KeyboardLayout], events: list[tuple[int, bool, str, bool, bool]], host: str
) -> None:
    typed = TypedHost(layouts[host])
    for code, down, text, dead, repeat in events:
        typed.key(code, text if down else "", down=down, dead=dead and bool(text), repeat=repeat)
    for code in sorted(BY_CODE):
        typed.key(code, down=False)
    assert typed.down == []
