"""A runtime in one file: a whole Windows Python with the agent's packages, in the order a host takes it.

`runtime-<hash>.zip` is a zip, its large member stored as it is:

    runtime.json     the `Manifest`: what it is, and size and SHA-256 of everything else
    seed/PATH        the *seed*: the few files of a Python that runs alone and can unpack the rest
    rest.tar.xz      all other files of the runtime, and first of all `.files.json`

The hash in the name is that of `.files.json`, the `LISTING` of the finished folder: equal files, equal name.
The seed's files belong to the finished folder too, except those that the listing does not name: the zip of
standard library modules, in place of the folder `Lib` that is not there yet. Unpacking deletes them
at the end, for a Python would compile them again at every start.
"""

from __future__ import annotations

import hashlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated

import msgspec

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.progress import ProgressMeter, Report, StepId, ignore

from .listing import part_name
from .payload import is_path, read_rest

FORMAT = 1
PLATFORM = "x86_64-pc-windows-msvc"
"""The only one there are runtimes for: Windows on ARM runs these programs too."""
LARGEST = 1 << 30
"""Bytes that a runtime may have, unpacked: more than ten times of what one has."""

_MANIFEST = "runtime.json"
_SEED = "seed/"
_REST = "rest.tar.xz"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20
_UNREADABLE = (
    EOFError, KeyError, NotImplementedError, RuntimeError, ValueError,
    lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""Errors of the standard library at a file that is damaged in one place or another."""

Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rest.tar.xz`: its own size and hash, and what comes out of it (`files`, `unpacked` bytes)."""

    size: Size
    sha256: Digest
    unpacked: Size
    files: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describes a runtime. `seed` has size and SHA-256 by path."""

    format: int
    name: Annotated[str, msgspec.Meta(pattern=r"^runtime-[0-9a-f]{12}$")]
    python: Annotated[str, msgspec.Meta(pattern=r"^3\.[0-9]{1,3}\.[0-9]{1,3}$")]
    platform: str
    requirements: Digest
    """What it was built for, as `requirements_today` had it: it fits while that is the same."""
    packages: dict[str, str]
    seed: dict[str, tuple[Size, Digest]]
    rest: Payload
    built: str
    """When, ISO 8601 in UTC. Not part of the name's hash."""

    @property
    def version(self) -> tuple[int, ...]:
        """The Python's version, to compare."""
        return tuple(map(int, self.python.split(".")))

    @property
    def upload(self) -> int:
        """Bytes that a host gets."""
        return sum(size for size, _ in self.seed.values()) + self.rest.size

    @property
    def unpacked(self) -> int:
        """Bytes of the finished folder, or a little more."""
        return sum(size for size, _ in self.seed.values()) + self.rest.unpacked


@dataclass(frozen=True, slots=True)
class Runtime:
    """A container that lies at `path`."""

    path: Path
    manifest: Manifest

    @classmethod
    def read(cls, path: Path) -> Runtime:
        """Reads the manifest and holds it against the table of contents; raises ConfigurationError.

        That is quick, and finds a file that was cut off. `verify` reads all of it.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                manifest = _manifest(path, archive)
                sizes = {info.filename: info.file_size for info in archive.infolist()}
        except _UNREADABLE:
            raise _not_a_runtime(path) from None
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from None
        wanted = {_SEED + name: size for name, (size, _) in manifest.seed.items()}
        wanted[_REST] = manifest.rest.size
        sizes.pop(_MANIFEST)
        if sizes != wanted:
            raise _damaged(path, "its parts are not what its own list says")
        return cls(path, manifest)

    @property
    def name(self) -> str:
        """`runtime-<hash>`: the folder that it becomes on a host."""
        return self.manifest.name

    def read_seed(self, path: str) -> bytes:
        """The content of one file of `manifest.seed`, verified; raises ConfigurationError."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                data = archive.read(_SEED + path)
        except (OSError, *_UNREADABLE) as error:
            raise _damaged(self.path, str(error) or f"{path} ends too early") from None
        if (len(data), hashlib.sha256(data).hexdigest()) != self.manifest.seed[path]:
            raise _damaged(self.path, f"{path} has another hash")
        return data

    def open_rest(self) -> IO[bytes]:
        """`rest.tar.xz` to read from, seekable, `manifest.rest.size` bytes. To be closed.

        Its hash is not looked at here: the host does that before it unpacks.
        """
        # The archive closes its own file only when the member is closed too.
        with zipfile.ZipFile(self.path) as archive:
            return archive.open(_REST)

    def verify(self, report: Report = ignore) -> None:
        """Reads everything, as a host will: every hash, every file, the name. Raises ConfigurationError."""
        for path in self.manifest.seed:
            self.read_seed(path)
        try:
            meter = ProgressMeter(StepId.VERIFY_RUNTIME, report)
            with self.open_rest() as rest:
                contents = read_rest(rest, self.manifest.rest.size, LARGEST, meter)
        except (OSError, *_UNREADABLE) as error:
            raise _damaged(self.path, str(error) or "it ends too early") from None
        if contents.sha256 != self.manifest.rest.sha256:
            raise _damaged(self.path, f"{_REST} has another hash")
        if part_name("runtime", contents.listing) != self.name:
            raise _damaged(self.path, "its files are not those that it is named by")
        wanted = msgspec.json.decode(contents.listing, type=dict[str, tuple[int, str]])
        seed = {name: row for name, row in self.manifest.seed.items() if name in wanted}
        if contents.files | seed != wanted or contents.files.keys() & seed.keys():
            raise _damaged(self.path, "its files are not those of its own list")


def write_container(path: Path, manifest: Manifest, seed: Mapping[str, bytes], rest: Path) -> None:
    """Writes a container; the same bytes for the same manifest and files."""
    with zipfile.ZipFile(path, "w") as archive:
        listed = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        archive.writestr(_member(_MANIFEST, zipfile.ZIP_DEFLATED), listed)
        for name, data in sorted(seed.items()):
            archive.writestr(_member(_SEED + name, zipfile.ZIP_DEFLATED), data)
        member = _member(_REST, zipfile.ZIP_STORED)
        member.file_size = rest.stat().st_size
        with rest.open("rb") as source, archive.open(member, "w") as target:
            while piece := source.read(_PIECE):
                target.write(piece)


def _member(name: str, how: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.compress_type = how
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    info = archive.getinfo(_MANIFEST)
    if info.file_size > _PIECE:
        raise _not_a_runtime(path)
    data = archive.read(info)
    try:
        version = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get("format")
        if version is None or bytes(version) != str(FORMAT).encode():
            said = "none" if version is None else bytes(version).decode("ascii", "replace")
            raise ConfigurationError(
                f"{path} is a runtime of format {said}, and this deskconsole reads format {FORMAT}",
                remedy="Build it with the same version of deskconsole that shall use it.",
            )
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise _damaged(path, str(error)) from None
    if not all(map(is_path, manifest.seed)):
        raise _damaged(path, "a file in it has a name that no runtime's file has")
    return manifest


def _not_a_runtime(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{path} is not a runtime, or not all of one",
        remedy="`deskconsole runtime build` makes runtimes; copy one over whole.",
    )


def _damaged(path: Path, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path} is damaged: {what}", remedy="Copy or build it again (`deskconsole runtime build`)."
    )
