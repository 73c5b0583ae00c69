"""Asks a host's Python: for a request of the deployed agent's folder, or by modules sent over stdin.

Either way what is asked comes over stdin, so nothing needs quoting and no secret shows in a process list.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.resources
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from deskconsole.common.errors import BootstrapError
from deskconsole.runtimes.script_reader import READ_SCRIPT, framed
from deskconsole.ssh.command import CommandResult
from deskconsole.ssh.connection import Connection

from .answers import Refusal, Size

T = TypeVar("T")


class NoAnswer(BootstrapError):
    """A script ended without an answer: the Python does not run, or the script's file is missing."""

    code = "no-answer"

    def __init__(self, sentence: str, *, damaged: bool, remedy: str) -> None:
        super().__init__(sentence, remedy=remedy)
        self.damaged = damaged
        """The Python itself was started and said that it cannot read its own library."""


REMOTE = f"{__package__}.remote"
"""The package of what is only ever sent."""

HOST = "deskagent.host"
"""The package of what is deployed with the agent, and sent where that cannot be relied on."""

LAUNCH = "host launch"
"""The words behind the deployed agent's folder that start an agent, for `run_deployed`."""

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-@~")


def posix_word(text: str) -> str:
    """The text for `printf %b`: characters that no shell sees anything in, the others in octal.

    >>> posix_word("/opt/my python")
    '/opt/my\\\\0040python'
    """
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _PLAIN else f"\\0{byte:03o}" for byte in raw)


def python_command(python: str, folder: str = "") -> str:
    """The command that starts it; sh, bash, csh and fish all read it alike.

    Without `folder` the program comes over stdin; with it the deployed agent launches another.
    """
    if not folder:
        command = f"""exec "$(printf %b "$0")" -I -X utf8 -c "{READ_SCRIPT}\""""
        return f"/bin/sh -c '{command}' '{posix_word(python)}'"
    command = f"""exec "$(printf %b "$0")" -I -X utf8 "$(printf %b "$1")" {LAUNCH}"""
    return f"/bin/sh -c '{command}' '{posix_word(python)}' '{posix_word(folder)}'"


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
    timeout: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
) -> T | Refusal:
    """Sends a module to the Python that `command` starts, and returns what its `main` answers.

    `name` is the module's full name; our other modules that it imports go along. `progress` is called with
    `(done, total)` by a module that tells how far it has come.
    A refusal is for the caller to word. Raises BootstrapError where nothing came, or no answer of that kind.
    """
    marker = new_marker()
    heard = None if progress is None else Listener(marker, progress)
    program = module_program(name, marker, arguments)
    finished = connection.run(command, stdin=framed(program), timeout=timeout, heard=heard)
    lines = [line for line in marked(finished, marker) if progress is None or not line.startswith("[")]
    return _answer(connection, finished, lines, name.rpartition(".")[2], kind)


def run_deployed(
    connection: Connection, command: str, arguments: dict[str, Any], kind: type[T], *, timeout: float
) -> T | Refusal:
    """Sends the arguments to the deployed request that `command` starts; otherwise as `run_script`."""
    marker = new_marker()
    request = json.dumps({"marker": marker, "arguments": arguments}).encode("ascii")
    finished = connection.run(command, stdin=request + b"\n", timeout=timeout)
    return _answer(connection, finished, marked(finished, marker), "launch", kind)


def _answer(
    connection: Connection, finished: CommandResult, lines: list[str], what: str, kind: type[T]
) -> T | Refusal:
    if not lines:
        raise NoAnswer(
            f"the {what} script gave no answer on {connection.description}: {last_words(finished)}",
            damaged=has_damaged_library(finished.stderr),
            remedy="Log in with ssh and see whether the host's Python works.",
        )
    try:
        answer = json.loads(lines[-1])
        if isinstance(answer, dict) and "error" in answer:
            return msgspec.convert(answer, Refusal)
        return msgspec.convert(answer, kind)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise BootstrapError(
            f"{connection.description} answered the {what} script with something else ({error})",
            remedy="Log in with ssh and check why the host's Python does not run.",
        ) from error


_UNREADABLE = re.compile(
    rb"^Fatal Python error|^(SyntaxError|ImportError|ModuleNotFoundError|EOFError|ValueError: source code)\b",
    re.MULTILINE,
)
"""Words of a Python whose library has holes or nothing in it; they are English everywhere."""


def has_damaged_library(stderr: bytes) -> bool:
    """True if a Python says that it cannot read its library; one that the system refuses, or whose DLL it
    refuses, does not say that."""
    return _UNREADABLE.search(stderr) is not None and b"DLL load failed" not in stderr


class Listener:
    """Picks out of a script's output how far it has come."""

    def __init__(self, marker: str, progress: Callable[[int, int], None]) -> None:
        self._marker = marker.encode("ascii") + b"["
        self._progress = progress
        self._rest = b""

    def __call__(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(self._marker):
                with contextlib.suppress(msgspec.DecodeError):
                    done, total = msgspec.json.decode(line[len(self._marker) - 1 :], type=tuple[Size, Size])
                    self._progress(min(done, total), total)


def module_program(name: str, marker: str, arguments: dict[str, Any]) -> bytes:
    """A program that makes the modules under the names that they have here, and has `name` answer."""
    modules = _with_imports(name)
    folders = {module.rpartition(".")[0] for module in modules}
    packages = {".".join(name.split(".")[:n]) for name in folders for n in range(1, name.count(".") + 2)}
    lines = [
        "import json, sys, types",
        f"for name in {sorted(packages)!r}:",
        "    sys.modules[name] = types.ModuleType(name)",
        "    sys.modules[name].__path__ = []",
        f"for name, text in {list(modules.items())!r}:",
        "    sys.modules[name] = types.ModuleType(name)",
        "    exec(compile(text, name, 'exec'), sys.modules[name].__dict__)",
        f"from {_ANSWER} import answer",
        f"from {name} import main",
        f"answer(main, {marker!r}, json.loads({json.dumps(arguments)!r}))",
        "",
    ]
    return "\n".join(lines).encode("utf-8")


_ANSWER = f"{HOST}.answer"


_PARSING = threading.Lock()
"""CPython 3.11 counts the depth of `ast.parse` once for all threads: of ten hosts that were probed together
for the first time, one failed with "AST constructor recursion depth mismatch"."""


def _with_imports(name: str) -> dict[str, str]:
    """The module's source and our other modules that it imports, each after its own imports."""
    with _PARSING:
        return _read_modules(name)


@functools.cache
def _read_modules(name: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def add(module: str) -> None:
        text = _module_source(module)
        if text is None or module in found:
            return
        for imported in _imports(module, text):
            add(imported)
        found[module] = text

    add(_ANSWER)
    add(name)
    return found


def _imports(module: str, text: str) -> Iterator[str]:
    """Names of modules that the source of `module` may import, by `from ... import ...`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            around = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*around, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _module_source(name: str) -> str | None:
    """The source of a module that may run on a host; None for any other name."""
    if not name.startswith((f"{REMOTE}.", f"{HOST}.", "deskwin32.")):
        return None
    package, *path, last = name.split(".")
    file = importlib.resources.files(package).joinpath(*path, f"{last}.py")
    return file.read_text("utf-8") if file.is_file() else None


def marked(finished: CommandResult, marker: str) -> list[str]:
    """The lines behind the marker, whatever else was printed."""
    text = finished.stdout.decode("utf-8", "surrogateescape")
    return [line[len(marker) :] for line in text.split("\n") if line.startswith(marker)]


_PROGRESS = ("#< CLIXML", "<Objs")
"""Windows PowerShell's record of its progress, which it writes to stderr as XML."""

_POINTER = re.compile(r"[\s~^|]+")
"""A line that points to a place in the line before it: fish writes one last, after the fault and the code."""


def last_words(finished: CommandResult) -> str:
    """The last words of a command that failed, or its exit code."""
    for stream in (finished.stderr, finished.stdout):
        lines = [line.strip() for line in stream.decode("utf-8", "replace").splitlines()]
        lines = [line for line in lines if line and not line.startswith(_PROGRESS)]
        if len(lines) > 2 and _POINTER.fullmatch(lines[-1]):
            lines = lines[:-2]
        lines = [line for line in lines if not _POINTER.fullmatch(line)]
        if lines:
            return lines[-1]
    return f"it ended with exit code {finished.exit_code} and said nothing"
