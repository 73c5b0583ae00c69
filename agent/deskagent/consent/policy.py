"""The policy of the host's owner: a file that only root or an administrator can have written.

It binds this agent, not the user: who can log in can run another program.
"""

from __future__ import annotations

import ctypes
import os
import re
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

_TRUSTED: Final = (
    "SY",
    "BA",
    "LA",  # the account Administrator
    "DA",  # the administrators of the domain
    "EA",
    "OW",  # the owner, who is judged separately
    "S-1-5-18",  # SYSTEM
    "S-1-5-32-544",  # Administrators
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",  # TrustedInstaller
)
_ROOT = 0
_SE_FILE_OBJECT: Final = 1
_REVISION: Final = 1
_OWNER_AND_DACL: Final = 1 | 4

_RIGHTS: Final[Mapping[str, int]] = {
    **{name: 1 << bit for bit, name in enumerate(("CC", "DC", "LC", "SW", "RP", "WP", "DT", "LO", "CR"))},
    "SD": 0x1_0000,
    "RC": 0x2_0000,
    "WD": 0x4_0000,
    "WO": 0x8_0000,
    "FA": 0x1F_01FF,
    "FR": 0x12_0089,
    "FW": 0x12_0116,
    "FX": 0x12_00A0,
    "GA": 0x1000_0000,
    "GX": 0x2000_0000,
    "GW": 0x4000_0000,
    "GR": 0x8000_0000,
}
"""The rights as the text of a security descriptor writes them."""

_REPLACES: Final = 0x1000_0000 | 0xD_0000
"""Rights: all, or to delete a file, to change its rights or its owner."""
_CHANGES_FILE: Final = _REPLACES | 0x4000_0000 | 0x6
"""Also: to write the file, or to append to it."""
_CHANGES_FOLDER: Final = _REPLACES | 0x40
"""Also: to delete what is in it. Any user may make further files there: their owner tells them apart."""


class PolicyRule(StrEnum):
    """The policy's verdict on seeing or on acting, from lenient to strict."""

    ALLOW = "allow"
    ASK = "ask"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Policy:
    """The demands of the host's owner; where there is none, the console's own settings hold."""

    control: PolicyRule = PolicyRule.ALLOW
    see: PolicyRule = PolicyRule.ALLOW
    clip: bool = True
    sign_always: bool = False
    mistake: str = ""
    """The mistake in the file, in one sentence; each value that is wrong counts as the strictest."""


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


_OWNERS: Final = "administrators" if sys.platform == "win32" else "root"


def policy_path() -> Path:
    """The place of the policy on this system."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "deskconsole", "policy.toml")
    return Path("/etc/deskconsole.toml")


def read_policy(path: Path | None = None) -> Policy:
    """The policy as it is now. A file that any user could have written is passed over, and its `mistake` says
    so; one that cannot be read, or has a mistake, is read as the strictest that it can mean."""
    path = policy_path() if path is None else path
    try:
        with path.open("rb") as file:
            if not _is_owners(path, file.fileno()):
                mistake = f"{path} is passed over: users other than {_OWNERS} can change it or its folder"
                return Policy(mistake=mistake[:_MOST_WORDS])
            data = file.read(_LONGEST + 1)
    except FileNotFoundError:
        return Policy()
    except OSError as error:
        return parse_policy(_STRICTEST, f"{path} cannot be read: {error.strerror or error}")
    if len(data) > _LONGEST:
        return parse_policy(_STRICTEST, f"{path} has more than {_LONGEST} bytes")
    try:
        return parse_policy(tomllib.loads(data.decode("utf-8-sig")), where=str(path))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return parse_policy(_STRICTEST, f"{path} is no TOML: {error}")


def parse_policy(values: Mapping[str, Any], mistake: str = "", where: str = "the policy") -> Policy:
    """The policy that these values of the file mean."""
    mistakes = [mistake] if mistake else []
    unknown = sorted(set(values) - set(_ALLOWED))
    if unknown:
        # An unknown name may be a misspelt rule, and there is no telling which.
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
    """True if only root, or an administrator, can have written the open file, or put it into its folder."""
    if sys.platform == "win32":
        return is_trusted(_windows_security(path)) and is_trusted(
            _windows_security(path.parent), changes=_CHANGES_FOLDER
        )
    return all(
        status.st_uid == _ROOT and not status.st_mode & 0o022
        for status in (os.fstat(descriptor), path.resolve().parent.stat())
    )


def is_trusted(security: str, changes: int = _CHANGES_FILE) -> bool:
    """True if none but administrators own or can change what has this security descriptor, given as text."""
    found = re.match(r"O:(S-[\d-]+|[A-Z]{2})(?:G:(?:S-[\d-]+|[A-Z]{2}))?D:[A-Z]*((?:\([^)]*\))*)$", security)
    if found is None or found[1] not in _TRUSTED:
        return False
    for entry in re.findall(r"\(([^)]*)\)", found[2]):
        kind, flags, rights, _, _, who = entry.split(";")[:6]
        inherited_only = "IO" in re.findall("..", flags)
        if kind in {"D", "OD", "XD"} or inherited_only or who in _TRUSTED:
            continue
        if _mask(rights) & changes:
            return False
    return True


def _mask(rights: str) -> int:
    """The bits of rights given as text; all where one is not known."""
    if rights.startswith("0x"):
        return int(rights, 16)
    mask = 0
    for name in re.findall("..", rights):
        mask |= _RIGHTS.get(name, -1)
    return mask


def _windows_security(path: Path) -> str:
    """The owner and the rights of a file or folder as text; raises OSError."""
    from deskwin32.calls import windows

    descriptor, text = ctypes.c_void_p(), ctypes.c_void_p()
    windows("GetNamedSecurityInfoW")(
        str(path), _SE_FILE_OBJECT, _OWNER_AND_DACL, None, None, None, None, ctypes.byref(descriptor)
    )
    try:
        windows("ConvertSecurityDescriptorToStringSecurityDescriptorW")(
            descriptor, _REVISION, _OWNER_AND_DACL, ctypes.byref(text), None
        )
        try:
            return ctypes.wstring_at(text.value or 0)
        finally:
            windows("LocalFree")(text)
    finally:
        windows("LocalFree")(descriptor)
