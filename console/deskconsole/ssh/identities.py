"""The user's keys: key files and what an ssh-agent holds. It offers them to nobody."""

from __future__ import annotations

import base64
import binascii
import os
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.agent import AgentSSH

from deskconsole.errors import DeskconsoleError
from deskconsole.ssh.host_keys import key_type
from deskconsole.ssh.userauth import PublicKey

_MAGIC = b"openssh-key-v1\0"
_LIST_TIMEOUT = 5.0
_SIGN_TIMEOUT = 60.0  # a person may have to confirm, or to touch a token


class UnusableKey(DeskconsoleError):
    """A key file that cannot be used; the sentence says why. Other keys may still do."""


class WrongPassphrase(DeskconsoleError):
    """The passphrase does not open the key."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key on disk, not opened yet."""

    path: Path
    encrypted: bool
    public: PublicKey | None
    """What to show the server; None where it cannot be told without the passphrase."""

    @classmethod
    def inspect(cls, path: Path) -> KeyFile:
        """Raises FileNotFoundError, and UnusableKey for what is no OpenSSH or PEM key."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise UnusableKey(f"the key {path} cannot be read: {error.strerror}") from error
        if data.startswith(b"PuTTY-User-Key-File"):
            raise UnusableKey(
                f"the key {path} is in PuTTY's format",
                remedy="Export it as an OpenSSH key (PuTTYgen: Conversions, Export OpenSSH key).",
            )
        public = _public_beside(path)
        if b"BEGIN OPENSSH PRIVATE KEY" in data:
            encrypted, inside = _header(path, data)
            return cls(path, encrypted, public or inside)
        if b"PRIVATE KEY-----" not in data:
            raise UnusableKey(
                f"the file {path} is not a private key", remedy="Name the private key, not the .pub file."
            )
        return cls(path, b"ENCRYPTED" in data, public)

    def open(self, passphrase: str | None) -> paramiko.PKey:
        """The key itself. Raises UnusableKey, WrongPassphrase."""
        secret = passphrase.encode() if self.encrypted and passphrase is not None else None
        try:
            return paramiko.PKey.from_path(str(self.path), secret)  # type: ignore[arg-type]
        except (
            ValueError,
            TypeError,
            paramiko.SSHException,
            AssertionError,
            OSError,
            UnsupportedAlgorithm,
        ) as error:
            if self.encrypted:
                raise WrongPassphrase(f"the passphrase does not open {self.path}") from error
            raise UnusableKey(
                f"the key {self.path} cannot be used: {error}", remedy="Use an Ed25519, ECDSA or RSA key."
            ) from error


def public_key(key: paramiko.PKey) -> PublicKey:
    """What a private key shows the server: its certificate where it has one."""
    certificate = getattr(key, "public_blob", None)
    if certificate is not None:
        return PublicKey(certificate.key_type, certificate.key_blob)
    return PublicKey(key.get_name(), key.asbytes())


class Agent(AgentSSH):
    """A connection to an ssh-agent; empty where there is none. Close it."""

    if TYPE_CHECKING:  # what the stubs leave out

        def _connect(self, conn: socket.socket) -> None: ...
        def _close(self) -> None: ...

    def __init__(self, path: str = "") -> None:
        """`path`: the agent's socket; empty: the platform's usual one; `none`: no agent."""
        super().__init__()
        self._platform: paramiko.Agent | None = None
        path = path or os.environ.get("SSH_AUTH_SOCK", "")
        if path == "none":
            return
        if sys.platform == "win32":
            try:
                self._platform = paramiko.Agent()
            except (paramiko.SSHException, OSError):
                self._platform = None
            return
        if not path:
            return
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(_LIST_TIMEOUT)
            sock.connect(str(Path(path).expanduser()))
            self._connect(sock)
            sock.settimeout(_SIGN_TIMEOUT)
        except (OSError, paramiko.SSHException, struct.error):
            # An agent that is gone or hangs must not stand in the way of the other methods.
            self._close()
            sock.close()

    def keys(self) -> list[tuple[PublicKey, paramiko.PKey]]:
        """The keys it holds, certificates included."""
        held = self._platform.get_keys() if self._platform else self.get_keys()
        return [(PublicKey(key.name, key.blob), key) for key in held]

    def close(self) -> None:
        if self._platform is not None:
            self._platform.close()
        self._close()


def _public_beside(path: Path) -> PublicKey | None:
    for suffix in ("-cert.pub", ".pub"):
        try:
            words = path.with_name(path.name + suffix).read_bytes().split()
            blob = base64.b64decode(words[1], validate=True)
            return PublicKey(key_type(blob), blob)
        except (OSError, IndexError, binascii.Error, UnicodeDecodeError):
            continue
    return None


def _header(path: Path, data: bytes) -> tuple[bool, PublicKey]:
    """Whether an OpenSSH key is encrypted, and its public half, which it carries in the clear."""
    body = data.partition(b"BEGIN OPENSSH PRIVATE KEY-----")[2].partition(b"-----END")[0]
    try:
        raw = base64.b64decode(b"".join(body.split()), validate=True)
        if not raw.startswith(_MAGIC):
            raise ValueError("wrong magic")
        message = paramiko.Message(raw[len(_MAGIC) :])
        cipher = message.get_text()
        message.get_string()
        message.get_string()
        message.get_int()
        blob = message.get_string()
        return cipher != "none", PublicKey(key_type(blob), blob)
    except (ValueError, struct.error) as error:
        raise UnusableKey(f"the key {path} is damaged", remedy="Restore it from a copy.") from error
