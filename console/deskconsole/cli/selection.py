"""The hosts that a command is for: named one by one, by their group, or all of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from deskconsole.common.errors import ConfigurationError

from .options import HOST_HELP

if TYPE_CHECKING:
    from deskconsole.common.paths import Paths
    from deskconsole.inventory.host import Host

HostNames = Annotated[list[str] | None, typer.Argument(metavar="HOST...", help=HOST_HELP, show_default=False)]
InGroup = Annotated[
    str | None, typer.Option("--group", metavar="GROUP", help="All hosts of a group.", show_default=False)
]
AllHosts = Annotated[bool, typer.Option("--all", help="All hosts of the list.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, max=64, metavar="N", help="How many hosts at a time.")]

JOBS = 8
"""Hosts at a time, where --jobs does not say."""


class HostSelection(NamedTuple):
    """The hosts, in the order of the list, each once."""

    hosts: tuple[Host, ...]
    several: bool
    """More than one was asked for, or a group, or all: a failure of one does not end the command."""


def select(names: list[str] | None, group: str | None, everything: bool, paths: Paths) -> HostSelection:
    """The hosts that the arguments mean. Raises ConfigurationError where they mean none."""
    require_one_way(names, group, everything)
    if names:
        from .targets import find_host

        # Of several names one that leads nowhere is that host's own failure.
        alone = len(names) == 1
        found = {host.name: host for host in (find_host(name, paths, connecting=alone) for name in names)}
        return HostSelection(tuple(found.values()), len(found) > 1)
    from deskconsole.inventory.inventory import Inventory

    inventory = Inventory.load(paths.hosts)
    if group is not None:
        return HostSelection(inventory.in_group(group), several=True)
    if not inventory.hosts:
        raise no_hosts(str(inventory.path))
    return HostSelection(inventory.hosts, several=True)


def no_hosts(place: str) -> ConfigurationError:
    """The error for --all where there is no host."""
    return ConfigurationError(
        f"there are no hosts in {place}", remedy="Add one with `deskconsole hosts add NAME`."
    )


def require_one_way(names: list[str] | None, group: str | None, everything: bool) -> None:
    """Raises ConfigurationError unless hosts are given in just one of the three ways."""
    if sum((bool(names), group is not None, everything)) != 1:
        raise ConfigurationError(
            "give hosts by name, or --group GROUP, or --all, and only one of these",
            remedy="`deskconsole hosts` lists the hosts and their groups.",
        )
