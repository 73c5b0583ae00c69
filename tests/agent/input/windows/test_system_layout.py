"""A layout as Windows tells of it, key by key.

Wine knows the ASCII characters of other layouts only and no dead keys: a German layout is imitated here.
"""

from __future__ import annotations

from deskagent.input.windows.system_layout import SystemLayout, read_layout
from deskwire.keys import BY_NAME

SHIFT, CAPS_LOCK = 0x10, 0x14
GERMAN: dict[str, tuple[int, str, str, bool]] = {
    # name of the position: virtual key, plain, with Shift, capitals by Caps Lock
    "a": (0x41, "a", "A", True),
    "1": (0x31, "1", "!", False),
    "minus": (0xDB, "ß", "?", False),
    "y": (0x5A, "z", "Z", True),
    "bracketleft": (0xBA, "ü", "Ü", True),
    "space": (0x20, " ", " ", False),
    "backslash": (0xBF, "#", "'", False),
}
DEAD: dict[str, tuple[int, str, str]] = {"equal": (0xDD, "´", "`"), "grave": (0xDC, "^", "°")}
"""All but the degree sign are dead."""


def german() -> SystemLayout:
    by_code = {BY_NAME[name].code: row[0] for name, row in GERMAN.items()}
    by_code |= {BY_NAME[name].code: row[0] for name, row in DEAD.items()}

    def text(virtual_key: int, code: int, state: bytes) -> tuple[int, str]:
        assert by_code.get(code, virtual_key) == virtual_key
        shift = state[SHIFT] & 0x80
        for name, (_, plain, shifted, capitals) in GERMAN.items():
            if BY_NAME[name].code == code:
                return 1, shifted if shift or (capitals and state[CAPS_LOCK] & 1) else plain
        for name, (_, plain, shifted) in DEAD.items():
            if BY_NAME[name].code == code:
                found = shifted if shift else plain
                return (1 if found == "°" else -1), found
        return (1, ",") if code == BY_NAME["keypad ."].code else (0, "")

    return read_layout(lambda code: by_code.get(code, 0), text)


def code(name: str) -> int:
    return BY_NAME[name].code


def test_each_key_gives_its_characters() -> None:
    characters = german().keys.characters
    assert [characters[code("minus"), level] for level in (0, 1)] == ["ß", "?"]
    assert [characters[code("y"), level] for level in (0, 1)] == ["z", "Z"]
    assert characters[code("keypad ."), 0] == ","
    assert (code("q"), 0) not in characters


def test_dead_keys_are_their_combining_characters() -> None:
    layout = german().keys
    assert layout.dead == {
        (code("equal"), 0): "\u0301", (code("equal"), 1): "\u0300", (code("grave"), 0): "\u0302"
    }  # fmt: skip
    assert layout.characters[code("grave"), 1] == "°"
    assert (code("equal"), 0) not in layout.characters


def test_caps_lock_is_as_good_as_shift_for_letters_only() -> None:
    assert german().keys.capitals == {code("a"), code("y"), code("bracketleft")}


def test_a_position_is_pressed_with_the_layouts_virtual_key() -> None:
    assert german().virtual_keys[code("y")] == ord("Z")
