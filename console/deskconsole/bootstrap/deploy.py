"""Puts the agent, and the packages its Python lacks, onto a host. Idempotent: what lies there whole stays."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..errors import DeployError, DeskconsoleError
from ..paths import Paths
from ..ssh.client import Connection
from .answers import FreeAnswer, InstallAnswer, Refusal
from .archive import Archive, agent_archive
from .facts import Deployed, HostFacts
from .platforms import PLATFORMS
from .progress import Meter, Progress, Report, ignore
from .script import run_script
from .wheels import packages_archive, packages_name

T = TypeVar("T")

MARGIN = 4 * 1024 * 1024
"""Bytes that shall stay free on the host: logs and compiled files come after the upload."""


def deploy(
    connection: Connection, facts: HostFacts, *, progress: Report = ignore, cache: Path | None = None
) -> Deployed:
    """Uploads what is missing; a second run uploads nothing.

    `cache` is where fetched packages are kept on the console (default: its own cache folder). Raises
    DeployError (disk full, no rights, a checksum that does not fit) and UnsupportedHost (no packages for that
    system). After any failure, and after whatever `progress` raises, nothing half-way is left on the host.
    """
    platform = PLATFORMS[facts.platform]
    wanted: list[tuple[str, str, Callable[[], Archive]]] = []
    packages: str | None = None
    if facts.missing:
        target = platform.wheels(facts)
        packages = packages_name(target, facts.python_version)
        folder = cache or Paths.default().cache
        wanted.append(("packages", packages, lambda: packages_archive(facts, target, folder, progress)))
    agent = agent_archive()
    wanted.append(("the agent", agent.name, lambda: agent))
    keep = [name for _what, name, _make in wanted]
    uploaded = 0
    for what, name, make in wanted:
        if not facts.has(name):
            archive = make()
            _install(connection, facts, archive, what, keep, progress)
            uploaded += len(archive.data)
    return Deployed(agent=agent.name, packages=packages, uploaded=uploaded)


def _install(
    connection: Connection, facts: HostFacts, archive: Archive, what: str, keep: list[str], progress: Report
) -> None:
    command = PLATFORMS[facts.platform].command(facts)
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
            archive.data, f"{facts.root}/{part}", mode=0o600, progress=Meter(f"uploading {what}", progress)
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
