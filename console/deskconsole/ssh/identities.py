"""The user's keys: key files and what an ssh-agent holds. It offers them to no server."""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import os
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)
from paramiko.agent import AgentSSH

from deskconsole.common.errors import DeskconsoleError

from .agent_pipe import PIPE, is_pipe, open_agent_pipe
from .known_hosts import key_type
from .userauth import PublicKey

if sys.platform == "win32":
    from paramiko import win_pageant

_CERTIFICATE = "-cert-v01@openssh.com"
_OPENSSH = b"BEGIN OPENSSH PRIVATE KEY"
_FIELDS = {
    "ssh-ed25519": 1,
    "ssh-rsa": 2,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
}
"""The number of fields of a public key, after its type."""
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
    """The plain key to show the server; None where it cannot be told without the passphrase."""
    certificate: PublicKey | None = None
    """From the `-cert.pub` beside it."""
    private: bool = True
    """False: only the public half is here; the private one may be in an agent."""

    @classmethod
    def inspect(cls, path: Path) -> KeyFile:
        """Raises FileNotFoundError, and UnusableKey for what is no OpenSSH, PEM or PKCS#8 key."""
        public = read_public(path.with_name(path.name + ".pub"))
        certificate = read_public(path.with_name(path.name + "-cert.pub"))
        if certificate is not None and _CERTIFICATE not in certificate.algorithm:
            certificate = None
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            if public is None:
                raise
            return cls(path, encrypted=False, public=public, certificate=certificate, private=False)
        except OSError as error:
            raise UnusableKey(f"the key {path} cannot be read: {error.strerror}") from error
        if data.startswith(b"PuTTY-User-Key-File"):
            raise UnusableKey(
                f"the key {path} is in PuTTY's format",
                remedy="Export it as an OpenSSH key (PuTTYgen: Conversions, Export OpenSSH key).",
            )
        if _OPENSSH in data:
            encrypted, inside = _header(path, data)
            return cls(path, encrypted, inside, certificate)
        if b"PRIVATE KEY-----" not in data:
            named = read_public(path)
            if named is not None:
                return cls(path, encrypted=False, public=named, private=False)
            raise UnusableKey(f"the file {path} is not a private key", remedy="Name a private key.")
        file = cls(path, b"ENCRYPTED" in data, public, certificate)
        if public is None and not file.encrypted:
            opened = file.open(None)
            return replace(file, public=PublicKey(opened.get_name(), opened.asbytes()))
        return file

    def shown(self) -> list[PublicKey | None]:
        """Lists what the server may see of it: the plain key, then its certificate, as ssh does."""
        return [self.public, self.certificate] if self.certificate is not None else [self.public]

    def open(self, passphrase: str | None) -> paramiko.PKey:
        """The key itself. Raises UnusableKey, WrongPassphrase."""
        secret = passphrase.encode() if self.encrypted and passphrase is not None else None
        try:
            data = self.path.read_bytes()
            load = load_ssh_private_key if _OPENSSH in data else load_pem_private_key
            return _as_paramiko(load(data, secret))
        except (ValueError, TypeError, paramiko.SSHException, OSError, UnsupportedAlgorithm) as error:
            # Only these two say that the passphrase is wrong; what else goes wrong is the format's fault.
            if self.encrypted and isinstance(error, ValueError) and not _is_unknown_format(error):
                raise WrongPassphrase(f"the passphrase does not open {self.path}") from error
            if self.encrypted and not secret:
                raise WrongPassphrase(f"the key {self.path} needs a passphrase") from error
            raise UnusableKey(
                f"the key {self.path} is in a format that this console does not know: {error}",
                remedy="Use an Ed25519, ECDSA or RSA key; `ssh-keygen -p -f` on it writes a usual format.",
            ) from error


def _as_paramiko(key: object) -> paramiko.PKey:
    kinds: tuple[tuple[type, type[paramiko.PKey]], ...] = (
        (ed25519.Ed25519PrivateKey, paramiko.Ed25519Key),
        (ec.EllipticCurvePrivateKey, paramiko.ECDSAKey),
        (rsa.RSAPrivateKey, paramiko.RSAKey),
    )
    for kind, wanted in kinds:
        if isinstance(key, kind):
            # paramiko reads fewer formats than cryptography; this one both know. It stays in memory.
            text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())  # type: ignore[attr-defined]
            return wanted.from_private_key(io.StringIO(text.decode()))
    raise UnsupportedAlgorithm(f"{type(key).__name__} is no kind of key that it uses")


def _is_unknown_format(error: ValueError) -> bool:
    said = str(error).lower()
    return any(
        word in said for word in ("unsupported", "unknown", "not supported", "deserialize", "valid pem")
    )


def public_key(key: paramiko.PKey) -> PublicKey:
    """The public half that a private key shows the server: its certificate where it has one."""
    certificate = getattr(key, "public_blob", None)
    if certificate is not None:
        return PublicKey(certificate.key_type, certificate.key_blob)
    return PublicKey(key.get_name(), key.asbytes())


class Agent(AgentSSH):
    """A connection to an ssh-agent; empty where there is none. Close it."""

    if TYPE_CHECKING:  # what the stubs leave out

        def _connect(self, conn: object) -> None: ...
        def _close(self) -> None: ...

    def __init__(self, path: str = "") -> None:
        """`path`: the agent's socket, on Windows its pipe; empty: the platform's usual one; `none`: none."""
        super().__init__()
        path = path or os.environ.get("SSH_AUTH_SOCK", "")
        if path == "none":
            return
        if sys.platform == "win32":
            named = path if is_pipe(path) else ""
            self._reach(lambda: open_agent_pipe(named or PIPE, _LIST_TIMEOUT))
            if not named and not self.get_keys():
                self._reach_pageant()
        elif path:
            self._reach(lambda: _open_socket(path))

    def _reach(self, way: Callable[[], socket.socket]) -> None:
        """Asks an agent for its keys; one that is gone or hangs must not stand in the way of the rest."""
        try:
            link = way()
        except OSError:
            return
        try:
            link.settimeout(_LIST_TIMEOUT)
            self._connect(link)
            link.settimeout(_SIGN_TIMEOUT)
        except (OSError, paramiko.SSHException, struct.error):
            self._close()
            link.close()

    if sys.platform == "win32":

        def _reach_pageant(self) -> None:
            """Asks PuTTY's agent, which ssh.exe does not know, where it runs."""
            self._close()
            with contextlib.suppress(OSError, paramiko.SSHException, struct.error):
                if win_pageant.can_talk_to_agent():
                    self._connect(win_pageant.PageantConnection())

    def keys(self) -> list[tuple[PublicKey, paramiko.PKey]]:
        """The keys it holds, certificates included."""
        return [(PublicKey(key.name, key.blob), key) for key in self.get_keys()]

    def close(self) -> None:
        self._close()


if sys.platform != "win32":

    def _open_socket(path: str) -> socket.socket:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            link.settimeout(_LIST_TIMEOUT)
            link.connect(str(Path(path).expanduser()))
        except OSError:
            link.close()
            raise
        return link


def read_public(path: Path) -> PublicKey | None:
    """A public key or a certificate from its file; None where there is none."""
    try:
        words = path.read_bytes().split()
        blob = base64.b64decode(words[1], validate=True)
        kind = key_type(blob)
    except (OSError, IndexError, binascii.Error, UnicodeDecodeError):
        return None
    return PublicKey(kind, blob) if kind.encode() == words[0] else None


def plain_blob(key: PublicKey) -> bytes:
    """The blob of the key that a certificate is for; of a plain key its own."""
    if _CERTIFICATE not in key.algorithm:
        return key.blob
    kind = key.algorithm.replace(_CERTIFICATE, "")
    message = paramiko.Message(key.blob)
    message.get_string()
    message.get_string()  # a nonce
    plain = paramiko.Message()
    plain.add_string(kind)
    for _ in range(_FIELDS.get(kind, 0)):
        plain.add_string(message.get_string())
    return plain.asbytes()


def _header(path: Path, data: bytes) -> tuple[bool, PublicKey]:
    """Reads whether an OpenSSH key is encrypted, and its public half, which it carries in the clear."""
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
