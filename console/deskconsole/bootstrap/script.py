"""Runs a script on a host: over stdin, so nothing needs quoting and no secret shows in a process list."""

from __future__ import annotations

import contextlib
import importlib.resources
import json
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from deskconsole.common.errors import BootstrapError
from deskconsole.ssh.command import CommandResult
from deskconsole.ssh.connection import Connection

from .answers import Refusal, Size

T = TypeVar("T")

PARTS = ("parts",)
"""What scripts import that judge what lies there, for `run_script(uses=...)`."""

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-@~")


def posix_word(text: str) -> str:
    """The text for `printf %b`: characters that no shell sees anything in, the others in octal.

    >>> posix_word("/opt/my python")
    '/opt/my\\\\0040python'
    """
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _PLAIN else f"\\0{byte:03o}" for byte in raw)


def python_command(python: str) -> str:
    """What to send as the command: sh, bash, csh and fish all read it alike; the script comes over stdin."""
    return f"""/bin/sh -c 'exec "$(printf %b "$0")" -I -X utf8 -' '{posix_word(python)}'"""


def source(name: str) -> str:
    """A script of ours, from `remote/`."""
    return importlib.resources.files(__package__).joinpath("remote", name).read_text("utf-8")


def new_marker() -> str:
    """A word that no login script prints by chance."""
    return f"deskconsole-{secrets.token_hex(12)} "


def run_script(
    connection: Connection,
    command: str,
    name: str,
    arguments: dict[str, Any],
    kind: type[T],
    *,
    uses: Sequence[str] = (),
    timeout: float = 60.0,
    told: Callable[[int, int], None] | None = None,
) -> T | Refusal:
    """Sends `remote/<name>.py` to the Python that `command` starts and returns its answer.

    `uses` names other files of `remote/` that it imports, each after those that it imports itself. `told`
    gets the `(done, total)` of a script that tells how far it has come.
    A refusal is for the caller to word. Raises BootstrapError where nothing came, or no answer of that kind.
    """
    marker = new_marker()
    call = f"answer(main, {marker!r}, {json.dumps(json.dumps(arguments))})"
    program = _program(["answer", *uses, name], call)
    heard = None if told is None else Listener(marker, told)
    finished = connection.run(command, stdin=program.encode("utf-8"), timeout=timeout, heard=heard)
    lines = [line for line in marked(finished, marker) if told is None or not line.startswith("[")]
    if not lines:
        raise BootstrapError(
            f"the {name} script gave no answer on {connection.description}: {last_words(finished)}",
            remedy="Log in with ssh and see whether the host's Python works.",
        )
    try:
        answer = json.loads(lines[-1])
        if isinstance(answer, dict) and "error" in answer:
            return msgspec.convert(answer, Refusal)
        return msgspec.convert(answer, kind)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise BootstrapError(
            f"{connection.description} answered the {name} script with something else ({error})",
            remedy="Log in with ssh and see what stands in the way of the host's Python.",
        ) from error


class Listener:
    """Picks out of a script's output how far it has come."""

    def __init__(self, marker: str, told: Callable[[int, int], None]) -> None:
        self._marker = marker.encode("ascii") + b"["
        self._told = told
        self._rest = b""

    def __call__(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(self._marker):
                with contextlib.suppress(msgspec.DecodeError):
                    done, total = msgspec.json.decode(line[len(self._marker) - 1 :], type=tuple[Size, Size])
                    self._told(min(done, total), total)


def _program(names: Sequence[str], call: str) -> str:
    """These files of `remote/` as modules under the names that they have here, and a call."""
    package = f"{__package__}.remote"
    files = {f"{package}.{name.replace('/', '.')}": source(f"{name}.py") for name in names}
    folders = {name.rpartition(".")[0] for name in files}
    packages = {".".join(name.split(".")[:n]) for name in folders for n in range(1, name.count(".") + 2)}
    return "\n".join(
        [
            "import sys, types",
            f"for name in {sorted(packages)!r}:",
            "    sys.modules[name] = types.ModuleType(name)",
            "    sys.modules[name].__path__ = []",
            f"for name, text in {list(files.items())!r}:",
            "    sys.modules[name] = types.ModuleType(name)",
            "    exec(compile(text, name, 'exec'), sys.modules[name].__dict__)",
            f"from {package}.answer import answer",
            f"from {package}.{names[-1].replace('/', '.')} import main",
            call,
            "",
        ]
    )


def marked(finished: CommandResult, marker: str) -> list[str]:
    """The lines behind the marker, whatever else was printed."""
    text = finished.stdout.decode("utf-8", "surrogateescape")
    return [line[len(marker) :] for line in text.split("\n") if line.startswith(marker)]


_PROGRESS = ("#< CLIXML", "<Objs")
"""Windows PowerShell's record of its progress, which it writes to stderr as XML."""

_POINTER = re.compile(r"[\s~^|]+")
"""A line that points to a place in the line before it: fish writes one last, after the fault and the code."""


def last_words(finished: CommandResult) -> str:
    """What a command that failed said last in words, or its exit code."""
    for stream in (finished.stderr, finished.stdout):
        lines = [line.strip() for line in stream.decode("utf-8", "replace").splitlines()]
        lines = [line for line in lines if line and not line.startswith(_PROGRESS)]
        if len(lines) > 2 and _POINTER.fullmatch(lines[-1]):
            lines = lines[:-2]
        lines = [line for line in lines if not _POINTER.fullmatch(line)]
        if lines:
            return lines[-1]
    return f"it ended with exit code {finished.exit_code} and said nothing"
