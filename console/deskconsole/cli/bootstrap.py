"""`deskconsole deploy` and `undeploy`: the agent onto a host, and away again."""

from __future__ import annotations

import sys
import threading

from .options import HostName, Json
from .progress_bars import progress_bars
from .terminal import counted, print_json, say, terminal_questions


def deploy(host: HostName, *, json: Json = False) -> None:
    """Copy the agent to a host without starting it.

    On Windows hosts a Python runtime is uploaded first. Files already present are skipped; interrupted
    uploads resume. `view` and the console do all this by themselves.

    \b
    Example:
      deskconsole deploy lab-01
    """
    from deskconsole.app.deployment import connect_and_deploy
    from deskconsole.common.paths import Paths

    from .targets import find_host

    paths = Paths.default()
    result = connect_and_deploy(
        find_host(host, paths), terminal_questions(), paths, lambda: progress_bars(quiet=json)
    )
    if json:
        print_json(result)
    else:
        there = " and ".join(filter(None, (result.runtime, result.packages, result.agent)))
        verb = "are" if " and " in there else "is"
        say(f"{host}: {there} {verb} there; sent: {counted(result.uploaded, 'byte')}")


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
