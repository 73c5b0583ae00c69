"""Linux hosts: their own Python runs the agent, in the X session of the user who logged in over SSH."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import replace
from pathlib import Path

from deskconsole.bootstrap.answers import LaunchAnswer, ProbeAnswer, Refusal, RemoveAnswer
from deskconsole.bootstrap.facts import (
    AgentOptions,
    Contact,
    Deployed,
    DeployedPart,
    Foundation,
    HostFacts,
    Launched,
    Removed,
    RunningAgent,
    XDisplay,
)
from deskconsole.bootstrap.script import HOST, REMOTE, NoAnswer, python_command, run_deployed, run_script
from deskconsole.bootstrap.upload import put
from deskconsole.common.errors import BootstrapError, DeployError, LaunchError, UnsupportedHost
from deskconsole.common.progress import Report
from deskconsole.inventory.host import Host
from deskconsole.runtimes.requirements import OLDEST_PYTHON, Requirement, requirements
from deskconsole.ssh.connection import Connection

from .wheels import packages_archive, packages_name, wheels_platform

FOLDER = ".deskconsole"
"""Our folder, below the home."""

READY_WITHIN = 15.0
"""Seconds an agent has to say that it listens; a cold start from a slow disk took 4."""

_OLDEST = ".".join(map(str, OLDEST_PYTHON))


class Linux:
    """The `Platform` of Linux hosts."""

    def probe(self, connection: Connection, host: Host, contact: Contact) -> HostFacts:
        if not contact.python:
            raise _no_python(host, contact)
        if not contact.home.startswith("/"):
            raise UnsupportedHost(
                f"{host.name} does not say where this user's home is",
                remedy="Give the user a home directory there.",
            )
        root = f"{_around(host, contact)}/{FOLDER}"
        found = run_script(
            connection,
            python_command(contact.python),
            f"{REMOTE}.posix.probe",
            {
                "root": root,
                "chosen": host.folder is not None,
                "requirements": [row.as_row() for row in _requirements()],
            },
            ProbeAnswer,
        )
        if isinstance(found, Refusal):
            raise UnsupportedHost(
                f"{host.name} could not be looked at: {found.error}",
                remedy="Name a folder of this user's own in the host's settings (folder).",
            )
        return HostFacts(
            host=host.name,
            platform=contact.system,
            machine=contact.machine,
            python=contact.python,
            python_version=contact.version,
            home=contact.home,
            root=root,
            folder=root,
            free=found.free,
            libc=found.libc,
            bits=found.bits,
            missing=found.missing,
            deployed=tuple(DeployedPart(part.name, part.intact) for part in found.deployed),
            agents=tuple(RunningAgent(agent.pid, agent.instance) for agent in found.agents),
            displays=tuple(XDisplay(row.display, row.authority, row.how, row.user) for row in found.displays),
            looked=found.looked,
            noexec=found.noexec,
            mac=found.mac,
        )

    def command(self, facts: HostFacts) -> str:
        return python_command(facts.python)

    def foundation(self, connection: Connection, facts: HostFacts, cache: Path, report: Report) -> Foundation:
        if not facts.missing:
            return Foundation(facts)
        try:
            target = wheels_platform(facts)
            name = packages_name(target, facts.python_version)
            require_executing(facts)
            if facts.has(name):
                return Foundation(facts, name)
            archive = packages_archive(facts, target, cache, report)
        except (DeployError, UnsupportedHost):
            if any(row.needed and row.module in facts.missing for row in _requirements()):
                raise
            return Foundation(facts)  # the stream is a little worse without
        sent = put(connection, facts, self.command(facts), archive, "packages", [name], report)
        return Foundation(facts, name, sent)

    def launch(
        self, connection: Connection, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions
    ) -> Launched:
        request = {
            "root": facts.root,
            "instance": self.instance(facts, deployed, host, options),
            "token": secrets.token_hex(32),
            "paths": [f"{facts.root}/{part}" for part in _parts(deployed)],
            "environment": _environment(facts, host, options),
            "options": options.words(),
            "wait": READY_WITHIN,
            "reuse": options.reuse,
        }
        command = python_command(facts.python, f"{facts.root}/{deployed.agent}")
        try:
            answer = run_deployed(connection, command, request, LaunchAnswer, timeout=READY_WITHIN + 30.0)
        except NoAnswer as error:
            # Another console may have undeployed since this one looked: the next attempt looks again.
            raise LaunchError(str(error), remedy=error.remedy) from error
        if isinstance(answer, Refusal):
            last = next((line.strip() for line in reversed(answer.log) if line.strip()), "")
            raise LaunchError(
                f"{facts.host}: {answer.error}" + (f"; the last it said was: {last}" if last else ""),
                remedy="Look at the host's desktop session, then connect again.",
            )
        if options.source != "display":
            return answer.launched()
        return replace(answer.launched(), user=_person_at(x_session(facts, host)["DISPLAY"], facts))

    def instance(self, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions) -> str:
        environment = _environment(facts, host, options)
        kind = json.dumps([_parts(deployed), options.words(), environment, facts.python], sort_keys=True)
        return hashlib.sha256(kind.encode()).hexdigest()[:12]

    def remove(self, connection: Connection, facts: HostFacts) -> Removed:
        answer = run_script(
            connection, self.command(facts), f"{HOST}.posix.remove", {"root": facts.root}, RemoveAnswer
        )
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


def require_executing(facts: HostFacts) -> None:
    """Raises DeployError where packages have to be brought and their libraries could not be loaded there."""
    if facts.missing and facts.noexec:
        raise DeployError(
            f"{facts.host} lets nothing be executed in {facts.root} ({facts.noexec}), "
            f"and its Python lacks {', '.join(facts.missing)}",
            remedy="Name a folder where programs may run in the host's settings (folder), "
            "or install these by the system's package manager.",
        )


def _around(host: Host, contact: Contact) -> str:
    """The folder in which ours is."""
    home = contact.home.rstrip("/")
    if host.folder is None:
        return home
    folder = f"{home}/{host.folder[2:]}" if host.folder.startswith("~/") else host.folder
    return folder.rstrip("/")


def _requirements() -> tuple[Requirement, ...]:
    return requirements("linux")


def _parts(deployed: Deployed) -> list[str]:
    return [deployed.agent] + ([deployed.packages] if deployed.packages else [])


def _environment(facts: HostFacts, host: Host, options: AgentOptions) -> dict[str, str]:
    return {} if options.source == "synthetic" else x_session(facts, host)


def _no_python(host: Host, contact: Contact) -> UnsupportedHost:
    if contact.old:
        version, path = contact.old[0]
        return UnsupportedHost(
            f"{host.name} has Python {version} ({path}), which is too old: {_OLDEST} or newer is needed",
            remedy=f"Install Python {_OLDEST} or newer there, or name one in the host's settings (python).",
        )
    if host.python:
        return UnsupportedHost(
            f"{host.name} has no Python at {host.python}, where its settings say that one is",
            remedy="Correct `python` in the host's settings, or leave it out to have one found.",
        )
    return UnsupportedHost(
        f"{host.name} has no Python that this user can run",
        remedy=f"Install Python {_OLDEST} or newer there, or name its path in the host's settings (python).",
    )


def x_session(facts: HostFacts, host: Host) -> dict[str, str]:
    """DISPLAY and XAUTHORITY: what the host's entry says, else the likeliest that was found.

    Raises LaunchError where neither tells, and where the display that is named does not exist.
    """
    number = host.x_display.removeprefix(":").partition(".")[0] if host.x_display else ""
    if host.x_display and host.x_display.startswith(":") and not _among(number, facts):
        there = ", ".join(dict.fromkeys(row.display for row in facts.displays))
        raise LaunchError(
            f"there is no X display {host.x_display} on {facts.host}; "
            + (f"there are: {there}" if there else f"there is none (looked at {' and '.join(facts.looked)})"),
            remedy="Correct x_display in the host's settings, or leave it out to have one found.",
        )
    if host.x_display:
        same = [
            found.authority for found in facts.displays if found.display == host.x_display.partition(".")[0]
        ]
        display, authority = host.x_display, next(iter(same), "")
    elif facts.displays:
        display, authority = facts.displays[0].display, facts.displays[0].authority
    else:
        raise LaunchError(
            f"no X display was found on {facts.host} (looked at {' and '.join(facts.looked)})",
            remedy="Log in on the host's own screen, or name the display in the host's settings (x_display).",
        )
    authority = host.x_authority or authority
    return {"DISPLAY": display} | ({"XAUTHORITY": authority} if authority else {})


def _person_at(display: str, facts: HostFacts) -> str:
    name = display.partition(".")[0]
    return next((found.user for found in facts.displays if found.display == name), "")


def _among(number: str, facts: HostFacts) -> bool:
    return any(found.display == f":{number}" for found in facts.displays)
