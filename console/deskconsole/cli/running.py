"""The hosts that a command is for, each with the running console that has it in its list, if there is one."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deskconsole.common.errors import (
    ConfigurationError,
    ConnectionLost,
    ConsoleNotRunning,
    HostGone,
    ViewerError,
)
from deskconsole.common.paths import Paths

from .selection import HostSelection, no_hosts, require_one_way, select
from .terminal import say

if TYPE_CHECKING:
    from deskconsole.inventory.host import Host
    from deskconsole.local.client import RunningConsole

Own = Annotated[bool, typer.Option("--own", help="Ask no running console: make a session for this command.")]


@dataclass(frozen=True, slots=True)
class ChosenHost:
    """A host by its name, and who knows it."""

    name: str
    console: RunningConsole | None = None
    listed: Host | None = None

    @property
    def live_in(self) -> RunningConsole | None:
        """The console that has a stream of it now."""
        console = self.console
        return console if console is not None and console.hosts[self.name].live else None

    @property
    def shown_in(self) -> RunningConsole | None:
        """The console that has a stream of it now, and can show its window on this display.

        Raises ViewerError for a host of the demo that this command alone could not reach.
        """
        from deskconsole.viewer.display import windows_display  # few commands need it

        console = self.live_in
        if console is None or console.display == windows_display(os.environ):
            return console
        if console.demo:
            raise ViewerError(
                f"the running demo cannot show {self.name} on this display",
                remedy="Start `deskconsole demo` in this desktop session.",
            )
        return None

    @property
    def asked_console(self) -> RunningConsole:
        """The console that has the host in its list. Raises ConsoleNotRunning where there is none."""
        if self.console is None:
            raise ConsoleNotRunning(
                f"no console runs that has {self.name} in its list",
                remedy="Start one with `deskconsole`, in another terminal.",
            )
        return self.console

    @property
    def host(self) -> Host:
        """The host itself, for a session of the command's own.

        Raises ConfigurationError, and of a host of the running demo why it is not connected there.
        """
        if self.listed is not None:
            return self.listed
        if self.console is not None and self.console.demo:  # only the demo reaches its hosts
            if (reason := self.console.hosts[self.name].why_not_live) is None:
                raise ConnectionLost(f"{self.name} was connected a moment ago", remedy="Try again.")
            from deskconsole.local.client import error_of

            raise error_of(reason)
        from .targets import find_host

        return find_host(self.name, Paths.default())


@dataclass(frozen=True, slots=True)
class ChosenHosts:
    """The hosts, each once. `several`: a failure of one does not end the command."""

    hosts: tuple[ChosenHost, ...]
    several: bool


def choose(names: list[str] | None, group: str | None, everything: bool, *, own: bool) -> ChosenHosts:
    """The hosts that the arguments mean. Raises ConfigurationError where they mean none.

    The newest console over the user's own list is asked. The demo's hosts are meant only where the list has
    none of that name, or, for a group and for all, where the list is empty.
    """
    require_one_way(names, group, everything)
    consoles = [] if own else consoles_running()
    if names:
        hosts = {one.name: one for one in (_named(name, consoles, alone=len(names) == 1) for name in names)}
        return ChosenHosts(tuple(hosts.values()), len(hosts) > 1)
    for console in consoles:
        if not console.demo:
            return ChosenHosts(_of_console(console, group), several=True)
    try:
        return _listed(select(None, group, everything, Paths.default()))
    except ConfigurationError:
        # A mistake in the list is told, an empty list is not the end where the demo runs.
        if not consoles or not _list_is_empty():
            raise
        return ChosenHosts(_of_console(consoles[0], group), several=True)


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """The files in which history and logs are. `note`: what a person is told of them, or of others."""

    paths: Paths
    of_demo: bool = False
    note: str = ""

    def say_none(self, sentence: str) -> None:
        """Says that nothing was found, and where else there is something."""
        say(sentence if self.of_demo or not self.note else f"{sentence} {self.note}")


def kept_files(names: Collection[str] = (), group: str | None = None) -> KeptFiles:
    """The files about the hosts of these names or of a group; of neither: about all. They are the user's own.

    The running demo's are meant where only the demo has such a host or group, and without them where the user
    has neither hosts nor events. Raises ConfigurationError for names of both.
    """
    own = Paths.default()
    demo = next((console for console in consoles_running() if console.demo and console.home), None)
    if demo is None:
        return KeptFiles(own)
    try:
        listed = _list()
    except ConfigurationError:  # the files about hosts do not need their list
        return KeptFiles(own)
    of_demo = [name for name in names if name in demo.hosts and name not in listed]
    if of_demo and (others := [name for name in names if name not in of_demo]):
        raise ConfigurationError(
            f"{of_demo[0]} is a host of the running demo, and {others[0]} is not",
            remedy="Ask for them one after the other.",
        )
    if group is not None:
        in_demo = group not in listed.values() and any(one.group == group for one in demo.hosts.values())
    else:
        in_demo = bool(of_demo) or not (names or listed or own.events.exists())
    if in_demo:
        return KeptFiles(
            Paths.below(Path(demo.home)), of_demo=True, note="These are of the running demo, and end with it."
        )
    return KeptFiles(own, note="The running demo has its own: name one of its hosts or groups.")


def consoles_running() -> list[RunningConsole]:
    """The consoles of this user, in the order in which they are asked."""
    from deskconsole.local.client import running_consoles

    return running_consoles(
        Paths.default().run,
        lambda: say("a console that runs does not answer, and is not asked: it may be suspended"),
    )


def _named(name: str, consoles: list[RunningConsole], *, alone: bool) -> ChosenHost:
    for console in consoles:
        if name in console.hosts and (not console.demo or not _in_list(name)):
            return ChosenHost(name, console)
    from .targets import find_host

    try:
        host = find_host(name, Paths.default())
    except HostGone:
        if alone:
            raise
        return ChosenHost(name)  # of several it is this one's own failure, in its turn
    return ChosenHost(host.name, listed=host)


def _listed(selection: HostSelection) -> ChosenHosts:
    hosts = tuple(ChosenHost(host.name, listed=host) for host in selection.hosts)
    return ChosenHosts(hosts, selection.several)


def _of_console(console: RunningConsole, group: str | None) -> tuple[ChosenHost, ...]:
    listed = console.hosts.values()
    # As in the console's list: groups in the order in which they come first, hosts without one last.
    groups = {
        name: (not name, place) for place, name in enumerate(dict.fromkeys(one.group for one in listed))
    }
    ordered = sorted(listed, key=lambda one: groups[one.group])
    found = tuple(ChosenHost(one.name, console) for one in ordered if group in {None, one.group})
    if group is not None and (not found or not group):
        from deskconsole.inventory.inventory import no_group

        raise no_group(group, [one.group for one in listed])
    if not found:
        raise no_hosts("the running console")
    return found


def _in_list(name: str) -> bool:
    return name in _list()


def _list_is_empty() -> bool:
    return not _list()


def _list() -> dict[str, str]:
    """The groups of the user's own hosts, by their names."""
    path = Paths.default().hosts
    if not path.exists():  # the usual case beside a demo; what reads the file takes 0.05 s to import
        return {}
    from deskconsole.inventory.inventory import Inventory

    return {host.name: host.group for host in Inventory.load(path).hosts}
