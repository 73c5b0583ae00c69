"""Answers of requests on a host: checked as they come in, for a host may say anything."""

from __future__ import annotations

from typing import Annotated

import msgspec

from .facts import DesktopWord, Launched

Text = Annotated[str, msgspec.Meta(max_length=16384)]
Word = Annotated[str, msgspec.Meta(max_length=64)]
"""Short enough for numbers in it to be read."""
Size = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Pid = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class Refusal(msgspec.Struct, frozen=True):
    """Any request's answer where it could not do its work."""

    error: Text
    log: tuple[str, ...] = ()
    """An agent's last lines."""
    kind: Word = ""
    """Decides the console's own words: `nobody`, `task`, `blocked` or `place`, of a launch on Windows."""
    errno: Word = ""
    """The name of a system's error: `EACCES`."""


class PartAnswer(msgspec.Struct, frozen=True):
    """One deployed part, of either probe."""

    name: Text
    intact: bool


class AgentAnswer(msgspec.Struct, frozen=True):
    """One running agent, of either probe."""

    pid: Pid
    instance: Text


class DisplayAnswer(msgspec.Struct, frozen=True):
    """One X display, of `posix/probe`."""

    display: Text
    authority: Text
    how: Text
    user: Text


class ProbeAnswer(msgspec.Struct, frozen=True):
    """The answer of `posix/probe`."""

    free: Size
    libc: Word
    bits: Annotated[int, msgspec.Meta(ge=0, le=1024)]
    missing: tuple[Text, ...]
    deployed: tuple[PartAnswer, ...]
    agents: tuple[AgentAnswer, ...]
    displays: tuple[DisplayAnswer, ...]
    looked: tuple[Text, ...]
    noexec: Text
    mac: Word


class RuntimeAnswer(msgspec.Struct, frozen=True):
    """A runtime's own manifest, of `windows/probe`."""

    name: Text
    python: Word
    requirements: Word


class SessionAnswer(msgspec.Struct, frozen=True):
    """A session in which somebody is logged on, of `windows/probe`."""

    number: Size
    station: Text
    user: Text
    sid: Text
    state: Word
    own: bool


class WindowsProbeAnswer(msgspec.Struct, frozen=True):
    """The answer of `windows/probe`."""

    root: Text
    free: Size
    machine: Word
    build: Word
    shell: Word
    user: Text
    sid: Text
    elevated: bool
    deployed: tuple[PartAnswer, ...]
    runtimes: tuple[RuntimeAnswer, ...]
    agents: tuple[AgentAnswer, ...]
    sessions: tuple[SessionAnswer, ...]
    mac: Word


class FreeAnswer(msgspec.Struct, frozen=True):
    """The answer of `install`, verb discard."""

    free: Size


class InstallAnswer(msgspec.Struct, frozen=True):
    """The answer of `install`, verb install."""

    pruned: tuple[Text, ...]


class VerifyAnswer(msgspec.Struct, frozen=True):
    """The answer of `install`, verb verify."""

    damaged: tuple[Text, ...]


class WordAnswer(msgspec.Struct, frozen=True):
    """The place where a launched agent finds itself, on Windows."""

    session: Size
    station: Text
    desktop: Text
    screen: Word
    reason: Text
    size: tuple[Size, Size] | None
    flat: bool | None
    capture: Text


class LaunchAnswer(msgspec.Struct, frozen=True):
    """The answer of a launch."""

    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    pid: Pid
    version: Word
    token: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    reused: bool
    user: Text = ""
    word: WordAnswer | None = None

    def launched(self) -> Launched:
        """The same as the console keeps it."""
        return Launched(
            port=self.port,
            token=bytes.fromhex(self.token),
            pid=self.pid,
            version=self.version,
            reused=self.reused,
            user=self.user,
            word=None if self.word is None else DesktopWord(**msgspec.structs.asdict(self.word)),
        )


class RemoveAnswer(msgspec.Struct, frozen=True):
    """The answer of a removal."""

    processes: Size
    files: Size
    bytes: Size
    left: tuple[Text, ...]
