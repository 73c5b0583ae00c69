"""`deskconsole doctor` on a Windows stand-in of strangers: others use it too, or it knows not our key."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deskconsole.common.paths import Paths
from deskconsole.common.progress import Progress
from deskconsole.diagnosis.examination import examine
from deskconsole.diagnosis.findings import DoctorStep, Finding, Outcome
from support.answers import Answers
from support.deployed_runtime import put_on_shelf, root_of
from support.sshd import keygen
from support.windows.host import WindowsHost
from support.windows.login import host_of


@pytest.fixture(scope="module")
def windows() -> Iterator[WindowsHost]:
    """A host that is bare at first."""
    with WindowsHost.start() as windows:
        yield windows


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Of a console that knows the host and has a runtime."""
    paths = Paths.below(tmp_path)
    put_on_shelf(paths.cache)
    return paths


Examined = Callable[..., dict[str, Finding]]
"""`examine` of the host, as what was found of each step: takes `begun`, `launching`, and another `key`."""


@pytest.fixture
def examined(windows: WindowsHost, paths: Paths, tmp_path: Path) -> Examined:
    """By a console that knows the host."""
    config = tmp_path / "ssh_config"
    config.write_text("Host *\n  IdentityAgent none\n")

    def examined(key: Path | None = None, **arguments: Any) -> dict[str, Finding]:
        host = msgspec.structs.replace(host_of(windows), identity_file=str(key or windows.key))
        told: list[Finding] = []
        examine(
            host,
            Answers(),
            paths,
            report=told.append,
            cancelled=threading.Event(),
            ssh_config=config,
            **arguments,
        )
        return {finding.step: finding for finding in told}

    return examined


def test_uploads_of_others_are_named_and_stay(windows: WindowsHost, examined: Examined) -> None:
    upload = root_of(windows) / "runtime-0123456789ab.cafe.part"

    def begun(step: DoctorStep, progress: Progress | None) -> None:
        if step is DoctorStep.LAUNCH:
            upload.mkdir()
            windows.drop_connections()

    first = examined(begun=begun)
    assert first[DoctorStep.LAUNCH].outcome is Outcome.BAD, first.values()
    assert first[DoctorStep.CLEANUP].outcome is Outcome.DOUBTFUL
    assert upload.name in first[DoctorStep.CLEANUP].sentence
    assert upload.exists()
    assert upload.name in examined(launching=False)[DoctorStep.DEPLOYED].sentence


def test_doctor_names_a_key_that_is_refused(examined: Examined, tmp_path: Path) -> None:
    refused = examined(key=keygen(tmp_path / "stranger"), launching=False)[DoctorStep.AUTHENTICATION]
    assert refused.outcome is Outcome.BAD
    assert "%ProgramData%\\ssh\\administrators_authorized_keys" in refused.remedy
    assert ".ssh\\authorized_keys" in refused.remedy
    assert "OpenSSH Users" in refused.remedy
    assert "Entra ID" in refused.remedy
