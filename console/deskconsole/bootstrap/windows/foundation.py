"""The runtime for the agent of today on a Windows host: the one that is there, else one of the console's."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from deskconsole.bootstrap.facts import Foundation, HostFacts
from deskconsole.common.errors import DeployError
from deskconsole.common.file_lock import locked
from deskconsole.common.progress import Progress, Report, StepId
from deskconsole.runtimes.build import ensure_runtime
from deskconsole.runtimes.container import Runtime
from deskconsole.ssh.connection import Connection

from .damage import is_damaged
from .python import remedy_for
from .runtime import part_of, put_runtime


def foundation(
    connection: Connection,
    facts: HostFacts,
    cache: Path,
    report: Report,
    reprobe: Callable[[str], HostFacts | None],
) -> Foundation:
    """A runtime for the agent of today: the one on the host, else one of the console's, which is uploaded.

    `reprobe` looks at the host again, by the runtime of that name. Raises DeployError, RuntimeUnavailable.
    """
    if facts.python:
        return Foundation(facts, facts.python.split("\\")[-2])
    runtime = ensure_runtime(cache, report)
    if facts.silence:
        _refuse_silent(connection, facts, runtime)

    def there() -> HostFacts | None:
        found = reprobe(runtime.name)
        return found if found is not None and found.has(runtime.name) and found.python else None

    sent = 0
    with _alone(connection, runtime, cache, report) as waited:
        found = there() if waited else None
        if found is None:
            sent = put_runtime(connection, facts, runtime, report)
            found = there()
    if found is None:
        raise DeployError(
            f"the runtime lies on {facts.host} and is not whole",
            remedy="A virus scanner may have taken files away: ask the host's administrator.",
        )
    return Foundation(found, runtime.name, sent)


def _refuse_silent(connection: Connection, facts: HostFacts, runtime: Runtime) -> None:
    """Raises DeployError where the runtime is there as it was sent and its Python gives no answer."""
    if all(part.name != runtime.name for part in facts.deployed):
        return
    with connection.files() as files:
        if not is_damaged(files, f"{facts.folder}/{runtime.name}"):
            raise DeployError(facts.silence, remedy=remedy_for(facts.silence))


@contextlib.contextmanager
def _alone(connection: Connection, runtime: Runtime, cache: Path, report: Report) -> Iterator[bool]:
    """One machine, perhaps under two names, shall not get one upload twice at once, from two threads or
    processes of this console; gives whether there was another one before."""
    upload = hashlib.sha256(f"{connection.description} {part_of(runtime)}".encode()).hexdigest()
    lock = locked(
        cache / "deploying" / upload[:16],
        lambda: report(Progress(StepId.WAIT_FOR_DEPLOY)),
    )
    with contextlib.ExitStack() as stack:
        try:
            waited = stack.enter_context(lock)
        except OSError as error:
            raise DeployError(
                f"{cache} cannot be written to: {error.strerror or error}",
                remedy="See to space and rights there, or set DESKCONSOLE_HOME to another folder.",
            ) from error
        yield waited
