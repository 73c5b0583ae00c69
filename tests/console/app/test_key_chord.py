"""Keys as people write them."""

from __future__ import annotations

import pytest

from deskconsole.app.input_text import require_clip, require_typable
from deskconsole.app.key_chord import ChordKey, parse_chord
from deskconsole.common.errors import ConfigurationError
from deskwire.control import ChordName
from deskwire.keys import KEYS

CTRL, ALT, SHIFT = ChordKey(0x1D, ""), ChordKey(0x38, ""), ChordKey(0x2A, "")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a", (ChordKey(0x1E, "a"),)),
        ("ctrl+alt+t", (CTRL, ALT, ChordKey(0x14, "t"))),
        ("Control+C", (CTRL, ChordKey(0x2E, "c"))),
        ("Ctrl+Shift+T", (CTRL, SHIFT, ChordKey(0x14, "t"))),
        ("A", (ChordKey(0, "A"),)),
        ("shift+b", (SHIFT, ChordKey(0x30, "B"))),
        ("shift+1", (SHIFT, ChordKey(0x02, ""))),
        ("shift+A", (SHIFT, ChordKey(0, "A"))),
        ("ctrl+É", (CTRL, ChordKey(0, "É"))),
        ("ctrl+<", (CTRL, ChordKey(0x56, "<"))),
        ("Shift+F5", (SHIFT, ChordKey(0x3F, ""))),
        ("ctrl+-", (CTRL, ChordKey(0x0C, "-"))),
        ("ctrl++", (CTRL, ChordKey(0, "+"))),
        ("+", (ChordKey(0, "+"),)),
        ("plus", (ChordKey(0, "+"),)),
        ("space", (ChordKey(0x39, " "),)),
        ("page_up", (ChordKey(0xE049, ""),)),
        ("Return", (ChordKey(0x1C, ""),)),
        ("keypad 7", (ChordKey(0x47, ""),)),
        ("é", (ChordKey(0, "é"),)),
    ],
)
def test_a_chord_is_its_keys_in_order(text: str, keys: tuple[ChordKey, ...]) -> None:
    assert parse_chord(text) == keys


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ctrl+alt+del", ChordName.CTRL_ALT_DEL),
        ("Ctrl-Alt-Delete", ChordName.CTRL_ALT_DEL),
        ("lock", ChordName.LOCK),
        ("task-manager", ChordName.TASK_MANAGER),
        ("Print", ChordName.PRINT),
    ],
)
def test_what_no_key_can_say_has_a_name(text: str, name: ChordName) -> None:
    assert parse_chord(text) is name


def test_every_key_can_be_named() -> None:
    named = {key.name: parse_chord(key.name) for key in KEYS if key.name != "print"}
    assert {name: keys[0].code for name, keys in named.items() if not isinstance(keys, ChordName)} == {
        key.name: key.code for key in KEYS if key.name != "print"
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ctrl+entr", "'entr' is not the name of a key. Did you mean enter?"),
        ("contrl+a", "'contrl' is not the name of a key. Did you mean control?"),
        (
            "ctrl+xyzzyx",
            (
                "'xyzzyx' is not the name of a key. Keys have their names on a US keyboard,"
                " such as enter or f5: `deskconsole key --help` lists them."
            ),
        ),
        ("ctrl-c", "'ctrl-c' is not the name of a key. Did you mean ctrl+c?"),
        ("Ctrl Alt é", "'Ctrl Alt é' is not the name of a key. Did you mean ctrl+alt+é?"),
        (
            "c-c",
            (
                "'c-c' is not the name of a key. Keys have their names on a US keyboard,"
                " such as enter or f5: `deskconsole key --help` lists them."
            ),
        ),
        ("ctrl+", "a key is missing in 'ctrl+'. Name each key, such as ctrl+c; the key + itself is plus."),
        ("", "a key without a name was given. Name each key, such as ctrl+c; the key + itself is plus."),
        (
            "\x1b",
            (
                "'\\x1b' is not the name of a key. Keys have their names on a US keyboard,"
                " such as enter or f5: `deskconsole key --help` lists them."
            ),
        ),
    ],
)
def test_a_name_that_is_not_known_is_told_with_the_nearest(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_chord(text)
    assert caught.value.whole == said


def test_a_text_that_no_key_gives_is_refused_whole() -> None:
    assert require_typable("a\tb\r\nc\rd\n") == "a\tb\nc\nd\n"
    for text, said in (
        ("", "there is no text to type"),
        ("a\x1b[2J", "the text has the control character U+001B, which cannot be typed as text"),
        ("a\x7f", "the text has the control character U+007F, which cannot be typed as text"),
        ("a\x9b2J", "the text has the control character U+009B, which cannot be typed as text"),
        ("caf\udce9", "the text is not UTF-8"),
        ("x" * 64_001, "the text has 64,001 characters, at most 64,000 are typed at once"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            require_typable(text)
        assert str(caught.value) == said
    with pytest.raises(ConfigurationError, match="the text has 64,001 characters"):
        require_clip("x" * 64_001)
