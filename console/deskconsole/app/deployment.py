"""Copies the agent to a host over a connection of its own, without starting it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.probe import probe
from deskconsole.common.paths import Paths
from deskconsole.common.progress import Report
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import connect
from deskconsole.ssh.prompts import Questions
from deskconsole.ssh.secrets import Secrets

from .results import DeployResult


def connect_and_deploy(
    host: Host,
    questions: Questions,
    paths: Paths,
    reporting: Callable[[], AbstractContextManager[Report]],
    cancelled: threading.Event,
    secrets: Secrets | None = None,
) -> DeployResult:
    """Connects, probes and deploys. Raises ConnectionFailed, BootstrapError or Cancelled.

    `reporting` is entered after the login, when no question is asked any more.
    """
    with connect(
        host, questions, known_hosts=paths.known_hosts, cancelled=cancelled, secrets=secrets
    ) as connection:
        facts = probe(connection, host)
        with reporting() as report:
            deployed = deploy(connection, facts, cache=paths.cache, progress=report)
    return DeployResult.of(host.name, facts, deployed)
