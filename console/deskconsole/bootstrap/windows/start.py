"""Starts the agent on a Windows host, by a scheduled task in the session of the person at the desktop."""

from __future__ import annotations

import functools
import hashlib
import json
import secrets
from dataclasses import asdict

from deskconsole.bootstrap.answers import LaunchAnswer, Refusal, VerifyAnswer
from deskconsole.bootstrap.facts import AgentOptions, Deployed, HostFacts, Launched
from deskconsole.bootstrap.script import REMOTE, NoAnswer, run_deployed
from deskconsole.common.errors import BootstrapError, Damaged, LaunchError, NobodyLoggedOn
from deskconsole.inventory.host import Host
from deskconsole.runtimes.listing import LISTING
from deskconsole.ssh.connection import Connection

from .damage import is_damaged
from .held_files import once_released
from .python import REFUSED, ask_python, python_command, remedy_for

READY_WITHIN = 40.0
"""Seconds an agent has to say that it listens: a virus scanner may read a fresh runtime first."""

_OTHERS = 90.0
"""Seconds that another console's launch and schtasks may take before that."""

_LOOKING = 180.0
"""Seconds that reading all files may take, behind a virus scanner."""

_REMEDIES = {
    "nobody": "Log on at the host's own screen or by Remote Desktop; the desktop then appears.",
    "task": "See whether the Task Scheduler service runs there, and whether a policy keeps the user from it: "
    'give the user the right "Log on as a batch job" (secpol.msc, User Rights Assignment), or log in as an '
    "administrator.",
    "blocked": REFUSED,
    "place": "Log on at the host's own screen or by Remote Desktop, then connect again.",
}


def launch(
    connection: Connection, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions
) -> Launched:
    """An agent that a console can reach on the host's loopback; raises LaunchError, NobodyLoggedOn.

    `facts` are those of the host with what was deployed.
    """
    try:
        answer = _ask(connection, facts, deployed, host, options)
    except BootstrapError as error:
        if isinstance(error, NoAnswer):
            error.remedy = remedy_for(str(error))
        raise _damage(connection, facts, deployed, error) or error from error
    if isinstance(answer, Refusal):
        refused = _refused(facts.host, answer)
        raise refused if answer.kind else _damage(connection, facts, deployed, refused) or refused
    return answer.launched()


def _ask(
    connection: Connection, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions
) -> LaunchAnswer | Refusal:
    return run_deployed(
        connection,
        python_command(facts.python, deployed.agent),
        {
            "instance": instance(facts, deployed, host, options),
            "agent": deployed.agent,
            "token": secrets.token_hex(32),
            "options": options.words(),
            "parts": _parts(deployed),
            "highest": host.run_level == "highest",
            "wait": READY_WITHIN,
            "reuse": options.reuse,
            "wait_for_user": options.wait_for_user,
            "sessions": [asdict(session) for session in facts.sessions],
        },
        LaunchAnswer,
        timeout=options.wait_for_user + READY_WITHIN + _OTHERS,
    )


def instance(facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions) -> str:
    """Agents of one name are alike: the files, the options, the rights."""
    kind = json.dumps([facts.root, _parts(deployed), options.words(), host.run_level])
    return hashlib.sha256(kind.encode()).hexdigest()[:12]


def _parts(deployed: Deployed) -> list[str]:
    return [deployed.agent] + ([deployed.runtime] if deployed.runtime else [])


def _damage(
    connection: Connection, facts: HostFacts, deployed: Deployed, error: BootstrapError
) -> Damaged | None:
    """The error of an agent whose files are not as they were sent; None where nothing tells that."""
    parts = [name for name in (deployed.agent, deployed.runtime) if name]
    try:
        answer = ask_python(
            connection,
            facts.python,
            f"{REMOTE}.install",
            {"verb": "verify", "root": facts.root, "parts": parts},
            VerifyAnswer,
            timeout=_LOOKING,
        )
        damaged = [] if isinstance(answer, Refusal) else [name for name in parts if name in answer.damaged]
    except NoAnswer as silence:
        damaged = _damaged_by_sftp(connection, facts, deployed.runtime or "", silence)
    except BootstrapError:
        damaged = []
    if not damaged:
        return None
    with connection.files() as files:
        for name in damaged:
            # Without its list a part is not whole to a console that probes.
            path = f"{facts.folder}/{name}/{LISTING}"
            once_released(functools.partial(files.remove, path), path)
    return Damaged(
        f"{error}; damaged there: {', '.join(damaged)}",
        remedy="Connect again: it is sent again. If that does not help, check its disk and virus scanner.",
    )


def _damaged_by_sftp(connection: Connection, facts: HostFacts, runtime: str, silence: NoAnswer) -> list[str]:
    """The runtime, where its Python says that it cannot do with its files, or their sizes tell it."""
    if not runtime:
        return []
    with connection.files() as files:
        return [runtime] if silence.damaged or is_damaged(files, f"{facts.folder}/{runtime}") else []


def _refused(host: str, refusal: Refusal) -> LaunchError:
    last = next((line.strip() for line in reversed(refusal.log) if line.strip()), "")
    said = f"{refusal.error}; the last it said was: {last}" if last else refusal.error
    remedy = _REMEDIES.get(refusal.kind) or remedy_for(
        said, "Look at the host's desktop session, then connect again."
    )
    if refusal.kind == "nobody":
        return NobodyLoggedOn(f"{host} has no desktop to show: {said}", remedy=remedy)
    if refusal.kind == "task":
        return LaunchError(f"{host} refused the task that starts the agent: {said}", remedy=remedy)
    return LaunchError(f"{host}: {said}", remedy=remedy)
