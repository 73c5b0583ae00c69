"""`deskconsole deploy` and `undeploy`: the agent onto a host, and away again."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .options import HostName, Json
from .progress_bars import progress_bars
from .terminal import counted, print_json, say, terminal_questions

if TYPE_CHECKING:
    from deskconsole.bootstrap.facts import HostFacts
    from deskconsole.ssh.connection import Connection


def deploy(host: HostName, *, json: Json = False) -> None:
    """Copy the agent to a host without starting it.

    On Windows hosts a Python runtime is uploaded first. Files already present are skipped; interrupted
    uploads resume. `view` and the console do all this by themselves.

    \b
    Example:
      deskconsole deploy lab-01
    """
    from deskconsole.bootstrap.deploy import deploy as bring
    from deskconsole.common.paths import Paths

    with _probed(host) as (connection, facts), progress_bars(quiet=json) as show:
        deployed = bring(connection, facts, cache=Paths.default().cache, progress=show)
    if json:
        from deskconsole.app.results import DeployResult

        print_json(DeployResult.of(host, facts, deployed))
    else:
        there = " and ".join(filter(None, (deployed.runtime, deployed.packages, deployed.agent)))
        verb = "are" if " and " in there else "is"
        say(f"{host}: {there} {verb} there; sent: {counted(deployed.uploaded, 'byte')}")


def undeploy(host: HostName, *, json: Json = False) -> None:
    """Remove all deskconsole processes and files from a host.

    \b
    Example:
      deskconsole undeploy lab-01
    """
    from deskconsole.bootstrap.remove import connect_and_remove
    from deskconsole.common.errors import BootstrapError
    from deskconsole.common.paths import Paths

    from .targets import find_host

    paths = Paths.default()
    removed = connect_and_remove(
        find_host(host, paths), terminal_questions(), paths, cancelled=threading.Event()
    )
    if json:
        from deskconsole.app.results import UndeployResult

        print_json(UndeployResult.of(host, removed))
        if removed.left:
            sys.exit(BootstrapError.exit_code)
    elif removed.left:
        raise BootstrapError(
            f"not everything could be taken off {host}: {', '.join(removed.left)}",
            remedy="End or delete that there by hand.",
        )
    elif not removed.processes and not removed.files:
        say(f"{host}: no deskconsole files on this host")
    else:
        ended, gone = counted(removed.processes, "agent"), counted(removed.files, "file")
        say(f"{host}: {ended} ended, {gone} gone ({removed.bytes / 1e6:,.0f} MB)")


@contextmanager
def _probed(name: str) -> Iterator[tuple[Connection, HostFacts]]:
    from deskconsole.bootstrap.probe import probe
    from deskconsole.common.paths import Paths
    from deskconsole.ssh.connection import connect

    from .targets import find_host

    paths = Paths.default()
    host = find_host(name, paths)
    connection = connect(
        host, terminal_questions(), known_hosts=paths.known_hosts, cancelled=threading.Event()
    )
    try:
        yield connection, probe(connection, host)
    finally:
        connection.close()
