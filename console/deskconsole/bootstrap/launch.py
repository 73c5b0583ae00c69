"""Starts the agent on a host, in the way of the platform that probing found."""

from __future__ import annotations

from dataclasses import replace

from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection

from .facts import AgentOptions, Deployed, HostFacts, Launched
from .platforms import PLATFORMS
from .posix.platform import x_session

DEFAULT_OPTIONS = AgentOptions()


def launch(
    connection: Connection,
    facts: HostFacts,
    deployed: Deployed,
    host: Host,
    options: AgentOptions = DEFAULT_OPTIONS,
) -> Launched:
    """An agent that listens on the host's loopback, with the token that it wants to hear.

    One of the same files and options that still runs is used again, so that a reconnect is quick; others
    without a console are ended. Raises LaunchError (no display, or the agent's own last words).
    """
    return PLATFORMS[facts.platform].launch(connection, facts, deployed, host, _allowed(options, host))


def require_display(facts: HostFacts, host: Host, options: AgentOptions) -> None:
    """Raises LaunchError where probing has told already that there is no display to show."""
    if facts.platform == "Linux" and options.source == "display":
        x_session(facts, host)


def instance(facts: HostFacts, deployed: Deployed, host: Host, options: AgentOptions) -> str:
    """The name of that agent on the host, launched or not yet."""
    return PLATFORMS[facts.platform].instance(facts, deployed, host, _allowed(options, host))


def _allowed(options: AgentOptions, host: Host) -> AgentOptions:
    return replace(options, view_only=True) if host.control == "never" else options
