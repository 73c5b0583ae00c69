"""`rest.tar.xz`: all files of a runtime but its seed's, as one compressed stream with their listing first."""

from __future__ import annotations

import hashlib
import io
import lzma
import re
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .listing import LISTING

if TYPE_CHECKING:
    from typing_extensions import Buffer  # collections.abc has it from 3.12 on

OnProgress = Callable[[int, int], None]
"""Gets bytes done and bytes of all; what it raises ends the work."""

_PIECE = 1 << 20
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\\:*?"<>|]')

_FILTERS: list[dict[str, int]] = [
    {"id": lzma.FILTER_X86},
    {
        "id": lzma.FILTER_LZMA2,
        "preset": 4,
        "mf": lzma.MF_BT4,
        "mode": lzma.MODE_NORMAL,
        "nice_len": 16,
        "depth": 4,
        "dict_size": 1 << 25,
    },
]
"""Hardly four per cent larger than preset 6, in less than two thirds of its time. The dictionary is also what
unpacking takes of a host's memory."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of a `rest.tar.xz`."""

    sha256: str
    """The compressed stream's."""
    listing: bytes
    files: dict[str, tuple[int, str]] = field(repr=False)
    """Size and SHA-256 by path, without the listing."""


def write_rest(path: Path, listing: bytes, files: Mapping[str, bytes], told: OnProgress) -> None:
    """Packs files, and their listing first; the same bytes for the same input."""
    total = sum(map(len, files.values()))
    done = 0
    with (
        lzma.open(path, "wb", check=lzma.CHECK_CRC64, filters=_FILTERS) as compressed,
        tarfile.open(fileobj=compressed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, data in [(LISTING, listing), *sorted(files.items(), key=_among_its_kind)]:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, _Watched(io.BytesIO(data), done, total, told))
            done += len(data)


def read_rest(stream: IO[bytes], size: int, largest: int, told: OnProgress) -> Contents:
    """Reads all of it, `size` bytes, and hashes every file. Raises TarError, LZMAError, EOFError.

    A stream from which more than `largest` bytes would come is not read on.
    """
    compressed = _Watched(stream, 0, size, told)
    files: dict[str, tuple[int, str]] = {}
    listing = b""
    left = largest
    with (
        lzma.open(io.BufferedReader(compressed, _PIECE)) as plain,
        tarfile.open(fileobj=plain, mode="r|") as archive,
    ):
        for number, member in enumerate(archive):
            left -= member.size
            content = archive.extractfile(member) if member.isreg() else None
            if content is None or left < 0 or member.name in files or not is_path(member.name):
                raise tarfile.TarError(f"{member.name} does not belong there")
            if number == 0 and member.name == LISTING:
                listing = content.read()
                continue
            digest = hashlib.sha256()
            while piece := content.read(_PIECE):
                digest.update(piece)
            files[member.name] = (member.size, digest.hexdigest())
        while piece := plain.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise tarfile.TarError("something follows the last file")
    return Contents(compressed.sha256, listing, files)


def is_path(name: str) -> bool:
    """True if a file of that name stays in its folder, on Windows too."""
    return not (_NOT_IN_NAMES.search(name) or {"", ".", ".."}.intersection(name.split("/")))


def _among_its_kind(item: tuple[str, bytes]) -> tuple[str, str]:
    """Programs beside programs and texts beside texts: a few per cent less."""
    name, _ = item
    return name.rpartition(".")[2], name


class _Watched(io.RawIOBase):
    """A stream that hashes what is read of it and tells how far that is."""

    def __init__(self, stream: IO[bytes], done: int, total: int, told: OnProgress) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._done = done
        self._total = total
        self._told = told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        data = self._stream.read(memoryview(buffer).nbytes)
        memoryview(buffer)[: len(data)] = data
        self._hash.update(data)
        self._done += len(data)
        self._told(self._done, self._total)
        return len(data)

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was read."""
        return self._hash.hexdigest()
