"""Takes everything of ours off a host: agents, files, folders. Verified on the host, and reported."""

from __future__ import annotations

from ..errors import BootstrapError
from ..ssh.client import Connection
from .answers import Refusal, RemoveAnswer
from .facts import HostFacts, Removed
from .platforms import PLATFORMS
from .script import run_script


def remove(connection: Connection, facts: HostFacts) -> Removed:
    """Undeploys. What could not be removed is named in `Removed.left`, which is empty when all is gone."""
    command = PLATFORMS[facts.platform].command(facts)
    answer = run_script(connection, command, "remove", {"root": facts.root}, RemoveAnswer)
    if isinstance(answer, Refusal):
        raise BootstrapError(
            f"{facts.host} could not be cleaned up: {answer.error}",
            remedy=f"Remove {facts.root} there by hand.",
        )
    return Removed(
        processes=answer.processes,
        files=answer.files,
        bytes=answer.bytes,
        left=answer.left,
    )
