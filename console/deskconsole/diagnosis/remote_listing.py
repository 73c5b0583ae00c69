"""Lists the deskconsole folder of a host by name, with interrupted uploads and another console's files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from deskconsole.bootstrap.console_id import console_id
from deskconsole.bootstrap.facts import HostFacts
from deskconsole.ssh.connection import Connection

_OURS_TO_ALL = {"run"}


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """Names, as SFTP tells them: no program of the host is asked."""

    names: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    """Folders of agents, whether these run or not."""

    @classmethod
    def at(cls, connection: Connection, facts: HostFacts) -> RemoteListing:
        """Lists the folder now. Raises DeployError where SFTP does not tell, ConnectionLost."""
        with connection.files() as files:
            return cls(
                tuple(entry.name for entry in files.list(facts.folder)),
                tuple(entry.name for entry in files.list(f"{facts.folder}/run") if entry.folder),
            )

    @property
    def uploads(self) -> tuple[str, ...]:
        """Those that were cut, or are under way now."""
        return tuple(name for name in self.names if name.endswith(".part"))

    def not_of(self, parts: Collection[str], instance: str = "") -> tuple[str, ...]:
        """The names that another console brought: not `parts`, this console's uploads or `instance`."""
        agents = tuple(f"run/{name}" for name in self.instances if name != instance)
        return tuple(name for name in self.names if not _is_of(name, parts)) + agents


def _is_of(name: str, parts: Collection[str]) -> bool:
    # What an installation is just unpacking or throwing away begins with a dot.
    if name in parts or name in _OURS_TO_ALL or name.startswith("."):
        return True
    return name.endswith((".part", ".old")) and f".{console_id()}" in name
