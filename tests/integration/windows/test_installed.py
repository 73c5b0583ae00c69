"""How the console comes to a Windows: from a clone by scripts/run.cmd, and as a tool of uv's."""

from __future__ import annotations

import os
import shutil

import pytest

from deskconsole.runtimes.package_index import index_environment
from support.wheel import build_wheel
from support.windows.host import WindowsHost
from support.windows_console import WindowsConsole, put_clone

RUN = r"C:\console\scripts\run.cmd"


@pytest.fixture(scope="module")
def clone(shared_windows: WindowsHost) -> WindowsConsole:
    """A clone on a Windows without Python or uv on its PATH."""
    put_clone(shared_windows)
    return WindowsConsole(shared_windows)


@pytest.fixture(scope="module")
def programs(clone: WindowsConsole, shared_windows: WindowsHost) -> dict[str, str]:
    """Variables that bring Python and uv onto PATH; uv reaches the index that this machine's user has."""
    found = {name: value for name, value in index_environment().items() if value.startswith("https:")}
    if certificates := os.environ.get("SSL_CERT_FILE"):
        shutil.copy(certificates, shared_windows.drive_c / "certificates.pem")
        found["SSL_CERT_FILE"] = r"C:\certificates.pem"
    return found | {"WINEPATH": r"C:\console\packages\bin;C:\console\python"}


def test_without_a_python_the_start_says_where_to_get_one(clone: WindowsConsole) -> None:
    said = clone.command(RUN, "--version")
    assert said.code == 1
    assert said.stdout == ""
    sentence, *remedy = said.stderr.splitlines()
    assert sentence == "deskconsole: Python 3.11 to 3.14 is needed and was not found"
    assert "winget install" in remedy[0]
    assert "DESKCONSOLE_PYTHON" in remedy[1]


@pytest.mark.long
def test_the_first_start_prepares_the_clone_and_every_start_hands_on_words_and_code(
    clone: WindowsConsole, programs: dict[str, str]
) -> None:
    said = clone.command(RUN, "--version", timeout=600, **programs)
    assert (said.code, said.stdout) == (0, "deskconsole 0.1.0\n"), said
    assert "ready after" in said.stderr
    # Python and uv were only needed once.
    assert clone.command(RUN, "hosts", "add", "a room", "--address", "10.0.0.2").code == 0
    said = clone.command(RUN, "hosts", "--json")
    assert (said.code, said.stderr) == (0, "")
    assert '"a room"' in said.stdout
    assert clone.command(RUN, "stats", "host.invalid").code == 3
    # An update of the clone may bring other packages.
    with (clone.folder / "scripts" / "locks" / "run.txt").open("a") as lock:
        lock.write("# changed\n")
    said = clone.command(RUN, "--version", timeout=600, **programs)
    assert (said.code, said.stdout) == (0, "deskconsole 0.1.0\n"), said
    assert "ready after" in said.stderr


@pytest.mark.long
def test_uv_installs_the_wheel_as_a_command(
    clone: WindowsConsole, programs: dict[str, str], shared_windows: WindowsHost
) -> None:
    (shared_windows.drive_c / "wheel").mkdir()
    wheel = build_wheel(shared_windows.drive_c / "wheel")
    install = ("uv", "tool", "install", "--quiet", "--python", r"C:\console\python\python.exe")
    versions = ("--constraints", r"C:\console\scripts\locks\run.txt")
    said = clone.command(*install, *versions, rf"C:\wheel\{wheel.name}", timeout=600, **programs)
    assert said.code == 0, said
    said = clone.command(r".local\bin\deskconsole.exe", "--version")
    assert (said.code, said.stdout, said.stderr) == (0, "deskconsole 0.1.0\n", "")
