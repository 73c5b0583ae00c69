"""known_hosts files: ours and the user's are read, ours is appended to, and our keys can be forgotten.

paramiko's reader raises on @cert-authority and @revoked and ignores wildcards (5.1.0), asyncssh's (2.24)
takes networks for patterns and compares capitals, and `ssh-keygen -F` is only where OpenSSH is. One bad line
spoils nothing, as with ssh, and every key keeps its file and line for the messages.
"""

from __future__ import annotations

import base64
import fnmatch
import functools
import hashlib
import hmac
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import paramiko

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.file_lock import briefly, locked
from deskconsole.common.paths import make_private_folder, read_regular
from deskconsole.common.text_file import read_text_file
from deskconsole.inventory.toml_file import write


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that a known_hosts line gives for a name."""

    marker: str
    """`` for a host's key, `cert-authority` or `revoked`."""
    blob: bytes
    path: Path
    line: int

    @property
    def algorithm(self) -> str:
        """Such as `ssh-ed25519`, from the key itself."""
        return key_type(self.blob)

    @property
    def fingerprint(self) -> str:
        """`SHA256:...`, as ssh-keygen prints it."""
        return fingerprint(self.blob)


class KnownHosts:
    """The trusted keys: our own file, and others that are only read."""

    def __init__(self, own: Path, others: Sequence[Path] = ()) -> None:
        self._own = own
        self._files = tuple(dict.fromkeys((own, *others)))

    def find(self, name: str) -> list[KnownKey]:
        """Every key whose line matches the name (`host` or `[host]:port`), in the order of the files."""
        return [known for path in self._files for known in _matching(path, name.lower())]

    def add(self, name: str, blob: bytes) -> None:
        """Append a key to our file, which is made, mode 0600, where there is none.

        The name stays readable: the inventory names the host anyway, so a hash would hide nothing.
        """
        line = f"{name.lower()} {key_type(blob)} {base64.b64encode(blob).decode()}\n"
        try:
            make_private_folder(self._own.parent)
            with self._alone():
                self._append(line)
        except OSError as error:
            raise ConfigurationError(
                f"the host key cannot be stored in {self._own}: {error.strerror}",
                remedy="Make the file writable; the host was not connected to.",
            ) from error

    def forgettable(self, name: str) -> list[KnownKey]:
        """The keys that our file trusts for this name alone.

        A line with a pattern or with several names is not the console's, and stays.
        """
        known = [entry for entry in _matching(self._own, name.lower()) if entry.marker == ""]
        lines = read_text_file(self._own).split("\n") if known else []
        return [entry for entry in known if _names_one_host(lines[entry.line - 1])]

    def forget(self, name: str, blobs: Collection[bytes]) -> list[KnownKey]:
        """Take keys of a name out of our file; gives those that are gone.

        Raises ConfigurationError where the file cannot be written.
        """
        try:
            with self._alone():
                gone = [known for known in self.forgettable(name) if known.blob in blobs]
                if gone:
                    numbers = {known.line for known in gone}
                    lines = enumerate(read_text_file(self._own).split("\n"), 1)
                    write(self._own, "\n".join(line for number, line in lines if number not in numbers))
        except OSError as error:
            raise ConfigurationError(f"{self._own} cannot be written: {error.strerror}") from error
        return gone

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other consoles from writing the file meanwhile: a line that they append would be lost."""
        with locked(self._own.with_name(self._own.name + ".lock"), briefly()):
            yield

    def _append(self, line: str) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        file = os.open(self._own, flags, 0o600)
        try:
            size = os.fstat(file).st_size
            if size:
                os.lseek(file, size - 1, os.SEEK_SET)
                if os.read(file, 1) != b"\n":
                    line = "\n" + line
            os.write(file, line.encode())
        finally:
            os.close(file)


def fingerprint(blob: bytes) -> str:
    """`SHA256:...` as ssh-keygen prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def key_type(blob: bytes) -> str:
    """The algorithm a public key names itself by."""
    return paramiko.Message(blob).get_text()


def key_family(algorithm: str) -> str:
    """The key type behind a signature algorithm: an RSA key is `ssh-rsa` however it signs."""
    return "ssh-rsa" if algorithm.startswith("rsa-") else algorithm


def _names_one_host(line: str) -> bool:
    """True if a known_hosts line has one name (plain or hashed) and no pattern."""
    names = line.split(maxsplit=1)[0]
    return not any(sign in names for sign in ",*?!")


def _matching(path: Path, name: str) -> list[KnownKey]:
    try:
        status = path.stat()
        lines = _parsed(path, (status.st_mtime_ns, status.st_size))
    except OSError:  # ssh too continues without a file it cannot read
        return []
    return [
        KnownKey(line.marker, line.blob, path, line.number) for line in lines if _matches(line.names, name)
    ]


class _Line(NamedTuple):
    number: int
    marker: str
    names: str
    blob: bytes


@functools.lru_cache(maxsize=16)
def _parsed(path: Path, _version: tuple[int, int]) -> tuple[_Line, ...]:
    """Each usable line; `_version` makes the cache notice a change of the file."""
    usable = []
    for number, text in enumerate(read_regular(path).decode("utf-8", errors="replace").split("\n"), 1):
        words = text.split()
        marker = words.pop(0)[1:] if words and words[0].startswith("@") else ""
        if marker not in ("", "cert-authority", "revoked") or len(words) < 3 or words[0].startswith("#"):
            continue
        try:
            blob = base64.b64decode(words[2], validate=True)
            if key_type(blob) == words[1]:
                usable.append(_Line(number, marker, words[0], blob))
        except ValueError:
            continue
    return tuple(usable)


def _matches(names: str, name: str) -> bool:
    """True if the first field of a line stands for a name, which is in lower case."""
    if names.startswith("|"):
        return _is_hash_of(names, name)
    matched = False
    for pattern in names.lower().split(","):
        if _stands_for(pattern.removeprefix("!"), name):
            if pattern.startswith("!"):
                return False
            matched = True
    return matched


def _stands_for(pattern: str, name: str) -> bool:
    # A room of a hundred hosts asks a hundred lines a hundred times. fnmatch keeps few patterns and made the
    # others again each time: a tenth of what connecting to all of them cost.
    if "*" not in pattern and "?" not in pattern:
        return pattern == name
    # Brackets are part of a name with a port, not a set of characters.
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))


def _is_hash_of(hashed: str, name: str) -> bool:
    try:
        _, kind, salt, digest = hashed.split("|")
        told = base64.b64decode(digest, validate=True)
        return kind == "1" and told == hmac.digest(
            base64.b64decode(salt, validate=True), name.encode(), "sha1"
        )
    except ValueError:
        return False
