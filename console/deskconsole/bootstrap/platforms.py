"""What differs from one system to the next, as one protocol, and the register of who fulfils it."""

from __future__ import annotations

from typing import Protocol

from ..hosts import Host
from ..ssh.client import Connection
from .facts import AgentOptions, Contact, Deployed, HostFacts, Launched
from .linux import Linux


class Platform(Protocol):
    """One system on which agents run. Uploading and removing are the same everywhere, given these."""

    def probe(self, connection: Connection, host: Host, contact: Contact) -> HostFacts:
        """What the host has; raises UnsupportedHost where something indispensable is missing."""
        ...

    def command(self, facts: HostFacts) -> str:
        """The command that starts a Python which reads its program from stdin, in any login shell."""
        ...

    def wheels(self, facts: HostFacts) -> str:
        """uv's name for the host's platform; raises UnsupportedHost where no wheels exist for it."""
        ...

    def launch(
        self, connection: Connection, facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions
    ) -> Launched:
        """Starts the agent where it sees the user's desktop; raises LaunchError."""
        ...


PLATFORMS: dict[str, Platform] = {"Linux": Linux()}
"""By the name in `Contact.system`, which is also `HostFacts.platform`."""
