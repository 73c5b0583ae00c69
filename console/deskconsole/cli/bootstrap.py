"""`deskconsole deploy` and `undeploy`: the agent onto a host, and away again."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from ..bootstrap.deploy import deploy as deploy_agent
from ..bootstrap.facts import HostFacts
from ..bootstrap.probe import probe
from ..bootstrap.progress import Progress
from ..bootstrap.remove import remove
from ..paths import Paths
from ..ssh.client import Connection, connect
from .targets import find_host
from .terminal import TerminalQuestions, print_json, say

HostName = Annotated[
    str, typer.Argument(metavar="HOST", help="A name of the inventory, or [user@]address[:port].")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def deploy(host: HostName, *, json: Json = False) -> None:
    """Bring the agent to a host, without starting it; what lies there already is not sent again."""
    with _probed(host) as (connection, facts):
        deployed = deploy_agent(
            connection, facts, cache=Paths.default().cache, progress=_ignore if json else _show_progress
        )
    if json:
        print_json(
            {
                "host": host,
                "platform": facts.platform,
                "python": ".".join(map(str, facts.python_version)),
                "agent": deployed.agent,
                "packages": deployed.packages,
                "uploaded": deployed.uploaded,
            }
        )
    else:
        say(f"{host}: {deployed.agent} is there, {deployed.uploaded:,} bytes were sent")


def undeploy(host: HostName, *, json: Json = False) -> None:
    """Take everything of ours off a host: processes, files, folders."""
    with _probed(host) as (connection, facts):
        removed = remove(connection, facts)
    if json:
        print_json(
            {
                "host": host,
                "processes": removed.processes,
                "files": removed.files,
                "bytes": removed.bytes,
                "left": list(removed.left),
            }
        )
    else:
        say(
            f"{host}: ended {removed.processes} agents, removed {removed.files} files ({removed.bytes:,} bytes)"
        )
        for path in removed.left:
            say(f"  still there: {path}")
    if removed.left:
        sys.exit(6)


@contextmanager
def _probed(name: str) -> Iterator[tuple[Connection, HostFacts]]:
    paths = Paths.default()
    host = find_host(name, paths)
    connection = connect(
        host, TerminalQuestions(), known_hosts=paths.known_hosts, cancelled=threading.Event()
    )
    try:
        yield connection, probe(connection, host)
    finally:
        connection.close()


def _show_progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        share = f" {100 * progress.done // progress.total} %" if progress.total else ""
        print(
            f"\r{progress.step}{share}\033[K",
            end="\n" if progress.done == progress.total else "",
            file=sys.stderr,
        )


def _ignore(_: Progress) -> None:
    """For results that are read by a program."""
