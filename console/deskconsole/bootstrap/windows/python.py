"""Our Python on a Windows host: its path, the commands that start it, what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from deskconsole.bootstrap.answers import Refusal
from deskconsole.bootstrap.script import LAUNCH, NoAnswer, run_script
from deskconsole.runtimes.script_reader import READER
from deskconsole.ssh.connection import Connection

T = TypeVar("T")

FOLDER = "AppData/Local/deskconsole"
"""Our folder on the host, from the folder where SFTP and commands begin: the user's profile."""

REFUSED = (
    "A virus scanner, Smart App Control, AppLocker or WDAC may refuse that Python: see there in Event Viewer "
    "below Applications and Services Logs, Microsoft, Windows, CodeIntegrity. Smart App Control can only be "
    "switched off as a whole."
)
"""The remedy where a Python that was brought whole says nothing."""

JUNCTION = (
    "Where the profile, or AppData, is reached through a junction that a user made, Windows no longer "
    "follows it over SSH: make it again as an administrator, or move the profile by ProfileImagePath."
)

_UNTRUSTED = re.compile(r"\b448\b|800701C0", re.IGNORECASE)
"""Windows' error for a junction that it does not follow, however the rest of the sentence is translated."""

_BLOCKED = re.compile(r"\b(4551|1260)\b|800711C7|800704EC|DLL load failed", re.IGNORECASE)
"""Its errors for programs that a policy keeps from running, and Python's words for a library of them."""


def remedy_for(said: str, otherwise: str = REFUSED) -> str:
    """The remedy by what a host said; `otherwise` where that has none of the errors that are known here.

    Otherwise REFUSED suits a Python that gives no answer at all.
    """
    if _UNTRUSTED.search(said):
        return JUNCTION
    return REFUSED if _BLOCKED.search(said) else otherwise


def python_of(runtime: str) -> str:
    """Path of a runtime's Python from the folder where commands begin; the same in cmd.exe and PowerShell."""
    return f"{FOLDER}/{runtime}/python.exe".replace("/", "\\")


def python_command(python: str, agent: str = "", *, packages: bool = False) -> str:
    """The command that runs a script from stdin with that Python, or has a deployed agent launch another.

    Without its `packages` a Python begins sooner.
    """
    folder = python.rpartition("\\")[0]
    program = f"{FOLDER}/{agent} {LAUNCH}".replace("/", "\\") if agent else f"{folder}\\{READER}"
    return f"{python} -I {'' if packages else '-S '}-X utf8 {program}"


def ask_python(
    connection: Connection,
    python: str,
    name: str,
    arguments: dict[str, Any],
    kind: type[T],
    *,
    packages: bool = False,
    timeout: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
) -> T | Refusal:
    """Sends a module to the Python of that path; otherwise as `run_script`."""
    try:
        return run_script(
            connection,
            python_command(python, packages=packages),
            name,
            arguments,
            kind,
            timeout=timeout,
            progress=progress,
        )
    except NoAnswer as error:
        error.remedy = remedy_for(str(error))
        raise
