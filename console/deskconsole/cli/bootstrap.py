"""`deskconsole deploy` and `undeploy`: the agent onto a host, and away again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from deskconsole.common.counted import counted
from deskconsole.common.paths import Paths

from .many import run_on_each
from .options import Json
from .progress_bars import progress_bars
from .selection import JOBS, AllHosts, HostNames, InGroup, Jobs, select
from .terminal import say, terminal_questions

if TYPE_CHECKING:
    from deskconsole.app.parallel import Cancellation
    from deskconsole.app.results import DeployResult, UndeployResult
    from deskconsole.inventory.host import Host


def deploy(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    jobs: Jobs = JOBS,
    json: Json = False,
) -> None:
    """Copy the agent to hosts without starting it.

    On Windows hosts a Python runtime is uploaded first. Files already present are skipped; interrupted
    uploads resume. `view` and the console deploy automatically.

    \b
    Examples:
      deskconsole deploy lab-01
      deskconsole deploy --group lab --jobs 4
    """
    from deskconsole.app.deployment import connect_and_deploy
    from deskconsole.common.figures import size
    from deskconsole.ssh.secrets import OpenedKeys, Secrets

    paths = Paths.default()
    chosen = select(hosts, group, everything, paths)
    questions, keys = terminal_questions(), OpenedKeys()

    def work(host: Host, cancellation: Cancellation) -> DeployResult:
        result = connect_and_deploy(
            host,
            questions,
            paths,
            # Bars of several hosts would be drawn one over the other.
            lambda: progress_bars(quiet=json or chosen.several),
            cancellation.event,
            Secrets(keys),
        )
        if result.uploaded:
            _account(paths, result.host, "deploy", f"{result.uploaded} bytes")
        return result

    def show(result: DeployResult) -> None:
        parts = " and ".join(filter(None, (result.runtime, result.packages, result.agent)))
        say(f"{result.host}: {parts} deployed; {size(result.uploaded)} uploaded")

    run_on_each(chosen.hosts, work, show, several=chosen.several, jobs=jobs, json=json)


def undeploy(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    jobs: Jobs = JOBS,
    json: Json = False,
) -> None:
    """Remove all deskconsole processes and files from hosts.

    \b
    Examples:
      deskconsole undeploy lab-01
      deskconsole undeploy lab-01 lab-02
    """
    from deskconsole.app.results import UndeployResult
    from deskconsole.bootstrap.remove import connect_and_remove, require_removed
    from deskconsole.common.errors import BootstrapError
    from deskconsole.ssh.secrets import OpenedKeys, Secrets

    paths = Paths.default()
    chosen = select(hosts, group, everything, paths)
    questions, keys = terminal_questions(), OpenedKeys()
    left: list[str] = []

    def work(host: Host, cancellation: Cancellation) -> UndeployResult:
        removed = connect_and_remove(
            host, questions, paths, cancelled=cancellation.event, secrets=Secrets(keys)
        )
        if removed.files:
            _account(paths, host.name, "undeploy", f"{removed.files} files")
        if not json:
            require_removed(removed, host.name)
        left.extend(removed.left)
        return UndeployResult.of(host.name, removed)

    def show(result: UndeployResult) -> None:
        if not result.processes and not result.files:
            say(f"{result.host}: no deskconsole files on this host")
        else:
            ended, files = counted(result.processes, "agent"), counted(result.files, "file")
            say(f"{result.host}: {ended} ended, {files} removed ({result.bytes / 1e6:,.0f} MB)")

    run_on_each(
        chosen.hosts,
        work,
        show,
        several=chosen.several,
        jobs=jobs,
        json=json,
        good=lambda result: not result.left,
    )
    if left:
        sys.exit(BootstrapError.exit_code)


def _account(paths: Paths, host: str, action: str, why: str) -> None:
    from deskconsole.audit import AuditAction, AuditEntry, AuditLog
    from deskconsole.session.console_identity import console_name

    log = AuditLog(paths.audit)
    log.record(AuditEntry(host, AuditAction(action), why, console_name()))
    log.close()
