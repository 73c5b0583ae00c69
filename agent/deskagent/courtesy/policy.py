"""The policy of the host's owner: a file that only root or an administrator can have written.

It binds this agent, not the account: who can log in can run another program.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

_LONGEST: Final = 64 * 1024
"""Bytes of a policy that are read."""

_MOST_WORDS: Final = 500
"""Characters that are said of mistakes; a text on the wire has at most 1,024."""

_TRUSTED_OWNERS: Final = (
    "S-1-5-18",  # SYSTEM
    "S-1-5-32-544",  # Administrators
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",  # TrustedInstaller
)
_ROOT = 0
_SE_FILE_OBJECT: Final = 1
_OWNER: Final = 1


class PolicyRule(StrEnum):
    """What the policy says of seeing or of acting, from lenient to strict."""

    ALLOW = "allow"
    ASK = "ask"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the host's owner demands; where it says nothing, the console's own settings hold."""

    control: PolicyRule = PolicyRule.ALLOW
    see: PolicyRule = PolicyRule.ALLOW
    clip: bool = True
    sign_always: bool = False
    mistake: str = ""
    """What is wrong with the file, in one sentence; each value that is wrong counts as the strictest."""


_STRICTEST: Final[Mapping[str, Any]] = {
    "control": PolicyRule.NEVER,
    "see": PolicyRule.ASK,
    "clip": False,
    "sign": "always",
}
_ALLOWED: Final[Mapping[str, tuple[Any, ...]]] = {
    "control": tuple(PolicyRule),
    "see": (PolicyRule.ALLOW, PolicyRule.ASK),
    "clip": (True, False),
    "sign": ("always", "default"),
}


def policy_path() -> Path:
    """The place of the policy on this system."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "deskconsole", "policy.toml")
    return Path("/etc/deskconsole.toml")


def read_policy(path: Path | None = None) -> Policy:
    """The policy as it is now. A file that any user could have written is passed over; one that cannot be
    read, or has a mistake, is read as the strictest that it can mean."""
    path = policy_path() if path is None else path
    try:
        with path.open("rb") as file:
            if not _is_owners(path, file.fileno()):
                return Policy()
            data = file.read(_LONGEST)
    except FileNotFoundError:
        return Policy()
    except OSError as error:
        return parse_policy(_STRICTEST, f"{path} cannot be read: {error.strerror or error}")
    try:
        return parse_policy(tomllib.loads(data.decode("utf-8")), where=str(path))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return parse_policy(_STRICTEST, f"{path} is no TOML: {error}")


def parse_policy(values: Mapping[str, Any], mistake: str = "", where: str = "the policy") -> Policy:
    """The policy that these values of the file mean."""
    mistakes = [mistake] if mistake else []
    unknown = sorted(set(values) - set(_ALLOWED))
    if unknown:
        # It may be a rule with a slip of the pen: nobody can say which.
        mistakes.append(f"{where} has {', '.join(map(ascii, unknown))}, which is no rule")
    read = {}
    for name, allowed in _ALLOWED.items():
        value = _STRICTEST[name] if unknown else values.get(name, allowed[0] if name != "sign" else "default")
        if type(value) not in {str, bool, PolicyRule} or value not in allowed:
            mistakes.append(f"{where} has {name} = {str(value)[:40]!a}")
            value = _STRICTEST[name]
        read[name] = value
    return Policy(
        control=PolicyRule(read["control"]),
        see=PolicyRule(read["see"]),
        clip=read["clip"],
        sign_always=read["sign"] == "always",
        mistake="; ".join(mistakes)[:_MOST_WORDS],
    )


def _is_owners(path: Path, descriptor: int) -> bool:
    """True if only root, or an administrator, can have written the open file."""
    if sys.platform == "win32":
        return _windows_owner(path) in _TRUSTED_OWNERS
    status = os.fstat(descriptor)
    return status.st_uid == _ROOT and not status.st_mode & 0o022


def _windows_owner(path: Path) -> str:
    """The SID of a file's owner as text; raises OSError."""
    from deskwin32.calls import windows

    owner, descriptor, text = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    windows("GetNamedSecurityInfoW")(
        str(path), _SE_FILE_OBJECT, _OWNER, ctypes.byref(owner), None, None, None, ctypes.byref(descriptor)
    )
    try:
        windows("ConvertSidToStringSidW")(owner, ctypes.byref(text))
        try:
            return ctypes.wstring_at(text.value or 0)
        finally:
            windows("LocalFree")(text)
    finally:
        windows("LocalFree")(descriptor)
