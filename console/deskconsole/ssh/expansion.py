"""The tokens, variables and `~` that ssh_config allows in its values; `ssh -G` prints most as they stand."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deskconsole.common.errors import ConfigurationError

_VARIABLE = re.compile(r"\$\{(\w+)\}")

_PROGRAM_DATA = "__PROGRAMDATA__"
"""How Windows' ssh writes the machine's folder, in its configuration and in what `ssh -G` prints."""


def home() -> Path:
    """The home that ssh means by `~`: the password database's, whatever HOME says."""
    if sys.platform != "win32":
        import pwd

        try:
            return Path(pwd.getpwuid(os.getuid()).pw_dir)
        except KeyError:  # a container's user may have no entry
            pass
    return Path.home()


def _user_number() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else ""


def local_user() -> str:
    """The user that runs the console, by the password database as for ssh."""
    if sys.platform != "win32":
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return str(os.getuid())
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "user"


def tilde(text: str) -> Path:
    """A path with `~` and `~user` as ssh reads them, and with the machine's folder of Windows."""
    if text.startswith(_PROGRAM_DATA) and "PROGRAMDATA" in os.environ:
        return Path(os.environ["PROGRAMDATA"] + text.removeprefix(_PROGRAM_DATA))
    if text == "~" or text.startswith("~/"):
        return home() / text[2:]
    try:
        return Path(text).expanduser()
    except RuntimeError:  # no such user: the file is then simply not there
        return Path(text)


def known_hosts_paths(text: str) -> tuple[Path, ...]:
    """The files of known hosts that `ssh -G` printed, with blanks between them and without quotes.

    It has filled in their tokens already (OpenSSH 9.2): a percent sign is one. A path may have blanks
    itself: the longest run of words that is a file is one.
    """
    words = text.split(" ")
    found = []
    at = 0
    while at < len(words):
        ends = range(len(words), at, -1)
        end = next((e for e in ends if tilde(" ".join(words[at:e])).exists()), at + 1)
        if words[at:end] not in ([""], ["none"]):
            found.append(tilde(" ".join(words[at:end])))
        at = end
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Expansion:
    """The values of the tokens of one target."""

    label: str
    tokens: Mapping[str, str]

    @classmethod
    def of(
        cls, label: str, *, host: str, original: str, port: str, user: str, alias: str, jump: str
    ) -> Expansion:
        """`original` is the address as the user wrote it; `jump` and `alias` may be empty."""
        local = socket.gethostname()
        connection = hashlib.sha1(
            f"{local}{host}{port}{user}{jump}".encode(), usedforsecurity=False
        ).hexdigest()
        return cls(
            label,
            {
                "%": "%",
                "C": connection,
                "d": str(home()),
                "h": host,
                "i": _user_number(),
                "j": jump,
                "k": alias or original,
                "L": local.partition(".")[0],
                "l": local,
                "n": original,
                "p": port,
                "r": user,
                "u": local_user(),
            },
        )

    def fill(self, keyword: str, text: str, *, variables: bool = True) -> str:
        """The text with its tokens and `${VARIABLES}` filled in.

        Raises ConfigurationError for an unknown token and for a variable that is not set, as ssh does.
        """

        def token(match: re.Match[str]) -> str:
            if match[1] not in self.tokens:
                raise ConfigurationError(
                    f"{keyword} of {self.label} has the token {match[0]}, which is not known: {text}",
                    remedy="Write %% for a percent sign; ssh_config(5) lists the tokens.",
                )
            return self.tokens[match[1]]

        def variable(match: re.Match[str]) -> str:
            if match[1] not in os.environ:
                raise ConfigurationError(
                    f"{keyword} of {self.label} needs the environment variable {match[1]}, which is not set",
                    remedy=f"Set {match[1]}, or write the value itself into the SSH configuration.",
                )
            return os.environ[match[1]]

        filled = re.sub(r"%(.?)", token, text, flags=re.DOTALL)
        return _VARIABLE.sub(variable, filled) if variables else filled

    def path(self, keyword: str, text: str) -> Path:
        """A file's path: `~`, then tokens and variables."""
        return tilde(self.fill(keyword, text))
