"""The SSH user authentication protocol (RFC 4252, 4256), one request at a time; it decides nothing.

It stands in for paramiko's AuthHandler, which cannot ask whether a key would do before it signs (and so
before a passphrase is asked for), hides the list of methods, and runs the questions on its own thread.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import paramiko
from paramiko.common import (
    MSG_SERVICE_ACCEPT,
    MSG_USERAUTH_BANNER,
    MSG_USERAUTH_FAILURE,
    MSG_USERAUTH_INFO_REQUEST,
    MSG_USERAUTH_SUCCESS,
    cMSG_SERVICE_REQUEST,
    cMSG_USERAUTH_INFO_RESPONSE,
    cMSG_USERAUTH_REQUEST,
)

from deskconsole.errors import AuthenticationFailed, ConnectionFailed
from deskconsole.ssh.transport import Link

_SERVICE = "ssh-connection"
_ANSWER_TIMEOUT = 30.0  # PAM stacks with a directory behind them take their time
_PROMPTS_MAX = 16
_MSG_PK_OK = MSG_USERAUTH_INFO_REQUEST  # 60 means either, by the method in progress


class Verdict(NamedTuple):
    """The server's answer to one request."""

    accepted: bool
    """True: logged in, or for a query: this key would do."""
    partial: bool = False
    """The method was accepted and another one is wanted as well."""
    methods: tuple[str, ...] = ()
    """Which methods can continue."""


class Prompt(NamedTuple):
    """One question of keyboard-interactive; the server's words."""

    text: str
    echo: bool


class PublicKey(NamedTuple):
    """What the server is shown of a key."""

    algorithm: str
    blob: bytes


class UserAuth:
    """The dialogue of one link. `link.auth_handler` is this object, so the transport feeds it."""

    def __init__(self, link: Link, user: str, where: str) -> None:
        self._link = link
        self._user = user
        self._where = where
        self._authenticated = False
        self._inbox: queue.SimpleQueue[tuple[int, paramiko.Message] | None] = queue.SimpleQueue()
        # The names below are what paramiko's Transport expects of an auth handler.
        self.banner = None
        self._handler_table = {
            kind: self._receiver(kind)
            for kind in (
                MSG_SERVICE_ACCEPT,
                MSG_USERAUTH_SUCCESS,
                MSG_USERAUTH_FAILURE,
                MSG_USERAUTH_BANNER,
                MSG_USERAUTH_INFO_REQUEST,
            )
        }
        link.auth_handler = self  # type: ignore[assignment]
        request = paramiko.Message()
        request.add_byte(cMSG_SERVICE_REQUEST)
        request.add_string("ssh-userauth")
        self._send(request)
        kind, _ = self._receive()
        if kind != MSG_SERVICE_ACCEPT:
            raise ConnectionFailed(f"{where} does not offer to log in", remedy="Its log says why.")

    def is_authenticated(self) -> bool:
        return self._authenticated

    def get_username(self) -> str:
        return self._user

    def abort(self) -> None:
        self._inbox.put(None)

    def none(self) -> Verdict:
        """Ask to be let in as one is; the usual way to learn the methods."""
        self._send(self._request("none"))
        return self._verdict()

    def password(self, password: str) -> Verdict:
        request = self._request("password")
        request.add_boolean(False)  # noqa: FBT003
        request.add_string(password)
        self._send(request)
        return self._verdict()

    def query(self, key: PublicKey) -> Verdict:
        """Would this key do? Nothing is signed; a no counts as an attempt on the server, a yes does not."""
        request = self._request("publickey")
        request.add_boolean(False)  # noqa: FBT003
        self._add_key(request, key)
        self._send(request)
        return self._verdict(also_accepted=_MSG_PK_OK)

    def sign(self, key: PublicKey, private: paramiko.PKey) -> Verdict:
        """Log in with a key. Raises paramiko.SSHException where the key cannot sign (an agent said no)."""
        request = self._request("publickey")
        request.add_boolean(True)  # noqa: FBT003
        algorithm = self._add_key(request, key)
        signed = paramiko.Message()
        signed.add_string(self._link.session_id or b"")
        signed.add_bytes(request.asbytes())
        request.add_string(private.sign_ssh_data(signed.asbytes(), algorithm))
        self._send(request)
        return self._verdict()

    def interactive(self, answer: Callable[[str, Sequence[Prompt]], list[str]]) -> Verdict:
        """keyboard-interactive: `answer(instructions, prompts)` is called for each round, on this thread."""
        request = self._request("keyboard-interactive")
        request.add_string("")
        request.add_string("")
        self._send(request)
        while True:
            kind, message = self._receive()
            if kind != MSG_USERAUTH_INFO_REQUEST:
                return self._as_verdict(kind, message)
            title, instructions = message.get_text(), message.get_text()
            message.get_text()  # a language tag
            count = message.get_int()
            if count > _PROMPTS_MAX:
                raise ConnectionFailed(f"{self._where} asks {count} questions at once", remedy="")
            prompts = [Prompt(message.get_text(), message.get_boolean()) for _ in range(count)]
            answers = answer(instructions or title, prompts) if prompts else []
            reply = paramiko.Message()
            reply.add_byte(cMSG_USERAUTH_INFO_RESPONSE)
            reply.add_int(len(answers))
            for text in answers:
                reply.add_string(text)
            self._send(reply)

    def _request(self, method: str) -> paramiko.Message:
        request = paramiko.Message()
        request.add_byte(cMSG_USERAUTH_REQUEST)
        request.add_string(self._user)
        request.add_string(_SERVICE)
        request.add_string(method)
        return request

    def _add_key(self, request: paramiko.Message, key: PublicKey) -> str:
        algorithm = key.algorithm
        if algorithm.startswith("ssh-rsa"):
            # ssh-rsa names the key; the signature is SHA-2 or nothing.
            told = self._link.server_extensions.get("server-sig-algs", b"")
            understood = (told.decode(errors="replace") if isinstance(told, bytes) else told).split(",")
            sha256_only = "rsa-sha2-256" in understood and "rsa-sha2-512" not in understood
            algorithm = algorithm.replace("ssh-rsa", "rsa-sha2-256" if sha256_only else "rsa-sha2-512")
        request.add_string(algorithm)
        request.add_string(key.blob)
        return algorithm

    def _send(self, message: paramiko.Message) -> None:
        try:
            self._link.send_now(message)
        except (EOFError, OSError, paramiko.SSHException) as error:
            raise self._broken() from error

    def _receiver(self, kind: int) -> Callable[[paramiko.Message], None]:
        if kind == MSG_USERAUTH_BANNER:
            return lambda _message: None  # a greeting for people; nothing here is decided by it
        return lambda message: self._take(kind, message)

    def _take(self, kind: int, message: paramiko.Message) -> None:
        if kind == MSG_USERAUTH_SUCCESS:
            self._authenticated = True
            self._link.logged_in()
        self._inbox.put((kind, message))

    def _receive(self) -> tuple[int, paramiko.Message]:
        deadline = time.monotonic() + _ANSWER_TIMEOUT
        while True:
            try:
                item = self._inbox.get(timeout=0.1)
            except queue.Empty:
                if not self._link.is_active():
                    raise self._broken() from None
                if time.monotonic() > deadline:
                    raise ConnectionFailed(
                        f"{self._where} did not answer the login within {_ANSWER_TIMEOUT:g} s",
                        remedy="The host may hang or its user directory be away: try again.",
                    ) from None
                continue
            if item is None:
                raise self._broken()
            return item

    def _verdict(self, also_accepted: int | None = None) -> Verdict:
        kind, message = self._receive()
        return Verdict(accepted=True) if kind == also_accepted else self._as_verdict(kind, message)

    def _as_verdict(self, kind: int, message: paramiko.Message) -> Verdict:
        if kind == MSG_USERAUTH_SUCCESS:
            return Verdict(accepted=True)
        if kind == MSG_USERAUTH_FAILURE:
            methods = tuple(message.get_list())
            return Verdict(accepted=False, partial=message.get_boolean(), methods=methods)
        raise ConnectionFailed(
            f"{self._where} broke the rules of the login (message {kind})", remedy="Update its SSH server."
        )

    def _broken(self) -> ConnectionFailed:
        said = self._link.farewell
        if "too many authentication failures" in said.lower():
            return AuthenticationFailed(
                f"{self._where} ended the login after too many attempts",
                remedy="Too many keys were offered before the right one: name the key for this host, and set "
                "`IdentitiesOnly yes` for it in the SSH configuration.",
            )
        why = f" ({said})" if said else ""
        return ConnectionFailed(
            f"{self._where} closed the connection during the login{why}", remedy="The server's log says why."
        )
