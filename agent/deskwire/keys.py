"""The keys of a PC's keyboard by their positions: what X servers and Windows call them, and what people do.

Codes are set-1 make codes, which SendInput takes and QEMU's extended key events have too; E0 before one is
0xE000, Pause is 0xE11D. X names are those of XKB (xkeyboard-config's keycodes/evdev), virtual keys those of
winuser.h, for letters and signs of a US layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class KeyPosition(NamedTuple):
    """One key by its position."""

    code: int
    x_name: str
    virtual_key: int
    """0: Windows has none."""
    name: str
    """The key's name for people: its character on a US keyboard without Shift, or the word on it."""


# fmt: off
KEYS: Final = (
    KeyPosition(0x01, "ESC", 0x1B, "escape"),
    KeyPosition(0x02, "AE01", 0x31, "1"),
    KeyPosition(0x03, "AE02", 0x32, "2"),
    KeyPosition(0x04, "AE03", 0x33, "3"),
    KeyPosition(0x05, "AE04", 0x34, "4"),
    KeyPosition(0x06, "AE05", 0x35, "5"),
    KeyPosition(0x07, "AE06", 0x36, "6"),
    KeyPosition(0x08, "AE07", 0x37, "7"),
    KeyPosition(0x09, "AE08", 0x38, "8"),
    KeyPosition(0x0A, "AE09", 0x39, "9"),
    KeyPosition(0x0B, "AE10", 0x30, "0"),
    KeyPosition(0x0C, "AE11", 0xBD, "minus"),
    KeyPosition(0x0D, "AE12", 0xBB, "equal"),
    KeyPosition(0x0E, "BKSP", 0x08, "backspace"),
    KeyPosition(0x0F, "TAB", 0x09, "tab"),
    KeyPosition(0x10, "AD01", 0x51, "q"),
    KeyPosition(0x11, "AD02", 0x57, "w"),
    KeyPosition(0x12, "AD03", 0x45, "e"),
    KeyPosition(0x13, "AD04", 0x52, "r"),
    KeyPosition(0x14, "AD05", 0x54, "t"),
    KeyPosition(0x15, "AD06", 0x59, "y"),
    KeyPosition(0x16, "AD07", 0x55, "u"),
    KeyPosition(0x17, "AD08", 0x49, "i"),
    KeyPosition(0x18, "AD09", 0x4F, "o"),
    KeyPosition(0x19, "AD10", 0x50, "p"),
    KeyPosition(0x1A, "AD11", 0xDB, "bracketleft"),
    KeyPosition(0x1B, "AD12", 0xDD, "bracketright"),
    KeyPosition(0x1C, "RTRN", 0x0D, "enter"),
    KeyPosition(0x1D, "LCTL", 0xA2, "ctrl"),
    KeyPosition(0x1E, "AC01", 0x41, "a"),
    KeyPosition(0x1F, "AC02", 0x53, "s"),
    KeyPosition(0x20, "AC03", 0x44, "d"),
    KeyPosition(0x21, "AC04", 0x46, "f"),
    KeyPosition(0x22, "AC05", 0x47, "g"),
    KeyPosition(0x23, "AC06", 0x48, "h"),
    KeyPosition(0x24, "AC07", 0x4A, "j"),
    KeyPosition(0x25, "AC08", 0x4B, "k"),
    KeyPosition(0x26, "AC09", 0x4C, "l"),
    KeyPosition(0x27, "AC10", 0xBA, "semicolon"),
    KeyPosition(0x28, "AC11", 0xDE, "apostrophe"),
    KeyPosition(0x29, "TLDE", 0xC0, "grave"),
    KeyPosition(0x2A, "LFSH", 0xA0, "shift"),
    KeyPosition(0x2B, "BKSL", 0xDC, "backslash"),
    KeyPosition(0x2C, "AB01", 0x5A, "z"),
    KeyPosition(0x2D, "AB02", 0x58, "x"),
    KeyPosition(0x2E, "AB03", 0x43, "c"),
    KeyPosition(0x2F, "AB04", 0x56, "v"),
    KeyPosition(0x30, "AB05", 0x42, "b"),
    KeyPosition(0x31, "AB06", 0x4E, "n"),
    KeyPosition(0x32, "AB07", 0x4D, "m"),
    KeyPosition(0x33, "AB08", 0xBC, "comma"),
    KeyPosition(0x34, "AB09", 0xBE, "period"),
    KeyPosition(0x35, "AB10", 0xBF, "slash"),
    KeyPosition(0x36, "RTSH", 0xA1, "right shift"),
    KeyPosition(0x37, "KPMU", 0x6A, "keypad *"),
    KeyPosition(0x38, "LALT", 0xA4, "alt"),
    KeyPosition(0x39, "SPCE", 0x20, "space"),
    KeyPosition(0x3A, "CAPS", 0x14, "caps lock"),
    KeyPosition(0x3B, "FK01", 0x70, "f1"),
    KeyPosition(0x3C, "FK02", 0x71, "f2"),
    KeyPosition(0x3D, "FK03", 0x72, "f3"),
    KeyPosition(0x3E, "FK04", 0x73, "f4"),
    KeyPosition(0x3F, "FK05", 0x74, "f5"),
    KeyPosition(0x40, "FK06", 0x75, "f6"),
    KeyPosition(0x41, "FK07", 0x76, "f7"),
    KeyPosition(0x42, "FK08", 0x77, "f8"),
    KeyPosition(0x43, "FK09", 0x78, "f9"),
    KeyPosition(0x44, "FK10", 0x79, "f10"),
    KeyPosition(0x45, "NMLK", 0x90, "num lock"),
    KeyPosition(0x46, "SCLK", 0x91, "scroll lock"),
    KeyPosition(0x47, "KP7", 0x67, "keypad 7"),
    KeyPosition(0x48, "KP8", 0x68, "keypad 8"),
    KeyPosition(0x49, "KP9", 0x69, "keypad 9"),
    KeyPosition(0x4A, "KPSU", 0x6D, "keypad -"),
    KeyPosition(0x4B, "KP4", 0x64, "keypad 4"),
    KeyPosition(0x4C, "KP5", 0x65, "keypad 5"),
    KeyPosition(0x4D, "KP6", 0x66, "keypad 6"),
    KeyPosition(0x4E, "KPAD", 0x6B, "keypad +"),
    KeyPosition(0x4F, "KP1", 0x61, "keypad 1"),
    KeyPosition(0x50, "KP2", 0x62, "keypad 2"),
    KeyPosition(0x51, "KP3", 0x63, "keypad 3"),
    KeyPosition(0x52, "KP0", 0x60, "keypad 0"),
    KeyPosition(0x53, "KPDL", 0x6E, "keypad ."),
    KeyPosition(0x56, "LSGT", 0xE2, "less"),
    KeyPosition(0x57, "FK11", 0x7A, "f11"),
    KeyPosition(0x58, "FK12", 0x7B, "f12"),
    KeyPosition(0x59, "KPEQ", 0x00, "keypad ="),
    KeyPosition(0x64, "FK13", 0x7C, "f13"),
    KeyPosition(0x65, "FK14", 0x7D, "f14"),
    KeyPosition(0x66, "FK15", 0x7E, "f15"),
    KeyPosition(0x67, "FK16", 0x7F, "f16"),
    KeyPosition(0x68, "FK17", 0x80, "f17"),
    KeyPosition(0x69, "FK18", 0x81, "f18"),
    KeyPosition(0x6A, "FK19", 0x82, "f19"),
    KeyPosition(0x6B, "FK20", 0x83, "f20"),
    KeyPosition(0x6C, "FK21", 0x84, "f21"),
    KeyPosition(0x6D, "FK22", 0x85, "f22"),
    KeyPosition(0x6E, "FK23", 0x86, "f23"),
    KeyPosition(0x70, "HKTG", 0xF2, "kana"),
    KeyPosition(0x71, "HJCV", 0x19, "hanja"),
    KeyPosition(0x72, "HNGL", 0x15, "hangul"),
    KeyPosition(0x73, "AB11", 0xC1, "ro"),
    KeyPosition(0x76, "FK24", 0x87, "f24"),
    KeyPosition(0x79, "HENK", 0x1C, "convert"),
    KeyPosition(0x7B, "MUHE", 0x1D, "nonconvert"),
    KeyPosition(0x7D, "AE13", 0xDC, "yen"),
    KeyPosition(0x7E, "KPPT", 0xC2, "keypad ,"),
    KeyPosition(0xE010, "I173", 0xB1, "previous track"),
    KeyPosition(0xE019, "I171", 0xB0, "next track"),
    KeyPosition(0xE01C, "KPEN", 0x0D, "keypad enter"),
    KeyPosition(0xE01D, "RCTL", 0xA3, "right ctrl"),
    KeyPosition(0xE020, "MUTE", 0xAD, "mute"),
    KeyPosition(0xE021, "I148", 0xB7, "calculator"),
    KeyPosition(0xE022, "I172", 0xB3, "play"),
    KeyPosition(0xE024, "I174", 0xB2, "stop"),
    KeyPosition(0xE02E, "VOL-", 0xAE, "volume down"),
    KeyPosition(0xE030, "VOL+", 0xAF, "volume up"),
    KeyPosition(0xE032, "I180", 0xAC, "browser home"),
    KeyPosition(0xE035, "KPDV", 0x6F, "keypad /"),
    KeyPosition(0xE037, "PRSC", 0x2C, "print"),
    KeyPosition(0xE038, "RALT", 0xA5, "altgr"),
    KeyPosition(0xE047, "HOME", 0x24, "home"),
    KeyPosition(0xE048, "UP", 0x26, "up"),
    KeyPosition(0xE049, "PGUP", 0x21, "page up"),
    KeyPosition(0xE04B, "LEFT", 0x25, "left"),
    KeyPosition(0xE04D, "RGHT", 0x27, "right"),
    KeyPosition(0xE04F, "END", 0x23, "end"),
    KeyPosition(0xE050, "DOWN", 0x28, "down"),
    KeyPosition(0xE051, "PGDN", 0x22, "page down"),
    KeyPosition(0xE052, "INS", 0x2D, "insert"),
    KeyPosition(0xE053, "DELE", 0x2E, "delete"),
    KeyPosition(0xE05B, "LWIN", 0x5B, "win"),
    KeyPosition(0xE05C, "RWIN", 0x5C, "right win"),
    KeyPosition(0xE05D, "COMP", 0x5D, "menu"),
    KeyPosition(0xE065, "I225", 0xAA, "search"),
    KeyPosition(0xE067, "I181", 0xA8, "browser refresh"),
    KeyPosition(0xE068, "STOP", 0xA9, "browser stop"),
    KeyPosition(0xE069, "I167", 0xA7, "browser forward"),
    KeyPosition(0xE06A, "I166", 0xA6, "browser back"),
    KeyPosition(0xE06C, "I163", 0xB4, "mail"),
    KeyPosition(0xE11D, "PAUS", 0x13, "pause"),
)
# fmt: on

BY_CODE: Final[Mapping[int, KeyPosition]] = MappingProxyType({key.code: key for key in KEYS})
BY_X_NAME: Final[Mapping[str, KeyPosition]] = MappingProxyType({key.x_name: key for key in KEYS})
BY_NAME: Final[Mapping[str, KeyPosition]] = MappingProxyType({key.name: key for key in KEYS})

ESCAPE: Final = 0x01
SHIFT: Final = 0x2A
SHIFTS: Final = frozenset({SHIFT, 0x36})
CONTROL: Final = 0x1D
CONTROLS: Final = frozenset({CONTROL, 0xE01D})
PRINT: Final = 0xE037
DELETE: Final = 0xE053
ALT: Final = 0x38
ALTGR: Final = 0xE038
SUPERS: Final = frozenset({0xE05B, 0xE05C})
LOCK_KEYS: Final[Mapping[int, int]] = MappingProxyType({0x3A: 1, 0x45: 2, 0x46: 4})
"""Each key that toggles a lock, with the lock's bit in `Key.locks`."""
