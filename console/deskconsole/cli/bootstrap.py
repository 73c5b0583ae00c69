"""`deskconsole deploy` and `undeploy`: the agent onto a host, and away again."""

from __future__ import annotations

import sys
import threading

from deskconsole.common.paths import Paths

from .options import HostName, Json
from .progress_bars import progress_bars
from .terminal import counted, print_json, say, terminal_questions


def deploy(host: HostName, *, json: Json = False) -> None:
    """Copy the agent to a host without starting it.

    On Windows hosts a Python runtime is uploaded first. Files already present are skipped; interrupted
    uploads resume. `view` and the console deploy automatically.

    \b
    Example:
      deskconsole deploy lab-01
    """
    from deskconsole.app.deployment import connect_and_deploy
    from deskconsole.common.figures import size

    from .targets import find_host

    paths = Paths.default()
    result = connect_and_deploy(
        find_host(host, paths), terminal_questions(), paths, lambda: progress_bars(quiet=json)
    )
    if result.uploaded:
        _account(paths, result.host, "deploy", f"{result.uploaded} bytes")
    if json:
        print_json(result)
    else:
        parts = " and ".join(filter(None, (result.runtime, result.packages, result.agent)))
        say(f"{host}: {parts} deployed; {size(result.uploaded)} uploaded")


def undeploy(host: HostName, *, json: Json = False) -> None:
    """Remove all deskconsole processes and files from a host.

    \b
    Example:
      deskconsole undeploy lab-01
    """
    from deskconsole.bootstrap.remove import connect_and_remove, require_removed
    from deskconsole.common.errors import BootstrapError

    from .targets import find_host

    paths = Paths.default()
    found = find_host(host, paths)
    removed = connect_and_remove(found, terminal_questions(), paths, cancelled=threading.Event())
    if removed.files:
        _account(paths, found.name, "undeploy", f"{removed.files} files")
    if json:
        from deskconsole.app.results import UndeployResult

        print_json(UndeployResult.of(found.name, removed))
        if removed.left:
            sys.exit(BootstrapError.exit_code)
        return
    require_removed(removed, host)
    if not removed.processes and not removed.files:
        say(f"{host}: no deskconsole files on this host")
    else:
        ended, files = counted(removed.processes, "agent"), counted(removed.files, "file")
        say(f"{host}: {ended} ended, {files} removed ({removed.bytes / 1e6:,.0f} MB)")


def _account(paths: Paths, host: str, action: str, why: str) -> None:
    from deskconsole.audit import AuditAction, AuditEntry, AuditLog
    from deskconsole.session.console_identity import console_name

    log = AuditLog(paths.audit)
    log.record(AuditEntry(host, AuditAction(action), why, console_name()))
    log.close()
