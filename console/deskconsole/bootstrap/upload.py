"""Uploads one of our archives to a host and has the host's Python install it."""

from __future__ import annotations

import contextlib
import secrets
from typing import Literal, TypeVar

from deskconsole.common.errors import ConnectionLost, DeployError, DeskconsoleError
from deskconsole.common.progress import Progress, ProgressMeter, Report, StepId
from deskconsole.ssh.connection import Connection

from .answers import FreeAnswer, InstallAnswer, Refusal
from .archive import Archive
from .console_id import console_id
from .facts import HostFacts
from .script import REMOTE, run_script

T = TypeVar("T")

WORTH_RESUMING = 1_000_000
"""Bytes from which on an upload that was cut is kept."""
Part = Literal["the agent", "packages"]

_UPLOAD: dict[Part, StepId] = {"the agent": StepId.UPLOAD_AGENT, "packages": StepId.UPLOAD_PACKAGES}
_INSTALL: dict[Part, StepId] = {"the agent": StepId.INSTALL_AGENT, "packages": StepId.INSTALL_PACKAGES}

MARGIN = 4 * 1024 * 1024
"""Bytes that shall stay free on the host: logs and compiled files come after the upload."""


def put(
    connection: Connection,
    facts: HostFacts,
    command: str,
    archive: Archive,
    what: Part,
    keep: list[str],
    progress: Report,
) -> int:
    """Uploads, verifies and unpacks one part; returns how many bytes went up.

    `command` starts the host's Python, `keep` names parts that stay.

    A large upload that was cut stays, to be resumed. After any other failure, and after whatever `progress`
    raises, nothing half-way is left. Raises DeployError, ConnectionLost.
    """
    resumable = archive.size >= WORTH_RESUMING
    # Otherwise of its own: another deploy of the same console may be at it too.
    once = "" if resumable else f"-{secrets.token_hex(8)}"
    part = f"{archive.name}.{console_id()}{once}.part"

    def ask(kind: type[T], verb: str, **more: object) -> T | Refusal:
        return run_script(
            connection,
            command,
            f"{REMOTE}.install",
            {"verb": verb, "root": facts.root, "part": part, **more},
            kind,
            timeout=300.0,
            progress=lambda _done, _total: progress(
                Progress(StepId.WAIT_FOR_PROGRAM, subject=f"{facts.root}: {archive.name}")
            ),
        )

    needed = archive.size + archive.unpacked + MARGIN
    require_room(facts, what, needed)
    meter = ProgressMeter(_UPLOAD[what], progress)

    def send() -> int:
        mode = None if facts.platform == "Windows" else 0o600
        with connection.files() as files:
            try:
                files.make_folder(facts.folder, 0o700)
            except DeployError as error:
                raise DeployError(
                    f"{facts.host} does not let {facts.root} be made: {error}",
                    remedy="Make the folder around it writable for this user, or name another one in the "
                    "host's settings (folder).",
                ) from error
            with archive.open() as stream:
                return files.upload(
                    stream, f"{facts.folder}/{part}", mode=mode, resume=resumable, progress=meter
                )

    def install() -> InstallAnswer | Refusal:
        progress(Progress(_INSTALL[what]))
        return ask(InstallAnswer, "install", name=archive.name, sha256=archive.sha256(), keep=keep)

    try:
        sent = send()
        installed = install()
        if isinstance(installed, Refusal) and sent < archive.size:
            # What was resumed may have been something else; it is gone now.
            sent += send()
            installed = install()
        if isinstance(installed, Refusal):
            raise DeployError(
                f"{what} could not be installed on {facts.host}: {installed.error}",
                remedy=f"See whether the user may write to {facts.root} there, then try again.",
            )
        return sent
    except BaseException as error:
        free = 0
        if connection.alive and not (resumable and isinstance(error, ConnectionLost)):
            with contextlib.suppress(DeskconsoleError):
                left = ask(FreeAnswer, "discard")
                free = 0 if isinstance(left, Refusal) else left.free
        if isinstance(error, DeployError) and 0 < free < needed:
            raise disk_full(facts, what, free, needed) from error
        raise


def require_room(facts: HostFacts, what: str, needed: int) -> None:
    """Raises DeployError where it is known that the host has less space than that, in bytes."""
    if facts.free is not None and facts.free < needed:
        raise disk_full(facts, what, facts.free, needed)


def disk_full(facts: HostFacts, what: str, free: int, needed: int) -> DeployError:
    """The host has less space than is needed, in bytes: for one part, or without `what` for all."""
    part = f" for {what}" if what else ""
    return DeployError(
        f"no room on {facts.host}{part}: {needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free",
        remedy=f"Free some space where {facts.root} is.",
    )
