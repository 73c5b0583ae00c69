"""The characters that keysyms stand for, and the combining characters of dead keys.

A keysym below 0x100 is Latin-1 and one above 0x01000000 is Unicode. The rest are pages from before Unicode,
still used by layouts (Cyrillic, Greek, Polish): facts from the notes in X11's keysymdef.h.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

UNICODE: Final = 0x01000000
"""Keysyms above it are characters by their numbers, up to the last one."""
"""Keysyms above it are characters by their numbers."""
_LAST_CHARACTER: Final = 0x10FFFF

_NO_CHARACTERS: Final = frozenset({"Cc", "Cs"})
"""Control characters, and halves of UTF-16's pairs."""

_PAGES: Final = """
01a1: 0104 02d8 0141
01a5: 013d 015a
01a9: 0160 015e 0164 0179
01ae: 017d 017b
01b1: 0105 02db 0142
01b5: 013e 015b 02c7
01b9: 0161 015f 0165 017a 02dd 017e 017c 0154
01c3: 0102
01c5: 0139 0106
01c8: 010c
01ca: 0118
01cc: 011a
01cf: 010e 0110 0143 0147
01d5: 0150
01d8: 0158 016e
01db: 0170
01de: 0162
01e0: 0155
01e3: 0103
01e5: 013a 0107
01e8: 010d
01ea: 0119
01ec: 011b
01ef: 010f 0111 0144 0148
01f5: 0151
01f8: 0159 016f
01fb: 0171
01fe: 0163 02d9
02a1: 0126
02a6: 0124
02a9: 0130
02ab: 011e 0134
02b1: 0127
02b6: 0125
02b9: 0131
02bb: 011f 0135
02c5: 010a 0108
02d5: 0120
02d8: 011c
02dd: 016c 015c
02e5: 010b 0109
02f5: 0121
02f8: 011d
02fd: 016d 015d
03a2: 0138 0156
03a5: 0128 013b
03aa: 0112 0122 0166
03b3: 0157
03b5: 0129 013c
03ba: 0113 0123 0167 014a
03bf: 014b 0100
03c7: 012e
03cc: 0116
03cf: 012a
03d1: 0145 014c 0136
03d9: 0172
03dd: 0168 016a
03e0: 0101
03e7: 012f
03ec: 0117
03ef: 012b
03f1: 0146 014d 0137
03f9: 0173
03fd: 0169 016b
047e: 203e
04a1: 3002 300c 300d 3001 30fb 30f2 30a1 30a3 30a5 30a7 30a9 30e3 30e5 30e7 30c3 30fc 30a2 30a4 30a6
04b4: 30a8 30aa 30ab 30ad 30af 30b1 30b3 30b5 30b7 30b9 30bb 30bd 30bf 30c1 30c4 30c6 30c8 30ca 30cb
04c7: 30cc 30cd 30ce 30cf 30d2 30d5 30d8 30db 30de 30df 30e0 30e1 30e2 30e4 30e6 30e8 30e9 30ea 30eb
04da: 30ec 30ed 30ef 30f3 309b 309c
05ac: 060c
05bb: 061b
05bf: 061f
05c1: 0621 0622 0623 0624 0625 0626 0627 0628 0629 062a 062b 062c 062d 062e 062f 0630 0631 0632 0633
05d4: 0634 0635 0636 0637 0638 0639 063a
05e0: 0640 0641 0642 0643 0644 0645 0646 0647 0648 0649 064a 064b 064c 064d 064e 064f 0650 0651 0652
06a1: 0452 0453 0451 0454 0455 0456 0457 0458 0459 045a 045b 045c 0491 045e 045f 2116 0402 0403 0401
06b4: 0404 0405 0406 0407 0408 0409 040a 040b 040c 0490 040e 040f 044e 0430 0431 0446 0434 0435 0444
06c7: 0433 0445 0438 0439 043a 043b 043c 043d 043e 043f 044f 0440 0441 0442 0443 0436 0432 044c 044b
06da: 0437 0448 044d 0449 0447 044a 042e 0410 0411 0426 0414 0415 0424 0413 0425 0418 0419 041a 041b
06ed: 041c 041d 041e 041f 042f 0420 0421 0422 0423 0416 0412 042c 042b 0417 0428 042d 0429 0427 042a
07a1: 0386 0388 0389 038a 03aa
07a7: 038c 038e 03ab
07ab: 038f
07ae: 0385 2015
07b1: 03ac 03ad 03ae 03af 03ca 0390 03cc 03cd 03cb 03b0 03ce
07c1: 0391 0392 0393 0394 0395 0396 0397 0398 0399 039a 039b 039c 039d 039e 039f 03a0 03a1 03a3
07d4: 03a4 03a5 03a6 03a7 03a8 03a9
07e1: 03b1 03b2 03b3 03b4 03b5 03b6 03b7 03b8 03b9 03ba 03bb 03bc 03bd 03be 03bf 03c0 03c1 03c3 03c2
07f4: 03c4 03c5 03c6 03c7 03c8 03c9
08a1: 23b7 250c 2500 2320 2321 2502 23a1 23a3 23a4 23a6 239b 239d 239e 23a0 23a8 23ac
08bc: 2264 2260 2265 222b 2234 221d 221e
08c5: 2207
08c8: 223c 2243
08cd: 21d4 21d2 2261
08d6: 221a
08da: 2282 2283 2229 222a 2227 2228
08ef: 2202
08f6: 0192
08fb: 2190 2191 2192 2193
09e0: 25c6 2592 2409 240c 240d 240a
09e8: 2424 240b 2518 2510 250c 2514 253c 23ba 23bb 2500 23bc 23bd 251c 2524 2534 252c 2502
0aa1: 2003 2002 2004 2005 2007 2008 2009 200a 2014 2013
0aac: 2423
0aae: 2026 2025 2153 2154 2155 2156 2157 2158 2159 215a 2105
0abb: 2012 2329 002e 232a
0ac3: 215b 215c 215d 215e
0ac9: 2122 2613
0acc: 25c1 25b7 25cb 25af 2018 2019 201c 201d 211e 2030 2032 2033
0ad9: 271d
0adb: 25ac 25c0 25b6 25cf 25ae 25e6 25ab 25ad 25b3 25bd 2606 2022 25aa 25b2 25bc 261c 261e 2663 2666
0aee: 2665
0af0: 2720 2020 2021 2713 2717 266f 266d 2642 2640 260e 2315 2117 2038 201a 201e
0ba3: 003c
0ba6: 003e
0ba8: 2228 2227
0bc0: 00af
0bc2: 22a4 2229 230a
0bc6: 005f
0bca: 2218
0bcc: 2395
0bce: 22a5 25cb
0bd3: 2308
0bd6: 222a
0bd8: 2283
0bda: 2282
0bdc: 22a3
0bfc: 22a2
0cdf: 2017 05d0 05d1 05d2 05d3 05d4 05d5 05d6 05d7 05d8 05d9 05da 05db 05dc 05dd 05de 05df 05e0 05e1
0cf2: 05e2 05e3 05e4 05e5 05e6 05e7 05e8 05e9 05ea
0da1: 0e01 0e02 0e03 0e04 0e05 0e06 0e07 0e08 0e09 0e0a 0e0b 0e0c 0e0d 0e0e 0e0f 0e10 0e11 0e12 0e13
0db4: 0e14 0e15 0e16 0e17 0e18 0e19 0e1a 0e1b 0e1c 0e1d 0e1e 0e1f 0e20 0e21 0e22 0e23 0e24 0e25 0e26
0dc7: 0e27 0e28 0e29 0e2a 0e2b 0e2c 0e2d 0e2e 0e2f 0e30 0e31 0e32 0e33 0e34 0e35 0e36 0e37 0e38 0e39
0dda: 0e3a
0ddf: 0e3f 0e40 0e41 0e42 0e43 0e44 0e45 0e46 0e47 0e48 0e49 0e4a 0e4b 0e4c 0e4d
0df0: 0e50 0e51 0e52 0e53 0e54 0e55 0e56 0e57 0e58 0e59
0ea1: 3131 3132 3133 3134 3135 3136 3137 3138 3139 313a 313b 313c 313d 313e 313f 3140 3141 3142 3143
0eb4: 3144 3145 3146 3147 3148 3149 314a 314b 314c 314d 314e 314f 3150 3151 3152 3153 3154 3155 3156
0ec7: 3157 3158 3159 315a 315b 315c 315d 315e 315f 3160 3161 3162 3163 11a8 11a9 11aa 11ab 11ac 11ad
0eda: 11ae 11af 11b0 11b1 11b2 11b3 11b4 11b5 11b6 11b7 11b8 11b9 11ba 11bb 11bc 11bd 11be 11bf 11c0
0eed: 11c1 11c2 316d 3171 3178 317f 3181 3184 3186 318d 318e 11eb 11f0 11f9
0eff: 20a9
13bc: 0152 0153 0178
20ac: 20ac
"""
"""The first keysym of a run, then its characters; both hexadecimal."""

_KEYPAD: Final = MappingProxyType(
    {0xFF80: " ", 0xFFBD: "="}
    | dict(zip(range(0xFFAA, 0xFFB0), "*+,-./", strict=True))
    | {0xFFB0 + digit: str(digit) for digit in range(10)}
)

_DEAD_RUNS: Final = (
    # In keysymdef.h's order: from dead_grave to dead_ogonek.
    (0xFE50, "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328"),
    # From dead_iota to dead_horn.
    (0xFE5D, "\u0345\u3099\u309a\u0323\u0309\u031b"),
    # From dead_stroke to dead_belowcomma.
    (0xFE63, "\u0335\u0313\u0314\u030f\u0325\u0331\u032d\u0330\u032e\u0324\u0311\u0326"),
    # From dead_lowline to dead_longsolidusoverlay.
    (0xFE90, "\u0332\u030d\u0329\u0338"),
)


def _page_characters() -> Iterator[tuple[int, str]]:
    for line in _PAGES.split("\n"):
        first, _, characters = line.partition(":")
        for offset, character in enumerate(characters.split()):
            yield int(first, 16) + offset, chr(int(character, 16))


_CHARACTERS: Final[Mapping[int, str]] = MappingProxyType(dict(_page_characters()) | _KEYPAD)
_DEAD: Final[Mapping[int, str]] = MappingProxyType(
    {first + offset: mark for first, marks in _DEAD_RUNS for offset, mark in enumerate(marks)}
)


def character_of(keysym: int) -> str:
    """The character that a keysym gives, "" for one that gives none: a function key, Enter, a dead key."""
    if 0x20 <= keysym < 0x7F or 0xA0 <= keysym < 0x100:
        return chr(keysym)
    if UNICODE < keysym <= UNICODE + _LAST_CHARACTER:
        character = chr(keysym - UNICODE)
        return "" if unicodedata.category(character) in _NO_CHARACTERS else character
    return _CHARACTERS.get(keysym, "")


def combining_of(keysym: int) -> str:
    """The combining character of a dead key, "" for any other keysym."""
    return _DEAD.get(keysym, "")


def keysym_of(character: str) -> int:
    """The keysym that gives this character in every program that knows Unicode."""
    number = ord(character)
    return number if 0x20 <= number < 0x7F or 0xA0 <= number < 0x100 else UNICODE + number
