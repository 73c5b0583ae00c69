"""Brings the agent to life on a Windows host: by a scheduled task, in the session of whoever is logged on."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict

from ..errors import LaunchError, NobodyLoggedOn
from ..hosts import Host
from ..ssh.client import Connection
from .answers import LaunchAnswer, Refusal
from .facts import AgentOptions, Deployed, HostFacts, Launched
from .script import run_script
from .windows_python import SYSTEM, python_command

READY_WITHIN = 40.0
"""Seconds an agent has to say that it listens: a virus scanner may read a fresh runtime first."""

_OTHERS = 90.0
"""Seconds that another console's launch and schtasks may take before that."""

AGENTS = (*SYSTEM, "windows/security", "windows/task", "windows/agents")
"""What scripts on the host import that deal with agents there, for `run_script(uses=...)`."""

_REMEDIES = {
    "nobody": "Log on at the host's own screen or by Remote Desktop; the desktop shows up by itself then.",
    "task": "See whether the Task Scheduler service runs there, and whether a policy keeps the user from it; "
    "if it does, log in as an administrator.",
    "place": "Log on at the host's own screen or by Remote Desktop, then connect again.",
}


def launch(
    connection: Connection, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions
) -> Launched:
    """An agent that a console can reach on the host's loopback; raises LaunchError, NobodyLoggedOn.

    `facts` are those of the host with what was deployed.
    """
    answer = run_script(
        connection,
        python_command(facts.python),
        "windows/launch",
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
        uses=AGENTS,
        timeout=options.wait_for_user + READY_WITHIN + _OTHERS,
    )
    if isinstance(answer, Refusal):
        raise _refused(facts.host, answer)
    return answer.launched()


def instance(facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions) -> str:
    """Agents of one name are alike: the files, the options, the rights."""
    kind = json.dumps([facts.root, _parts(deployed), options.words(), host.run_level])
    return hashlib.sha256(kind.encode()).hexdigest()[:12]


def _parts(deployed: Deployed) -> list[str]:
    return [deployed.agent] + ([deployed.runtime] if deployed.runtime else [])


def _refused(host: str, refusal: Refusal) -> LaunchError:
    last = next((line.strip() for line in reversed(refusal.log) if line.strip()), "")
    said = f"{refusal.error}; the last it said was: {last}" if last else refusal.error
    remedy = _REMEDIES.get(refusal.kind, "Look at the host's desktop session, then connect again.")
    if refusal.kind == "nobody":
        return NobodyLoggedOn(f"{host} has no desktop to show: {said}", remedy=remedy)
    if refusal.kind == "task":
        return LaunchError(f"{host} refused the task that starts the agent: {said}", remedy=remedy)
    return LaunchError(f"{host}: {said}", remedy=remedy)
