"""The protocol of what differs from one system to the next, and the table of its implementations."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from deskconsole.common.progress import Report
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection

from .facts import AgentOptions, Contact, Deployed, Foundation, HostFacts, Launched, Removed
from .posix.platform import Linux
from .windows.platform import Windows


class Platform(Protocol):
    """One system on which agents run. What the agent itself needs to get there is the same everywhere."""

    def probe(self, connection: Connection, host: Host, contact: Contact) -> HostFacts:
        """Asks what the host has; raises UnsupportedHost where something indispensable is missing."""
        ...

    def command(self, facts: HostFacts) -> str:
        """The command that starts a Python which reads its program from stdin, in any login shell."""
        ...

    def foundation(self, connection: Connection, facts: HostFacts, cache: Path, report: Report) -> Foundation:
        """Brings what the agent stands on, where the host lacks it: packages, or a whole Python.

        Raises DeployError, UnsupportedHost. `cache` is where the console keeps what it has fetched.
        """
        ...

    def launch(
        self, connection: Connection, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions
    ) -> Launched:
        """Starts the agent where it sees the user's desktop; raises LaunchError, NobodyLoggedOn."""
        ...

    def instance(self, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions) -> str:
        """The name below `run` of the agent that `launch` starts with the same; raises LaunchError."""
        ...

    def remove(self, connection: Connection, facts: HostFacts) -> Removed:
        """Takes all our files and processes off the host and looks whether it is gone."""
        ...


PLATFORMS: dict[str, Platform] = {"Linux": Linux(), "Windows": Windows()}
"""Keyed by the name in `Contact.system`, which is also `HostFacts.platform`."""
