"""`deskconsole deploy` and `undeploy`: the agent onto a host, and away again."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as ProgressBars

from ..bootstrap.deploy import deploy as deploy_agent
from ..bootstrap.facts import HostFacts
from ..bootstrap.probe import probe
from ..bootstrap.progress import Progress, Report
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
    with _probed(host) as (connection, facts), _progress_bar(quiet=json) as show:
        deployed = deploy_agent(connection, facts, cache=Paths.default().cache, progress=show)
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
        say(f"{host}: {removed.processes} agents ended, {removed.files} files ({removed.bytes:,} bytes) gone")
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


@contextmanager
def _progress_bar(*, quiet: bool) -> Iterator[Report]:
    """A bar on stderr for each step, where stderr is a terminal and nobody wants it quiet."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with ProgressBars(*columns, console=Console(stderr=True), disable=quiet) as bars:
        tasks: dict[str, TaskID] = {}

        def show(progress: Progress) -> None:
            if progress.step not in tasks:
                tasks[progress.step] = bars.add_task(progress.step, total=progress.total or None)
            bars.update(tasks[progress.step], completed=progress.done, total=progress.total or None)

        yield show
