r"""What stands in for PowerShell as the default shell of SSH: no PowerShell, but a check that a command is so
plain that PowerShell and cmd.exe understand the same by it.

It knows programs with words for arguments, `echo` (each argument on a line of its own, $env:NAME expanded,
%NAME% left alone) and `cmd /c ...`, which is cmd's own. All else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_VARIABLE = re.compile(r"\$env:(\w+)", re.IGNORECASE)
_WORD = re.compile(r"[\w .\\/=:,+%-]*")
# In PowerShell something else than what cmd.exe has by that name.
_OTHERS = frozenset({
    "cd", "chdir", "cls", "copy", "cp", "curl", "date", "del", "dir", "erase", "for", "foreach", "if",
    "kill", "ls", "md", "mkdir", "move", "mv", "popd", "ps", "pushd", "rd", "ren", "rm", "rmdir", "sc", "set",
    "sleep", "sort", "start", "tee", "title", "type", "ver", "where", "wget",
})  # fmt: skip


class NotPlain(Exception):
    """The command would mean something else in each shell."""


@dataclass(frozen=True)
class Plain:
    """Either a line to run or, for echo, what it says."""

    line: str = ""
    said: str | None = None


def interpret(command: str, environment: Mapping[str, str]) -> Plain:
    """What the command comes to; raises NotPlain."""
    expanded = _VARIABLE.sub(lambda found: environment.get(found[1].upper(), ""), command)
    if not _WORD.fullmatch(_VARIABLE.sub("", command)):
        raise NotPlain(f"quotes and special characters differ from shell to shell: {command}")
    words = command.split()
    if not words:
        raise NotPlain("there is no interactive shell here")
    program = words[0].lower()
    if program == "echo":
        return Plain(said="".join(f"{word}\r\n" for word in expanded.split()[1:]))
    if program in _OTHERS:
        raise NotPlain(f"{words[0]} is something else in PowerShell: {command}")
    if "/" in words[0]:
        raise NotPlain(f"cmd.exe takes / in a program's name for an option: {command}")
    if "%" in command and program != "cmd":
        raise NotPlain(f"cmd.exe expands %NAME%, PowerShell does not: {command}")
    return Plain(line=expanded)
