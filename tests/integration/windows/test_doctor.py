"""`deskconsole doctor` and the Windows stand-in: the way to its desktop, and what can be wrong on it."""

from __future__ import annotations

import functools
import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deskconsole.bootstrap.facts import AgentOptions
from deskconsole.common.errors import Cancelled
from deskconsole.common.paths import Paths
from deskconsole.common.progress import Progress
from deskconsole.diagnosis.examination import examine
from deskconsole.diagnosis.findings import DoctorStep, Finding, Outcome
from deskconsole.ssh.prompts import NoQuestions
from support.command_line import CommandLine, Said
from support.deployed_runtime import equip, put_on_shelf, root_of
from support.told_words import told_words
from support.windows.host import WindowsHost
from support.windows.login import host_of

LOOKS = [
    "name", "port", "host key", "authentication", "forwarding", "files", "shell", "system", "runtime",
    "desktop", "disk", "deployed",
]  # fmt: skip
PROOF = ["deploy", "rights", "launch", "session", "token", "versions", "picture", "exact"]


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """Somebody who has a runtime already."""
    user = CommandLine(tmp_path_factory.mktemp("doctor") / "user")
    put_on_shelf(user.home / "cache")
    return user


@pytest.fixture(scope="module")
def host(user: CommandLine) -> Iterator[WindowsHost]:
    """A bare host that he knows; its user is named like a word of the report, as some people are."""
    with WindowsHost.start(user="Will") as host:
        user.trust(host.known_hosts_line)
        user.add_host("lab", address="127.0.0.1", port=host.port, user=host.user, identity_file=str(host.key))
        yield host


@pytest.fixture(autouse=True)
def _bare_afterwards(host: WindowsHost) -> Iterator[None]:
    """Whatever doctor met, the host has nothing of ours then."""
    yield
    assert not [name for name in host.listing() if "deskconsole" in name.lower()]
    assert host.processes("pythonw.exe") == []
    assert not host.tasks()


Examine = Callable[..., list[Finding]]
"""`examine` of the host, by a console that has a runtime: takes `cancelled`, `begun` and `options`."""


@pytest.fixture
def examined(user: CommandLine, host: WindowsHost, tmp_path: Path) -> Examine:
    config = tmp_path / "ssh_config"
    config.write_text("Host *\n  IdentityAgent none\n")
    return functools.partial(
        examine,
        host_of(host),
        NoQuestions(),
        Paths.below(user.home),
        report=lambda finding: None,
        ssh_config=config,
    )


@pytest.fixture
def equipped(host: WindowsHost) -> Iterator[None]:
    """The host has the runtime already, and keeps it."""
    equip(host)
    yield
    shutil.rmtree(root_of(host))


def report_of(said: Said, code: int) -> dict[str, Any]:
    """What was found by a command that ended with `code`."""
    assert (said.code, said.stderr) == (code, ""), said
    report: dict[str, Any] = json.loads(said.stdout)
    return report


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    """How each step came out."""
    return {finding["step"]: finding["outcome"] for finding in report["findings"]}


def wrong(said: Said, code: int, step: str) -> dict[str, Any]:
    """The finding that is told first."""
    report = report_of(said, code)
    assert report["first_bad"] == step
    return next(dict(finding) for finding in report["findings"] if finding["step"] == step)


def test_a_bare_host_is_healthy_and_bare_again(user: CommandLine, host: WindowsHost) -> None:
    written = user.home / "report.txt"
    report = report_of(user.run("doctor", "lab", "--json", "--report", str(written), timeout=180), 0)
    text = written.read_text("utf-8")
    assert re.search(r"^host: Windows \d+\.\d+\.\d+, AMD64, Python 3\.", text, re.MULTILINE)
    assert "SSH-2.0-" in text
    assert "grabs by mss" in text
    secrets = ("lab", "127.0.0.1", host.user, str(host.key), str(user.home), "SHA256:")
    assert told_words(text, secrets) == []
    found = outcomes(report)
    assert list(found) == [*LOOKS, *PROOF, "clean-up"]
    assert "bad" not in found.values()
    good = {step for step, outcome in found.items() if outcome == "good"}
    assert good >= {"forwarding", "shell", "runtime", "deploy", "launch", "session", "token", "exact"}
    assert report["healthy"]


def test_doctor_without_a_deploy_brings_nothing(user: CommandLine, host: WindowsHost) -> None:
    before = host.listing()
    found = outcomes(report_of(user.run("doctor", "lab", "--no-launch", "--json"), 0))
    assert [step for step, outcome in found.items() if outcome != "skipped"] == LOOKS
    assert host.listing() == before


def test_doctor_names_forwarding_that_is_switched_off(user: CommandLine, host: WindowsHost) -> None:
    host.change(forwarding=False)
    try:
        assert "AllowTcpForwarding" in wrong(user.run("doctor", "lab", "--json"), 3, "forwarding")["remedy"]
    finally:
        host.change(forwarding=True)


def test_doctor_names_missing_sftp(user: CommandLine, host: WindowsHost) -> None:
    host.change(sftp=False)
    try:
        assert "SFTP" in wrong(user.run("doctor", "lab", "--json"), 3, "files")["sentence"]
    finally:
        host.change(sftp=True)


@pytest.mark.usefixtures("equipped")
def test_doctor_names_a_task_that_is_refused(user: CommandLine, host: WindowsHost) -> None:
    host.refuse_tasks()
    try:
        finding = wrong(user.run("doctor", "lab", "--json", timeout=180), 6, "launch")
    finally:
        host.refuse_tasks(refused=False)
    assert "refused the task" in finding["sentence"]
    assert "as an administrator" in finding["remedy"]


@pytest.mark.usefixtures("equipped")
def test_doctor_says_that_no_one_is_logged_on(user: CommandLine, host: WindowsHost) -> None:
    host.log_off()
    try:
        finding = wrong(user.run("doctor", "lab", "--json", timeout=180), 6, "launch")
    finally:
        host.log_on()
    assert "no desktop to show" in finding["sentence"]
    assert "Log on" in finding["remedy"]


def test_doctor_doubts_a_console_without_a_runtime(
    user: CommandLine, host: WindowsHost, tmp_path: Path
) -> None:
    other = CommandLine(tmp_path / "other")
    other.trust(host.known_hosts_line)
    other.add_host("lab", address="127.0.0.1", port=host.port, user=host.user, identity_file=str(host.key))
    report = report_of(other.run("doctor", "lab", "--no-launch", "--json"), 0)
    assert outcomes(report)["runtime"] == "doubtful"


def test_doctor_cancelled_in_the_middle_of_a_launch_ends_soon(examined: Examine, host: WindowsHost) -> None:
    cancelled = threading.Event()
    timer = threading.Timer(1.5, cancelled.set)
    called_off = 0.0

    def begun(step: DoctorStep, progress: Progress | None) -> None:
        nonlocal called_off
        if step is DoctorStep.LAUNCH:
            called_off = time.monotonic() + 1.5
            timer.start()

    host.log_off()
    try:
        found = examined(cancelled=cancelled, begun=begun, options=AgentOptions(wait_for_user=100))
        pytest.fail(f"it came to its end: {found[-3:]}")
    except Cancelled:
        pass
    finally:
        host.log_on()
    assert time.monotonic() - called_off < 90, "it waited for the user"


def test_doctor_names_a_link_that_dies_after_the_deploy(examined: Examine, host: WindowsHost) -> None:
    def begun(step: DoctorStep, progress: Progress | None) -> None:
        if step is DoctorStep.LAUNCH:
            host.drop_connections()

    found = {finding.step: finding.outcome for finding in examined(cancelled=threading.Event(), begun=begun)}
    assert found[DoctorStep.LAUNCH] is Outcome.BAD
    assert found[DoctorStep.CLEANUP] is Outcome.GOOD
