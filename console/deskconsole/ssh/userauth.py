"""The SSH user authentication protocol (RFC 4252, 4256), one request at a time; it decides nothing.

It stands in for paramiko's AuthHandler, which cannot ask whether a key would do before it signs (and so
before a passphrase is asked for), hides the list of methods, and runs the questions on its own thread.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
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

from deskconsole.common.errors import AuthenticationFailed, ConnectionFailed

from .transport import SshTransport

_SERVICE = "ssh-connection"
_ANSWER_TIMEOUT = 30.0
"""Seconds for one answer of the server: PAM stacks with a directory behind them take their time."""
_PERSON_TIMEOUT = 180.0
"""Seconds from what the server said last, or from the answer to a question of its own: it may wait for a
person who opens a link or confirms on a phone, and need not say so (RADIUS)."""
_PERSON_TIMEOUT_MAX = 900.0
"""Seconds for one answer, whatever the server says meanwhile."""
_WAITING_AFTER = 2.0
"""Seconds without an answer after which what the server said is what the login waits for."""
_PROMPTS_MAX = 16
_ROUNDS_MAX = 1000  # a server that waits for a phone may ask nothing once a second
_TEXT_MAX = 4000
"""Characters of one prompt or message that are kept: a menu of a second factor has some hundred."""
_SAID_MAX = 16_000
"""Characters of one login's messages that are kept; what came first goes first."""
_IN_A_SENTENCE = 400
"""Characters of them in the sentence of a login that failed."""
_MESSAGES_MAX = 256
"""Messages of one login that are taken: one each second for as long as a person needs, and no flood."""
# 60 means one of three, by the method in progress.
_MSG_PK_OK = _MSG_PASSWD_CHANGEREQ = MSG_USERAUTH_INFO_REQUEST


class AuthAnswer(NamedTuple):
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


class Round(NamedTuple):
    """Questions that keyboard-interactive asks at once; the server's words."""

    name: str
    instruction: str
    prompts: tuple[Prompt, ...]


OnServerText = Callable[[str, bool], None]
"""Told what the server says (one line or more), and whether the login waits since then."""


class PublicKey(NamedTuple):
    """The part of a key that the server sees."""

    algorithm: str
    blob: bytes


class UserAuth:
    """The dialogue of one link. `link.auth_handler` is this object, so the transport feeds it."""

    def __init__(self, link: SshTransport, user: str, where: str, heard: OnServerText) -> None:
        """`heard` is called on the thread that logs in."""
        self._link = link
        self._user = user
        self._where = where
        self._heard = heard
        self._messages: list[str] = []
        self._answered = 0
        self._said_at: float | None = None
        self._taken = 0
        self._told = 0
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
        kind, _ = self._receive(_ANSWER_TIMEOUT)
        if kind != MSG_SERVICE_ACCEPT:
            raise ConnectionFailed(f"{where} does not offer to log in", remedy="Its log says why.")

    def is_authenticated(self) -> bool:
        return self._authenticated

    def get_username(self) -> str:
        return self._user

    def abort(self) -> None:
        self._inbox.put(None)

    def none(self) -> AuthAnswer:
        """Ask to be let in as one is; the usual way to learn the methods."""
        self._send(self._request("none"))
        return self._verdict()

    def password(self, password: str) -> AuthAnswer:
        request = self._request("password")
        request.add_boolean(False)  # noqa: FBT003
        request.add_string(password)
        self._send(request)
        kind, message = self._receive(_PERSON_TIMEOUT)
        if kind == _MSG_PASSWD_CHANGEREQ:
            said = _one_line(_text(message))
            raise AuthenticationFailed(
                f"the password of {self._subject} has expired and must be changed"
                + (f"; the server says: {said}" if said else ""),
                remedy="Log in there once with ssh and change it.",
            )
        return self._as_verdict(kind, message)

    def query(self, key: PublicKey) -> AuthAnswer:
        """Would this key do? Nothing is signed; a no counts as an attempt on the server, a yes does not."""
        request = self._request("publickey")
        request.add_boolean(False)  # noqa: FBT003
        self._add_key(request, key)
        self._send(request)
        return self._verdict(also_accepted=_MSG_PK_OK)

    def sign(self, key: PublicKey, private: paramiko.PKey) -> AuthAnswer:
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

    def interactive(self, answer: Callable[[Round], list[str]]) -> AuthAnswer:
        """keyboard-interactive: `answer` is called for each round that asks something, on this thread."""
        request = self._request("keyboard-interactive")
        request.add_string("")
        request.add_string("")
        self._send(request)
        patience = _ANSWER_TIMEOUT
        for _ in range(_ROUNDS_MAX):
            kind, message = self._receive(patience)
            if kind != MSG_USERAUTH_INFO_REQUEST:
                return self._as_verdict(kind, message)
            asked = self._round(message)
            answers = []
            if asked.prompts:
                answers = answer(asked)
                patience = _PERSON_TIMEOUT
            else:
                self._hear("\n".join(filter(None, asked[:2])))
            reply = paramiko.Message()
            reply.add_byte(cMSG_USERAUTH_INFO_RESPONSE)
            reply.add_int(len(answers))
            for text in answers:
                reply.add_string(text)
            self._send(reply, goes_on=not answers)
        raise ConnectionFailed(
            f"{self._where} keeps asking: the login was given up",
            remedy="Its sshd or PAM may be set up wrongly.",
        )

    def said(self) -> str:
        """The server's words in one line: those since the last request, else all of this login."""
        return _one_line("\n".join(self._messages[self._answered :] or self._messages))

    def _round(self, message: paramiko.Message) -> Round:
        name, instruction = _text(message), _text(message)
        _text(message)  # a language tag
        count = message.get_int()
        if count > _PROMPTS_MAX:
            raise ConnectionFailed(f"{self._where} asks {count} questions at once", remedy="")
        prompts = tuple(Prompt(_text(message), message.get_boolean()) for _ in range(count))
        return Round(name, instruction, prompts)

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

    def _send(self, message: paramiko.Message, *, goes_on: bool = False) -> None:
        """`goes_on`: what the server said before belongs to what it is asked now."""
        if not goes_on:
            self._answered = len(self._messages)
        try:
            self._link.send_now(message)
        except (EOFError, OSError, paramiko.SSHException) as error:
            raise self._broken() from error

    def _receiver(self, kind: int) -> Callable[[paramiko.Message], None]:
        return lambda message: self._take(kind, message)

    def _take(self, kind: int, message: paramiko.Message) -> None:
        """Called on the transport's thread."""
        if kind == MSG_USERAUTH_BANNER:
            self._taken += 1
            if self._taken > _MESSAGES_MAX:
                return
        if kind == MSG_USERAUTH_SUCCESS:
            self._authenticated = True
            self._link.logged_in()
        self._inbox.put((kind, message))

    def _receive(self, patience: float) -> tuple[int, paramiko.Message]:
        """The next answer; what the server says before it is heard. `patience`: seconds."""
        begun = time.monotonic()
        told_at: float | None = None
        while True:
            try:
                item = self._inbox.get(timeout=0.1)
            except queue.Empty:
                if not self._link.is_active():
                    raise self._broken() from None
                now = time.monotonic()
                said_at = self._said_at if self._said_at is not None else begun
                if now > min(max(begun + patience, said_at + _PERSON_TIMEOUT), begun + _PERSON_TIMEOUT_MAX):
                    raise self._silent(now - begun) from None
                fresh = self._messages[self._answered :]
                if fresh and told_at != said_at and now - said_at > _WAITING_AFTER:
                    told_at = said_at
                    self._heard("\n".join(fresh), True)  # noqa: FBT003
                continue
            if item is None:
                raise self._broken()
            kind, message = item
            if kind != MSG_USERAUTH_BANNER:
                return item
            self._hear(_text(message))

    def _hear(self, text: str) -> None:
        text = text.strip()
        self._told += 1
        if not text or self._told > _MESSAGES_MAX:
            return
        self._messages.append(text)
        while sum(map(len, self._messages)) > _SAID_MAX:
            del self._messages[0]
            self._answered = max(0, self._answered - 1)
        self._said_at = time.monotonic()
        self._heard(text, False)  # noqa: FBT003

    def _verdict(self, also_accepted: int | None = None) -> AuthAnswer:
        kind, message = self._receive(_ANSWER_TIMEOUT)
        return AuthAnswer(accepted=True) if kind == also_accepted else self._as_verdict(kind, message)

    def _as_verdict(self, kind: int, message: paramiko.Message) -> AuthAnswer:
        if kind == MSG_USERAUTH_SUCCESS:
            return AuthAnswer(accepted=True)
        if kind == MSG_USERAUTH_FAILURE:
            methods = tuple(_text(message).split(","))
            return AuthAnswer(accepted=False, partial=message.get_boolean(), methods=methods)
        raise ConnectionFailed(
            f"{self._where} broke the rules of the login (message {kind})", remedy="Update its SSH server."
        )

    def _silent(self, seconds: float) -> ConnectionFailed:
        said = self.said()
        if said:
            return AuthenticationFailed(
                f"{self._subject} was not let in within {seconds:.0f} s; the server says: {said}",
                remedy="Do what the server asks for, then connect again.",
            )
        return ConnectionFailed(
            f"{self._where} did not answer the login within {seconds:.0f} s",
            remedy="The host may hang, or its user directory (LDAP, AD) be out of reach: try again.",
        )

    @property
    def _subject(self) -> str:
        return f"{self._user}@{self._where}"

    def _broken(self) -> ConnectionFailed:
        said = self._link.farewell
        if "too many authentication failures" in said.lower():
            return AuthenticationFailed(
                f"{self._where} ended the login after too many attempts",
                remedy="Too many keys were offered before the right one: name the key for this host, and set "
                "`IdentitiesOnly yes` for it in the SSH configuration.",
            )
        why = f" ({said})" if said else ""
        told = self.said()
        if self._messages[self._answered :]:
            # PAM says why an account is closed as its answer to the login, and sshd then hangs up.
            return AuthenticationFailed(
                f"{self._subject} was not let in{why}; the server says: {told}",
                remedy="The server refuses this account for now: its administrator can tell more.",
            )
        told = f"; before that it said: {told}" if told else ""
        return ConnectionFailed(
            f"{self._where} closed the connection during the login{why}{told}",
            remedy="The server's log says why.",
        )


def _text(message: paramiko.Message) -> str:
    """The next text of a message, bounded; servers send what is no UTF-8."""
    return message.get_string().decode("utf-8", "replace")[:_TEXT_MAX]


def _one_line(text: str) -> str:
    """A server's words as part of a sentence."""
    words = " ".join(text.split())
    return words if len(words) <= _IN_A_SENTENCE else words[: _IN_A_SENTENCE - 1] + "…"
