"""`deskconsole doctor` and real SSH servers: the first thing that is wrong has its name, nothing is left."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskconsole.common.errors import Cancelled
from deskconsole.common.paths import Paths
from deskconsole.common.progress import Progress
from deskconsole.diagnosis.examination import examine
from deskconsole.diagnosis.findings import DoctorStep, Finding, Outcome, first_bad
from deskconsole.inventory.host import Host
from deskconsole.ssh.prompts import NoQuestions
from support.bootstrap_host import VENV_PATH, agents, listing
from support.command_line import CommandLine, Said, end, settled
from support.sshd import Sshd, keygen, public_line
from support.told_words import told_words
from support.xvfb import Xvfb, wait_for

LOGIN = ["name", "port", "host key", "authentication"]
LOOKS = ["forwarding", "files", "shell", "system", "desktop", "disk", "deployed"]
PROOF = ["deploy", "launch", "token", "versions", "picture", "exact"]


def steps(report: dict[str, Any], *outcomes: str) -> list[str]:
    """The steps that came out so."""
    return [finding["step"] for finding in report["findings"] if finding["outcome"] in outcomes]


def of(report: dict[str, Any], step: str) -> dict[str, Any]:
    """The one finding of a step."""
    (found,) = [finding for finding in report["findings"] if finding["step"] == step]
    return dict(found)


def report_of(said: Said, code: int) -> dict[str, Any]:
    """What was found by a command that ended with `code`."""
    assert (said.code, said.stderr) == (code, ""), said
    report: dict[str, Any] = json.loads(said.stdout)
    assert report["healthy"] is (code == 0)
    return report


def wrong(said: Said, code: int, step: str) -> dict[str, Any]:
    """The finding that is told first, after which nothing was tried."""
    report = report_of(said, code)
    assert report["first_bad"] == step
    assert set(PROOF) <= set(steps(report, "skipped"))
    assert all(
        finding["sentence"] == f"skipped until this is fixed: {step}"
        for finding in report["findings"]
        if finding["outcome"] == "skipped"
    )
    return of(report, step)


def test_a_healthy_host_is_left_as_it_was_and_a_report_tells_no_names(
    user: CommandLine, server: Sshd, lab: str, tmp_path: Path
) -> None:
    written = tmp_path / "report.txt"
    report = report_of(user.run("doctor", lab, "--json", "--report", str(written)), 0)
    assert (report["host"], report["first_bad"]) == ("lab", None)
    assert steps(report, "good") == [*LOGIN, *LOOKS, *PROOF, "clean-up"]
    assert len(report["findings"]) == len(steps(report, "good"))
    assert of(report, "picture")["sentence"] == "640x400"
    assert "OpenSSH" in of(report, "port")["sentence"]
    assert all(finding["seconds"] > 0 and finding["remedy"] == "" for finding in report["findings"])
    # Each step's time is its own: the picture and its comparison take longer than a line in between.
    assert of(report, "picture")["seconds"] > of(report, "versions")["seconds"]
    assert listing(server.home) == set()
    assert settled(lambda: agents(server.home)) == []
    assert user.leftovers() == []
    text = written.read_text("utf-8")
    assert re.search(r"^host: Linux, \w+, Python 3\.", text, re.MULTILINE)
    secrets = (
        "lab",
        "127.0.0.1",
        server.user,
        str(server.home),
        str(server.identity),
        str(user.home),
        "SHA256:",
    )
    assert told_words(text, secrets) == []


def test_only_looking_brings_nothing(user: CommandLine, server: Sshd, lab: str) -> None:
    report = report_of(user.run("doctor", lab, "--no-launch", "--json"), 0)
    assert steps(report, "good") == [*LOGIN, *LOOKS]
    assert steps(report, "skipped") == PROOF
    assert of(report, "exact")["sentence"] == "not asked for"
    assert listing(server.home) == set()


def test_a_host_in_use_keeps_what_it_has_and_its_console_is_not_disturbed(
    user: CommandLine, server: Sshd, lab: str
) -> None:
    with user.started("view", lab, "--json", "--seconds", "12") as console:
        wait_for(lambda: agents(server.home), what="the agent")
        report = report_of(user.run("doctor", lab, "--json"), 0)
        assert "already installed and intact" in of(report, "deploy")["sentence"]
        assert "the files stay" in of(report, "clean-up")["sentence"]
        stdout, stderr = console.communicate(timeout=90)
        assert (console.returncode, stderr) == (0, "")
        assert json.loads(stdout)["state"] == "streaming"
        assert json.loads(stdout)["statistics"]["reconnects"] == 0


def test_for_people_it_prints_lines_that_align(user: CommandLine, server: Sshd, lab: str) -> None:
    server.stop()
    said = user.run("doctor", lab)
    assert said.code == 3
    *lines, last, cause = said.stdout.splitlines()
    assert lines[0] == "✓ good      name            127.0.0.1 needs no looking up"
    assert lines[1] == (
        f"✖ bad       port            nothing listens at 127.0.0.1:{server.port} (connection refused)"
    )
    assert lines[2].strip() == "Check the port, and that an SSH server runs there."
    assert lines[3] == "· skipped   host key        skipped until this is fixed: port"
    assert last == "lab is not healthy. First problem: port"
    assert cause == f"  nothing listens at 127.0.0.1:{server.port} (connection refused)"


def test_doctor_names_what_is_wrong_before_the_login(user: CommandLine, server: Sshd, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        refusing = listener.getsockname()[1]
    other = CommandLine(tmp_path / "other")
    other.trust(f"[127.0.0.1]:{server.port} {public_line(keygen(tmp_path / 'before'))}\n")
    other.add_host("lab", address="127.0.0.1", port=server.port)
    user.know(server, identity_file=str(keygen(tmp_path / "stranger")))
    nowhere, closed, stranger = user.run_all(
        ["doctor", "nowhere.invalid", "--json"],
        ["doctor", f"127.0.0.1:{refusing}", "--json"],
        ["doctor", "lab", "--json"],
    )
    assert "does not resolve" in wrong(nowhere, 3, "name")["sentence"]
    assert "connection refused" in wrong(closed, 3, "port")["sentence"]
    assert "did not accept the key" in wrong(stranger, 5, "authentication")["sentence"]
    changed = wrong(other.run("doctor", "lab", "--json"), 4, "host key")
    assert "has changed" in changed["sentence"]
    assert "Someone may be in between" in changed["remedy"]


def test_forwarding_prohibited_is_told_and_the_rest_still_looked_at(
    user: CommandLine, make_sshd: Callable[..., Sshd], screen: Xvfb
) -> None:
    server = make_sshd(options={"AllowTcpForwarding": "no"}, environment={"PATH": VENV_PATH})
    user.know(server, x_display=screen.display)
    said = user.run("doctor", "lab", "--json")
    assert "AllowTcpForwarding" in wrong(said, 3, "forwarding")["remedy"]
    assert steps(json.loads(said.stdout), "good") == [*LOGIN, *LOOKS[1:]]
    assert listing(server.home) == set()


def test_doctor_names_what_a_host_lacks(
    user: CommandLine, make_sshd: Callable[..., Sshd], screen: Xvfb, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("sh", "uname", "printf", "cat"):
        (tmp_path / "bin" / name).symlink_to(f"/usr/bin/{name}")
    limit = "case $SSH_ORIGINAL_COMMAND in *sftp-server*) trap '' XFSZ; ulimit -f 8;; esac"
    servers = {
        "python": make_sshd(environment={"PATH": str(tmp_path / "bin")}),
        "sftp": make_sshd(environment={"PATH": VENV_PATH}, sftp=False),
        "disk": make_sshd(environment={"PATH": VENV_PATH}, prelude=limit),
        "screen": make_sshd(environment={"PATH": VENV_PATH}),
    }
    for name, server in servers.items():
        user.know(server, name, x_display=":987" if name == "screen" else screen.display)
    python, sftp, disk, nowhere = user.run_all(*(["doctor", name, "--json"] for name in servers))
    assert "python has no Python" in wrong(python, 6, "system")["sentence"]
    assert "SFTP" in wrong(sftp, 3, "files")["sentence"]
    assert report_of(disk, 6)["first_bad"] == "deploy"
    assert "there is no X display :987" in wrong(nowhere, 6, "desktop")["sentence"]
    assert screen.display in wrong(nowhere, 6, "desktop")["sentence"]
    for server in servers.values():
        assert listing(server.home) == set()
        assert settled(lambda home=server.home: agents(home)) == []


def test_ctrl_c_leaves_a_bare_host_bare(user: CommandLine, server: Sshd, lab: str) -> None:

    with user.started("doctor", lab) as process:
        wait_for(lambda: agents(server.home), what="the agent")
        assert end(process, signal.SIGINT)[0] == 130
    assert listing(server.home) == set()
    assert settled(lambda: agents(server.home)) == []


Examine = Callable[..., list[Finding]]
"""`examine` of a bare host that the console knows: takes `begun`, `report` and `cancelled`."""


@pytest.fixture
def examined(server: Sshd, screen: Xvfb, tmp_path: Path) -> Examine:
    paths = Paths.below(tmp_path / "console")
    paths.known_hosts.parent.mkdir(parents=True)
    paths.known_hosts.write_text(server.known_hosts_line)
    host = Host(
        name="lab",
        address="127.0.0.1",
        port=server.port,
        user=server.user,
        identity_file=str(server.identity),
        x_display=screen.display,
    )
    return functools.partial(examine, host, NoQuestions(), paths, ssh_config=server.client_config)


@pytest.mark.parametrize(
    "moment", [DoctorStep.SYSTEM, DoctorStep.DEPLOY, DoctorStep.LAUNCH, DoctorStep.TOKEN]
)
def test_doctor_cancelled_at_any_step_leaves_a_bare_host_bare(
    server: Sshd, examined: Examine, moment: DoctorStep
) -> None:
    cancelled = threading.Event()
    found: list[Finding] = []

    def begun(step: DoctorStep, progress: Progress | None) -> None:
        if step is moment:
            cancelled.set()

    with pytest.raises(Cancelled):
        examined(report=found.append, cancelled=cancelled, begun=begun)
    assert first_bad(found) is None
    assert listing(server.home) == set()
    assert settled(lambda: agents(server.home)) == []


def test_doctor_cancelled_while_the_host_is_silent_ends_soon(server: Sshd, examined: Examine) -> None:
    cancelled = threading.Event()
    found: list[Finding] = []

    def begun(step: DoctorStep, progress: Progress | None) -> None:
        if step is DoctorStep.LAUNCH:
            server.freeze()
            cancelled.set()
        if step is DoctorStep.CLEANUP:
            server.thaw()

    since = time.monotonic()
    with pytest.raises(Cancelled):
        examined(report=found.append, cancelled=cancelled, begun=begun)
    assert time.monotonic() - since < 40, "it waited for the launch"
    assert [finding.step for finding in found if finding.outcome is Outcome.GOOD][-1] == DoctorStep.CLEANUP
    assert listing(server.home) == set()
    assert settled(lambda: agents(server.home)) == []


def test_a_link_that_dies_after_the_deploy_leaves_a_bare_host_bare(server: Sshd, examined: Examine) -> None:
    def begun(step: DoctorStep, progress: Progress | None) -> None:
        if step is DoctorStep.LAUNCH:
            server.kill_connections()

    found = examined(report=lambda finding: None, cancelled=threading.Event(), begun=begun)
    wrong = first_bad(found)
    assert wrong is not None
    assert (wrong.step, wrong.exit_code) == (DoctorStep.LAUNCH, 3)
    assert {finding.step: finding.outcome for finding in found}[DoctorStep.CLEANUP] is Outcome.GOOD
    assert listing(server.home) == set()
    assert settled(lambda: agents(server.home)) == []


def test_another_consoles_agent_keeps_everything_though_ours_never_came_up(
    server: Sshd, examined: Examine, user: CommandLine, lab: str
) -> None:
    with contextlib.ExitStack() as stack:

        def begun(step: DoctorStep, progress: Progress | None) -> None:
            if step is DoctorStep.LAUNCH:
                stack.enter_context(user.started("view", lab, "--json", "--seconds", "60"))
                wait_for(lambda: agents(server.home), what="the other console's agent")
                server.kill_connections()

        found = examined(report=lambda finding: None, cancelled=threading.Event(), begun=begun)
        cleaned = {finding.step: finding for finding in found}[DoctorStep.CLEANUP]
        assert cleaned.outcome is Outcome.DOUBTFUL
        assert "another console is using this host (run/" in cleaned.sentence
        assert agents(server.home)


@pytest.mark.parametrize("moment", [DoctorStep.DEPLOY, DoctorStep.LAUNCH, DoctorStep.TOKEN])
def test_another_consoles_upload_keeps_everything(
    server: Sshd, examined: Examine, moment: DoctorStep
) -> None:
    upload = server.home / ".deskconsole" / "packages-0123456789ab.deadbeef.part"

    def begun(step: DoctorStep, progress: Progress | None) -> None:
        if step is moment:
            upload.parent.mkdir(exist_ok=True)
            upload.write_bytes(b"half")

    found = examined(report=lambda finding: None, cancelled=threading.Event(), begun=begun)
    cleaned = {finding.step: finding for finding in found}[DoctorStep.CLEANUP]
    assert (cleaned.outcome, first_bad(found)) == (Outcome.DOUBTFUL, None)
    assert upload.name in cleaned.sentence
    assert upload.exists()


def test_an_upload_that_was_cut_is_named(user: CommandLine, server: Sshd, lab: str) -> None:
    upload = server.home / ".deskconsole" / "packages-0123456789ab.deadbeef.part"
    upload.parent.mkdir()
    upload.write_bytes(b"half")
    report = report_of(user.run("doctor", lab, "--json"), 0)
    assert of(report, "deployed")["outcome"] == "doubtful"
    assert upload.name in of(report, "deployed")["sentence"]
    assert "the files stay" in of(report, "clean-up")["sentence"]
    assert upload.exists()
