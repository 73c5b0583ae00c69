"""Takes one archive of ours to a host and into use there, by the host's Python."""

from __future__ import annotations

import contextlib
import secrets
from typing import TypeVar

from ..errors import DeployError, DeskconsoleError
from ..progress import Meter, Progress, Report
from ..ssh.client import Connection
from .answers import FreeAnswer, InstallAnswer, Refusal
from .archive import Archive
from .facts import HostFacts
from .script import run_script

T = TypeVar("T")

MARGIN = 4 * 1024 * 1024
"""Bytes that shall stay free on the host: logs and compiled files come after the upload."""


def put(
    connection: Connection,
    facts: HostFacts,
    command: str,
    archive: Archive,
    what: str,
    keep: list[str],
    progress: Report,
) -> None:
    """Uploads, verifies and unpacks one part; `command` starts the host's Python, `keep` names what stays.

    Raises DeployError. After any failure, and after whatever `progress` raises, nothing half-way is left.
    """
    part = f"{archive.name}.{secrets.token_hex(8)}.part"  # of its own: another console may be at it too

    def ask(kind: type[T], verb: str, **more: object) -> T | Refusal:
        return run_script(
            connection,
            command,
            "install",
            {"verb": verb, "root": facts.root, "part": part, **more},
            kind,
            timeout=300.0,
        )

    needed = len(archive.data) + archive.unpacked + MARGIN
    if facts.free < needed:
        raise _disk_full(facts, what, facts.free, needed)
    prepared = ask(FreeAnswer, "prepare")
    if isinstance(prepared, Refusal):
        raise DeployError(
            f"{facts.host} does not let {facts.root} be made: {prepared.error}",
            remedy="Make the user's home there writable.",
        )
    try:
        connection.upload(
            archive.data, f"{facts.folder}/{part}", mode=0o600, progress=Meter(f"uploading {what}", progress)
        )
        progress(Progress(f"installing {what}", 0, 0))
        installed = ask(InstallAnswer, "install", name=archive.name, sha256=archive.sha256, keep=keep)
        if isinstance(installed, Refusal):
            raise DeployError(
                f"{what} could not be installed on {facts.host}: {installed.error}",
                remedy=f"See whether the user may write to {facts.root} there, then try again.",
            )
    except BaseException as error:
        free = 0
        if connection.alive:
            with contextlib.suppress(DeskconsoleError):
                left = ask(FreeAnswer, "discard")
                free = 0 if isinstance(left, Refusal) else left.free
        if isinstance(error, DeployError) and 0 < free < needed:
            raise _disk_full(facts, what, free, needed) from error
        raise


def _disk_full(facts: HostFacts, what: str, free: int, needed: int) -> DeployError:
    return DeployError(
        f"the disk of {facts.host} is full: {what} needs {needed / 1e6:.0f} MB, {free / 1e6:.0f} MB are free",
        remedy=f"Free some space where {facts.root} lies.",
    )
