"""Replaces what tells whose host it is: names, addresses, users, keys, tokens, folders of people."""

from __future__ import annotations

import contextlib
import getpass
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from deskconsole.bootstrap.facts import HostFacts
from deskconsole.common.errors import DeskconsoleError
from deskconsole.inventory.destination import parse_destination
from deskconsole.inventory.host import Host
from deskconsole.ssh.ssh_config import resolve

_PATTERNS = (
    (r"(?:(?<=the server says: )|(?<=before that it said: ))(?s:.+)", "<words>"),
    (r"SHA256:[A-Za-z0-9+/=]+|MD5(?::[0-9a-f]{2}){16}|AAAA[A-Za-z0-9+/=]{20,}", "<key>"),
    (r"(?<!\w)[0-9a-f]{32,}(?!\w)", "<token>"),
    (r"S-1-(?:5-21|12-1)-[0-9-]+", "<SID>"),
    (r"/?(?<!\w)[A-Za-z]:[\\/]+[^:*?\"<>|\r\n]*?(?=[\\/]+AppData(?!\w))", "<profile>"),
    (r"/?(?<!\w)[A-Za-z]:[\\/]+(?:Users|Documents and Settings)[\\/]+[^\\/\r\n;]+", "<profile>"),
    (r"/(?:home|Users)/[^/\s]+", "<profile>"),
    # Keys are named after people and houses; without an ssh program the configuration does not tell which.
    (r"(?<=\.ssh[\\/])(?!known_hosts|authorized_keys|config)[^\s\\/;:,'\"]+", "<file>"),
    (r"\\\\[^\\\s]+(?:\\+[^\\\s]+)+", "<share>"),
    (r"[^\s@]+@[^\s@]+", "<account>"),
    (r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)", "<address>"),
    (r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%\w+)?(?![\w:])", "<address>"),
)
"""Kinds of words that tell it whatever they say; others are known from the host's settings and facts."""

_SLASHES = re.compile(r"[\\/]+")

_LOCAL = {"localhost", "127.0.0.1", "::1", "nt authority", "system"}
"""Words that are the same everywhere."""

_NUMBER_MIN = 3
"""Digits from which a number may be a person's: in schools and offices it often is the user's name. Shorter
ones stay, or no figure of the report could be read."""

_LABEL_MIN = 3
"""Letters of a domain's part that may name a house; shorter ones are words such as `ad` and `co`."""


class PrivateWords:
    """The words of one host that a report does not tell."""

    def __init__(self, host: Host, ssh_config: Path | None = None, folders: Iterable[Path] = ()) -> None:
        """`folders` are the console's own, which may be anywhere."""
        self._words: dict[str, str] = {}
        self._learn("<console>", _names(socket.gethostname()))
        with contextlib.suppress(OSError, KeyError, ImportError):  # the system may not list this user
            self._learn("<console>", (getpass.getuser(),))
        with contextlib.suppress(RuntimeError):
            self._learn("<console>", (str(Path.home()),))
        self._learn("<host>", (host.name, *_names(host.target)))
        with contextlib.suppress(DeskconsoleError):
            target = resolve(
                host.target, port=host.port, user=host.user, jump=host.jump, ssh_config=ssh_config
            )
            self._learn("<host>", (*_names(target.address), *_names(target.key_alias)))
            self._learn("<user>", _account(target.user))
            self._learn("<file>", [word for path in target.identity_files for word in (str(path), path.name)])
            paths = (*target.certificate_files, *target.revoked_host_keys, *target.known_hosts)
            self._learn("<file>", map(str, paths))
            self._learn("<command>", (target.proxy_command,))
            self._learn_jumps(target.jump, ssh_config)
        self._learn("<user>", _account(host.user or ""))
        self._learn("<host>", _names((host.x_display or "").rpartition(":")[0]))
        self._learn("<file>", (host.identity_file or "", host.x_authority or "", host.folder or ""))
        self._learn("<file>", map(str, folders))

    def _learn_jumps(self, jump: str, ssh_config: Path | None) -> None:
        for hop in filter(None, jump.split(",")):
            self._learn("<jump host>", (hop,))
            with contextlib.suppress(DeskconsoleError):
                place = parse_destination(hop)
                self._learn("<jump host>", _names(place.address))
                self._learn("<user>", _account(place.user or ""))
                target = resolve(place.address, ssh_config=ssh_config)
                self._learn("<jump host>", _names(target.address))
                self._learn("<user>", _account(target.user))

    def learn(self, facts: HostFacts) -> None:
        """Adds what the host says of its people."""
        self._learn("<profile>", (facts.home, facts.root))
        self._learn("<user>", _account(facts.user))
        self._learn("<user>", _account(_SLASHES.split(facts.home)[-1]))
        self._learn("<SID>", (facts.sid,))
        for session in facts.sessions:
            self._learn("<user>", _account(session.user))
            self._learn("<SID>", (session.sid,))
        for display in facts.displays:
            self._learn("<user>", (*_account(display.user), display.authority))

    def _learn(self, placeholder: str, words: Iterable[str]) -> None:
        for word in (unicodedata.normalize("NFC", one.strip()) for one in words):
            number_of_nobody = word.isdecimal() and len(word) < _NUMBER_MIN
            if word.strip("/\\") and word.casefold() not in _LOCAL and not number_of_nobody:
                self._words.setdefault(word, placeholder)

    def hidden(self, text: str) -> str:
        """The text with placeholders in the place of such words."""
        # Paths go first, then the kinds: a word may be a part of them, and what is left of a path is private.
        known = sorted(self._words.items(), key=lambda item: -len(item[0]))
        paths = [(_any_slashes(word), shown) for word, shown in known if _SLASHES.search(word)]
        names = [(_name(word), shown) for word, shown in known if not _SLASHES.search(word)]
        kinds = [*paths, *_PATTERNS, *names]
        pattern = "|".join(f"(?P<kind{number}>{regex})" for number, (regex, _) in enumerate(kinds))

        def placeholder(found: re.Match[str]) -> str:
            return kinds[int((found.lastgroup or "").removeprefix("kind"))][1]

        return re.sub(pattern, placeholder, unicodedata.normalize("NFC", text), flags=re.IGNORECASE)


def _whole(regex: str) -> str:
    """A pattern of that and of no part of a longer word."""
    return rf"(?<!\w){regex}(?!\w)"


def _name(word: str) -> str:
    """A pattern of a name, and of all names of a domain."""
    return _whole((r"(?:[\w-]+\.)*" if "." in word else "") + re.escape(word))


def _any_slashes(word: str) -> str:
    """A pattern of a path or account, however many slashes of either kind it is written with."""
    parts = [re.escape(part) for part in _SLASHES.split(word)]
    return _whole(r"[\\/]+".join(parts))


def _account(user: str) -> tuple[str, ...]:
    r"""The account, and both sides of `DOMAIN\user` or `user@domain`."""
    return (user, *re.split(r"[\\@]", user))


def _names(host: str) -> Iterator[str]:
    """A host's name, its domain, and the parts of both that may stand alone; an address as it is."""
    yield host
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host.partition("%")[0])
        return
    name, *domain = host.rstrip(".").split(".")
    yield name
    if len(domain) > 1:
        yield ".".join(domain)
        yield from (label for label in domain[:-1] if len(label) >= _LABEL_MIN)
