"""One SSH transport: which algorithms are offered, and the handshake. It neither trusts nor authenticates."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from deskconsole.common.errors import AddressError, ConfigurationError, ConnectionFailed

# paramiko logs a cut as tracebacks of 15 lines, which read as a crash of the console; what went wrong is in
# the sentence of the error that the user of the link gets.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

# paramiko puts GCM last and still offers CBC, 3DES, MD5 and SHA-1. Measured on loopback: its default cipher
# carries 172 MiB/s, aes128-gcm 250 to 355.
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr")
MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
HOST_KEY_ALGORITHMS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
_NEWER = {"mlkem768x25519-sha256"}
"""Key exchanges that an older ssh does not list because it does not know them."""
WINDOWS_SERVER = "for_Windows"
"""Part of how the SSH server of Windows introduces itself; others may do so too, or keep silent about it."""

KEEPALIVE = 15.0
"""Seconds. It keeps NAT tables warm; it does not notice a dead peer: the stream's heartbeat does."""


_QUIET = 5.0
"""Seconds for which a link's thread sleeps while nothing comes. paramiko wakes ten times a second to see
whether it was closed, which is most of what a quiet host costs; `shut` wakes it instead."""


class SshTransport(paramiko.Transport):
    """A client transport with our algorithms. Its thread is a daemon; `shut` ends and joins it."""

    if TYPE_CHECKING:  # what the stubs leave out
        server_extensions: dict[str, bytes]

        def _send_message(self, data: paramiko.Message) -> None: ...
        def _auth_trigger(self) -> None: ...

    def __init__(
        self,
        sock: Any,
        host_key_algorithms: Sequence[str] = HOST_KEY_ALGORITHMS,
        allows: Callable[[str, str], bool] = lambda _kind, _algorithm: True,
    ) -> None:
        """`allows` says whether the configuration lets (`ciphers`, `macs` or `kexalgorithms`; an algorithm)
        be offered. Raises ConfigurationError where it leaves none of a kind."""
        # Windows and packets stay at paramiko's 2 MiB and 32 KiB: larger ones measured slower.
        super().__init__(sock)
        # The kex methods stay paramiko's: post-quantum and curve25519 first, and none with SHA-1 since 5.0.
        options = self.get_security_options()
        options.ciphers = _allowed("Ciphers", CIPHERS, allows)
        options.digests = _allowed("MACs", MACS, allows)
        options.kex = _allowed("KexAlgorithms", tuple(options.kex), allows)
        self._host_key_algorithms = tuple(host_key_algorithms)
        self.farewell = ""
        """The server's words when it disconnected."""
        self.opening = threading.Lock()
        """Held while a channel opens: paramiko has one place for the error of any of them."""

    @property
    def preferred_keys(self) -> tuple[str, ...]:
        """Host key algorithms in our order. paramiko would put every certificate behind every plain key."""
        return self._host_key_algorithms

    def _parse_disconnect(self, m: paramiko.Message) -> None:
        m.get_int()
        self.farewell = " ".join(m.get_string().decode("utf-8", "replace").split())[:200]

    def get_exception(self) -> Exception | None:
        """The error that ended the link; bytes that are no packet are no error of SSH to paramiko."""
        error = super().get_exception()
        if error is None or isinstance(error, paramiko.SSHException | EOFError | OSError):
            return error
        return paramiko.SSHException(f"what came is no SSH packet ({type(error).__name__})")

    def send_now(self, message: paramiko.Message) -> None:
        """Send one message of the login."""
        self._send_message(message)

    def logged_in(self) -> None:
        """The login succeeded; to be called on the transport's thread."""
        self._auth_trigger()
        self.sock.settimeout(_QUIET)

    def shut(self) -> None:
        """Close, and wait for the thread to be gone."""
        with contextlib.suppress(OSError, EOFError):  # it is closed already
            self.sock.shutdown(socket.SHUT_RDWR)
        self.close()
        if self.ident is not None and self is not threading.current_thread():
            self.join(3)
        # A handshake that failed leaves its timer's thread waiting until the timeout.
        self.packetizer.complete_handshake()
        self.sock.close()


def _allowed(keyword: str, names: tuple[str, ...], allows: Callable[[str, str], bool]) -> tuple[str, ...]:
    def kept_by(name: str) -> bool:
        # libssh's name for curve25519-sha256 came first; they are one algorithm.
        return any(allows(keyword.lower(), same) for same in (name, name.removesuffix("@libssh.org")))

    kept = tuple(name for name in names if name in _NEWER or kept_by(name))
    if not kept or set(kept) <= _NEWER:
        raise ConfigurationError(
            f"{keyword} in the SSH configuration leaves no algorithm that this console knows",
            remedy=f"Allow one of {', '.join(names)} for this host.",
        )
    return kept


def handshake(link: SshTransport, where: str, timeout: float) -> None:
    """Exchange keys. Raises AddressError where no SSH server answers, ConnectionFailed for other failures."""
    link.banner_timeout = link.handshake_timeout = timeout + 5  # ours below comes first, and says more
    done = threading.Event()
    link.start_client(event=done)
    deadline = time.monotonic() + timeout
    while link.is_active() and not done.wait(0.05):
        if time.monotonic() > deadline:
            greeted = bool(link.remote_version)
            link.shut()
            what = "did not finish the SSH handshake" if greeted else "did not answer like an SSH server"
            raise AddressError(
                f"{where} {what} within {timeout:g} s", remedy="Check the port, and that its sshd is well."
            )
    if link.is_active() and link.initial_kex_done:
        link.set_keepalive(int(KEEPALIVE))
        return
    error = link.get_exception()
    greeted = bool(link.remote_version)
    link.shut()
    if isinstance(error, IncompatiblePeer):
        raise ConnectionFailed(
            f"{where} and this console share no safe algorithm: {error}",
            remedy="Update the SSH server; CBC ciphers, SHA-1 and MD5 are not offered.",
        )
    if greeted:
        why = link.farewell or str(error or "") or "no reason given"
        raise ConnectionFailed(
            f"{where} closed the connection during the SSH handshake ({why})",
            remedy="The server's log says why (journalctl -u ssh).",
        )
    if error is None or isinstance(error, EOFError) or isinstance(error.__context__, EOFError | OSError):
        silent = error is None or not isinstance(error.__context__, socket.timeout)
        if silent:
            raise AddressError(
                f"{where} closed the connection before an SSH greeting",
                remedy="Check the port; a full or restarting sshd does this too.",
            )
    raise AddressError(f"{where} does not answer like an SSH server", remedy="Check the port.")
