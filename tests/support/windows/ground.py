"""A Windows stand-in with runtime and agent deployed, for tests of what comes after: launching and removing.

with windows_ground(tmp_path) as ground:
    ground.launch(seed=7); ground.remove(); ground.bare      # the host's listing before anything of ours
    ground.deploy_again()                                    # after a removal; quicker than a deploy
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.facts import AgentOptions, Deployed, HostFacts, Launched, Removed
from deskconsole.bootstrap.launch import launch
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.remove import remove
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection
from support.deployed_runtime import equip, root_of

from .host import WindowsHost
from .login import host_of, log_in

OPTIONS = AgentOptions(idle_exit=120)


@dataclass
class WindowsGround:
    """What a test stands on."""

    windows: WindowsHost
    host: Host
    connection: Connection
    """A test may put another in its place."""
    deployed: Deployed
    bare: set[str]
    """All files of the host before anything of ours was there."""
    folder: Path
    """The test's own on this machine."""

    @property
    def facts(self) -> HostFacts:
        return self.deployed.facts

    @property
    def root(self) -> Path:
        """Our folder on the host."""
        return root_of(self.windows)

    def connect(self) -> Connection:
        """One more connection, as another console has it."""
        return log_in(self.windows, self.folder)

    def launch(self, options: AgentOptions = OPTIONS, **changes: Any) -> Launched:
        options = replace(options, **changes)
        return launch(self.connection, self.facts, self.deployed, self.host, options)

    def look_again(self) -> None:
        """Takes note of who is logged on by now."""
        self.deployed = replace(self.deployed, facts=probe(self.connection, self.host))

    def remove(self) -> Removed:
        return remove(self.connection, self.facts)

    def agents(self) -> list[int]:
        """Processes of ours, seen from outside."""
        return [each.pid for each in self.windows.processes() if "\\deskconsole\\" in each.path.lower()]

    def runs(self) -> list[str]:
        """The folders of agents that were launched."""
        return sorted(entry.name for entry in (self.root / "run").iterdir() if entry.is_dir())

    def age_agents(self) -> None:
        """Makes all agents a while old: no console is on its way to one any more."""
        for token in self.root.glob("run/*/token"):
            os.utime(token, (time.time() - 60,) * 2)

    def end_agents(self) -> None:
        for pid in self.agents():
            self.windows.kill(pid)
        shutil.rmtree(self.root / "run", ignore_errors=True)

    def deploy_again(self) -> None:
        """Everything as it was deployed first."""
        self.end_agents()
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.folder / "deployed", self.root, copy_function=os.link)


@contextmanager
def windows_ground(folder: Path, **arguments: Any) -> Iterator[WindowsGround]:
    """A host of its own (`WindowsHost.start` takes the arguments) to which everything was brought."""
    with WindowsHost.start(**arguments) as windows:
        bare = windows.listing()
        equip(windows)
        host = host_of(windows, "lab-win")
        connection = log_in(windows, folder)
        deployed = deploy(connection, probe(connection, host))
        ground = WindowsGround(windows, host, connection, deployed, bare, folder)
        try:
            shutil.copytree(ground.root, folder / "deployed", copy_function=os.link)
            yield ground
        finally:
            ground.connection.close()


def python_command(program: str) -> str:
    """The command that runs this program, given on stdin, in the host's own Python.

    It reads so many bytes: a Python that has to wait for the end of its input did not hear of it once.
    """
    size = len(program.encode())
    return rf'C:\testbed\python\python.exe -I -S -c "import sys; exec(sys.stdin.buffer.read({size}))"'
