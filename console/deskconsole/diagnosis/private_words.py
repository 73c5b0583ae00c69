"""Replaces what tells whose host it is: names, addresses, users, keys, folders of people."""

from __future__ import annotations

import contextlib
import getpass
import re
import socket
from collections.abc import Iterable
from pathlib import Path

from deskconsole.bootstrap.facts import HostFacts
from deskconsole.common.errors import DeskconsoleError
from deskconsole.inventory.host import Host
from deskconsole.ssh.ssh_config import resolve

_PATTERNS = (
    (r"SHA256:[A-Za-z0-9+/=]+", "<key>"),
    (r"S-1-(?:5-21|12-1)-[0-9-]+", "<SID>"),
    (r"[A-Za-z]:[\\/]+(?:Users|Documents and Settings)[\\/]+[^\\/\r\n;]+", "<profile>"),
    (r"/(?:home|Users)/[^/\s]+", "<profile>"),
    (r"\\\\[^\\\s]+\\[^\\\s]+", "<share>"),
    (r"[^\s@]+@[^\s@]+", "<account>"),
    (r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", "<address>"),
    (r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%\w+)?(?![\w:])", "<address>"),
)
"""Kinds of words that tell it whatever they say; others are known from the host's settings and facts."""

_LOCAL = {"localhost", "127.0.0.1", "::1", "nt authority", "system"}
"""Words that are the same everywhere."""


class PrivateWords:
    """The words of one host that a report does not tell."""

    def __init__(self, host: Host, ssh_config: Path | None = None) -> None:
        self._words: dict[str, str] = {}
        self._learn("<console>", (socket.gethostname(), getpass.getuser(), str(Path.home())))
        self._learn("<host>", (host.name, host.target))
        with contextlib.suppress(DeskconsoleError):
            target = resolve(
                host.target, port=host.port, user=host.user, jump=host.jump, ssh_config=ssh_config
            )
            self._learn("<host>", (target.address, target.key_alias))
            self._learn("<user>", _account(target.user))
            self._learn("<file>", [word for path in target.identity_files for word in (str(path), path.name)])
            self._learn("<command>", (target.proxy_command,))
            self._learn_jumps(target.jump, ssh_config)
        self._learn("<user>", _account(host.user or ""))
        self._learn("<file>", (host.identity_file or "",))

    def _learn_jumps(self, jump: str, ssh_config: Path | None) -> None:
        for hop in filter(None, jump.split(",")):
            self._learn("<jump host>", (hop, *re.split(r"[@:\[\]]+", hop)))
            with contextlib.suppress(DeskconsoleError):
                target = resolve(re.sub(r"^.*@|:\d+$", "", hop), ssh_config=ssh_config)
                self._learn("<jump host>", (target.address,))
                self._learn("<user>", _account(target.user))

    def learn(self, facts: HostFacts) -> None:
        """Adds what the host says of its people."""
        self._learn("<profile>", (facts.home, facts.home.replace("\\", "/"), facts.root))
        self._learn("<user>", _account(facts.user))
        self._learn("<user>", _account(re.split(r"[\\/]", facts.home)[-1]))
        self._learn("<SID>", (facts.sid,))
        for session in facts.sessions:
            self._learn("<user>", _account(session.user))
            self._learn("<SID>", (session.sid,))
        for display in facts.displays:
            self._learn("<user>", (display.user, display.authority))

    def _learn(self, placeholder: str, words: Iterable[str]) -> None:
        for word in (one.strip().casefold() for one in words):
            if word and word not in _LOCAL and not word.isdecimal():
                self._words.setdefault(word, placeholder)

    def hidden(self, text: str) -> str:
        """The text with placeholders in the place of such words."""
        known = sorted(self._words, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, known))
        text = re.sub(
            rf"(?<!\w)(?:{alternatives})(?!\w)",
            lambda found: self._words.get(found[0].casefold(), "<name>"),
            text,
            flags=re.IGNORECASE,
        )
        for pattern, placeholder in _PATTERNS:
            text = re.sub(pattern, placeholder, text, flags=re.IGNORECASE)
        return text


def _account(user: str) -> tuple[str, ...]:
    r"""The account, and both sides of `DOMAIN\user` or `user@domain`."""
    return (user, *re.split(r"[\\@]", user))
