"""A stub of a shared library: the same exported names, no code behind them.

OpenCV's module for Linux is linked to FFmpeg, OpenBLAS and OpenSSL. The loader must find these libraries and
each name that is wanted of them, or `import cv2` fails. The agent calls none of them, so hosts get stubs:
87 MB less on disk, 22 MB less of the agent's memory, and no OpenSSL that grows old there. A call into a stub
ends the process with a segmentation fault.
"""

from __future__ import annotations

import struct

FORMAT = 1
"""The number of what is made here: packages with stubs of another number are made again."""

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_ENTRY = struct.Struct("<QQ")

_MAGIC = b"\x7fELF\x02\x01\x01"
"""64 bits, little-endian."""
_SHARED_OBJECT = 3
_LOAD, _DYNAMIC, _STACK = 1, 2, 0x6474E551
_READ_WRITE = 6
_LARGEST_PAGE = 0x10000
_ALIGNMENT = 8
_FUNCTION, _CHOSEN_FUNCTION = 2, 10

_SYMBOLS, _HASH, _GNU_HASH, _VERSIONS, _VERSION_NAMES = 11, 5, 0x6FFFFFF6, 0x6FFFFFFF, 0x6FFFFFFD
_TAGS = {_HASH: 4, _SYMBOLS: 6, _GNU_HASH: 0x6FFFFEF5, _VERSIONS: 0x6FFFFFF0, _VERSION_NAMES: 0x6FFFFFFC}
"""The entry of the dynamic segment that leads to a section, by the section's type."""
_STRINGS_TAG, _STRINGS_SIZE_TAG, _SYMBOL_SIZE_TAG, _VERSION_NAMES_COUNT_TAG = 5, 10, 11, 0x6FFFFFFD


def stub_of(library: bytes) -> bytes:
    """A stub of an ELF library, which must be a 64-bit little-endian one; raises ValueError, struct.error."""
    header = _HEADER.unpack_from(library)
    if not header[0].startswith(_MAGIC) or header[1] != _SHARED_OBJECT:
        raise ValueError("not a shared library of 64 bits, little-endian")
    machine, table, count = header[2], header[6], header[12]
    sections = [_SECTION.unpack_from(library, table + number * _SECTION.size) for number in range(count)]
    by_type = {section[1]: section for section in sections if section[1] in _TAGS}
    if _SYMBOLS not in by_type:
        raise ValueError("a library without dynamic symbols")

    def content(section: tuple[int, ...]) -> bytes:
        return library[section[4] : section[4] + section[5]]

    # The tables name each other by index only, so they are taken as they are.
    strings = content(sections[by_type[_SYMBOLS][6]])
    tables = {_TAGS[kind]: content(section) for kind, section in by_type.items()}
    tables[_TAGS[_SYMBOLS]] = _without_code(tables[_TAGS[_SYMBOLS]])
    tables[_STRINGS_TAG] = strings
    numbers = {_STRINGS_SIZE_TAG: len(strings), _SYMBOL_SIZE_TAG: _SYMBOL.size}
    if _VERSION_NAMES in by_type:
        numbers[_VERSION_NAMES_COUNT_TAG] = by_type[_VERSION_NAMES][7]
    return _assembled(machine, tables, numbers)


def _without_code(symbols: bytes) -> bytes:
    """The symbols, each at address 1, where no code is. The loader ignores those at 0."""
    return b"".join(
        _SYMBOL.pack(name, _kind(info), visibility, section, 1 if section else 0, 0)
        for name, info, visibility, section, _, _ in _SYMBOL.iter_unpack(symbols)
    )


def _kind(info: int) -> int:
    # The loader calls a function of this type at once, to be told where the right one for the processor is.
    return info & 0xF0 | _FUNCTION if info & 0xF == _CHOSEN_FUNCTION else info


def _assembled(machine: int, tables: dict[int, bytes], numbers: dict[int, int]) -> bytes:
    """A library of one segment: header, dynamic entries, then the tables that these lead to."""
    segments = 3
    dynamic_at = _HEADER.size + segments * _SEGMENT.size
    dynamic_size = (len(tables) + len(numbers) + 1) * _ENTRY.size
    dynamic, body, at = b"", b"", dynamic_at + dynamic_size
    for tag, table in tables.items():
        dynamic += _ENTRY.pack(tag, at + len(body))
        body += table + bytes(-len(table) % _ALIGNMENT)
    for entry in [*numbers.items(), (0, 0)]:
        dynamic += _ENTRY.pack(*entry)
    size = at + len(body)
    header = _HEADER.pack(
        _MAGIC, _SHARED_OBJECT, machine, 1, 0, _HEADER.size, 0, 0,
        _HEADER.size, _SEGMENT.size, segments, _SECTION.size, 0, 0,
    )  # fmt: skip
    return b"".join([
        header,
        # Writable: the loader puts addresses into the dynamic entries.
        _SEGMENT.pack(_LOAD, _READ_WRITE, 0, 0, 0, size, size, _LARGEST_PAGE),
        _SEGMENT.pack(_DYNAMIC, _READ_WRITE, *[dynamic_at] * 3, *[dynamic_size] * 2, _ALIGNMENT),
        _SEGMENT.pack(_STACK, _READ_WRITE, 0, 0, 0, 0, 0, 16),  # without it the stack becomes executable
        dynamic,
        body,
    ])  # fmt: skip
