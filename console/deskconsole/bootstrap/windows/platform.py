"""Windows hosts: a Python of our own runs the agent, in the session of the person at the desktop."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from deskconsole.bootstrap.answers import Refusal, RuntimeAnswer, WindowsProbeAnswer
from deskconsole.bootstrap.facts import (
    AgentOptions,
    Contact,
    Deployed,
    DeployedPart,
    DesktopSession,
    Foundation,
    HostFacts,
    Launched,
    Removed,
    RunningAgent,
)
from deskconsole.bootstrap.script import REMOTE, NoAnswer
from deskconsole.common.errors import BootstrapError, UnsupportedHost
from deskconsole.common.progress import Report
from deskconsole.inventory.host import Host
from deskconsole.runtimes.store import requirements_today
from deskconsole.ssh.connection import Connection

from . import foundation, removal, start
from .contact import ask, native, on_drive
from .python import FOLDER, ask_python, python_command, python_of, remedy_for

_MACHINES = {"AMD64", "ARM64"}
"""Processors on which 64-bit programs for Intel run; on ARM64 by emulation."""

_X64_ON_ARM = 22000
"""The first build of Windows for ARM64 that has that emulation."""

ASK_AGAIN = 1.0
"""Seconds after which a runtime that gave no answer is asked once more."""


class Windows:
    """The `Platform` of Windows hosts."""

    def probe(self, connection: Connection, host: Host, contact: Contact) -> HostFacts:
        if not on_drive(contact.home):
            raise UnsupportedHost(
                f"{host.name} is a Windows host whose SSH server shows files as on another system "
                f"(it begins at {contact.home})",
                remedy="Use the OpenSSH server that is part of Windows, not one of Cygwin or MSYS2.",
            )
        home = native(contact.home)
        try:
            facts = look(connection, host.name, home, contact.runtimes)
        except NoAnswer as error:
            silence = "" if error.damaged else str(error)
            facts = replace(_by_commands(connection, host, contact), silence=silence)
        if facts is None:
            facts = _by_commands(connection, host, contact)
        if facts.machine not in _MACHINES:
            raise UnsupportedHost(
                f"{host.name} is a Windows host with a processor of the kind {facts.machine}; "
                "64-bit Windows is needed",
                remedy="Choose another host.",
            )
        build = facts.build.rpartition(".")[2]
        if facts.machine == "ARM64" and build.isdecimal() and int(build) < _X64_ON_ARM:
            raise UnsupportedHost(
                f"{host.name} runs Windows {facts.build} on ARM64, which cannot run x64 programs",
                remedy="Update it to Windows 11.",
            )
        return facts

    def command(self, facts: HostFacts) -> str:
        return python_command(facts.python)

    def foundation(self, connection: Connection, facts: HostFacts, cache: Path, report: Report) -> Foundation:
        def reprobe(name: str) -> HostFacts | None:
            return look(connection, facts.host, facts.home, (name,))

        return foundation.foundation(connection, facts, cache, report, reprobe)

    def launch(
        self, connection: Connection, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions
    ) -> Launched:
        return start.launch(connection, facts, deployed, host, options)

    def instance(self, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions) -> str:
        return start.instance(facts, deployed, host, options)

    def remove(self, connection: Connection, facts: HostFacts) -> Removed:
        return removal.remove(connection, facts)


def look(connection: Connection, host: str, home: str, runtimes: Iterable[str]) -> HostFacts | None:
    """Runs the probing script with the first of these runtimes that works; None where there is none.

    `host` is the user's name for the host, `home` the profile's path. Raises UnsupportedHost, and NoAnswer
    where no runtime gives one.
    """
    found: WindowsProbeAnswer | Refusal | None = None
    silent: NoAnswer | None = None
    for name in runtimes:
        try:
            found = _probed(connection, python_of(name))
            break
        except NoAnswer as error:
            silent = silent or error
        except BootstrapError:
            continue  # a damaged one: the next may do
    if isinstance(found, Refusal):
        raise UnsupportedHost(
            f"{host} could not be looked at: {found.error}",
            remedy=remedy_for(found.error, "Log in with ssh and see whether AppData\\Local can be read."),
        )
    if found is None:
        if silent is not None:
            raise silent
        return None
    deployed = tuple(DeployedPart(part.name, part.intact) for part in found.deployed)
    whole = {part.name for part in deployed if part.intact}
    fitting = _fitting(row for row in found.runtimes if row.name in whole)
    return HostFacts(
        host=host,
        platform="Windows",
        machine=found.machine.upper(),
        python=python_of(fitting.name) if fitting else "",
        python_version=_version(fitting) if fitting else (0, 0, 0),
        home=home,
        root=found.root,
        folder=FOLDER,
        free=found.free,
        deployed=deployed,
        agents=tuple(RunningAgent(agent.pid, agent.instance) for agent in found.agents),
        build=found.build,
        shell=found.shell,
        user=found.user,
        sid=found.sid,
        elevated=found.elevated,
        mac=found.mac,
        sessions=tuple(
            DesktopSession(row.number, row.station, row.user, row.sid, row.state, row.own)
            for row in found.sessions
        ),
    )


def _probed(connection: Connection, python: str) -> WindowsProbeAnswer | Refusal:
    """Returns the answer of the probing script; asks once more where none comes: a scanner may be at it."""
    try:
        return ask_python(connection, python, f"{REMOTE}.windows.probe", {}, WindowsProbeAnswer)
    except NoAnswer:
        time.sleep(ASK_AGAIN)
        return ask_python(connection, python, f"{REMOTE}.windows.probe", {}, WindowsProbeAnswer)


def _by_commands(connection: Connection, host: Host, contact: Contact) -> HostFacts:
    said = ask(connection, host, contact.home)
    return HostFacts(
        host=host.name,
        platform="Windows",
        machine=said.machine.upper(),
        build=said.build,
        python="",
        python_version=(0, 0, 0),
        home=native(contact.home),
        root=native(f"{contact.home}/{FOLDER}"),
        folder=FOLDER,
        free=said.free,
        # They are there, and none of them answers.
        deployed=tuple(DeployedPart(name, intact=False) for name in contact.runtimes),
        shell=said.shell,
        user=said.user,
        sessions=said.sessions,
    )


def _fitting(runtimes: Iterable[RuntimeAnswer]) -> RuntimeAnswer | None:
    """The highest Python among those that were built for the agent of today."""
    return max(
        (row for row in runtimes if row.requirements == requirements_today()), key=_version, default=None
    )


def _version(runtime: RuntimeAnswer) -> tuple[int, int, int]:
    numbers = [int(part) if part.isdecimal() else 0 for part in runtime.python.split(".")]
    major, minor, patch = [*numbers, 0, 0, 0][:3]
    return major, minor, patch
