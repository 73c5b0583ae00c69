"""The console on Windows reaches its hosts by SSH: keys, known_hosts, ssh.exe, the agent's pipe."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from deskconsole.bootstrap.archive import agent_archive
from deskconsole.runtimes.container import Runtime
from support.bootstrap_host import names, ssh_host
from support.built_runtime import built_runtime
from support.command_line import Said
from support.deployed_runtime import put_on_shelf, root_of
from support.sshd import Sshd
from support.windows.host import WindowsHost
from support.windows_console import WindowsConsole
from support.windows_ssh import PIPE_TO_AGENT, agent_on_loopback, ssh_program
from support.xvfb import Xvfb

NO_PROGRAM = "there is no ssh program on this computer"


@dataclass
class Lab:
    """A Linux host with a screen."""

    server: Sshd
    screen: Xvfb

    def config(self, *more: str) -> str:
        """The user's configuration of OpenSSH for it."""
        lines = ("HostName 127.0.0.1", f"Port {self.server.port}", f"User {self.server.user}", *more)
        return "".join(f"  {line}\n" for line in lines)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Xvfb(640, 400) as screen:
        screen.run("xterm", "-geometry", "80x20+10+10", "-T", "terminal", "-e", "echo hello; sleep 600")
        screen.wait_for_window("terminal")
        folder = tmp_path_factory.mktemp("lab") / "host"
        with ssh_host(folder, environment={"DISPLAY": screen.display}) as (server, _):
            yield Lab(server, screen)


@pytest.fixture
def profile(console: WindowsConsole) -> Iterator[Path]:
    """The user's `.ssh`, and a console that knows no host yet."""
    folder = console.home / ".ssh"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)
    shutil.rmtree(console.home / "AppData" / "Local" / "deskconsole-console")


def picture(console: WindowsConsole) -> NDArray[np.uint8]:
    """The picture that `shot -o shot.png` has written."""
    path = console.home / "shot.png"
    found = cv2.imread(str(path))
    path.unlink()
    assert found is not None
    return found.astype(np.uint8, copy=False)


def shown(said: Said) -> dict[str, int]:
    """The size that `shot --json` has told."""
    assert said.code == 0, said
    return {**Said(0, said.stdout, "").json()}


@pytest.mark.long
def test_an_address_where_nothing_listens_is_told_as_that(console: WindowsConsole) -> None:
    refused = console.run("stats", "ann@127.0.0.1:9")
    assert refused.code == 3, refused
    assert "nothing listens at 127.0.0.1:9 (connection refused)" in refused.stderr


def test_a_key_and_the_known_hosts_of_the_profile_do_without_an_ssh_program(
    console: WindowsConsole, lab: Lab, profile: Path
) -> None:
    shutil.copy(lab.server.identity, profile / "id_ed25519")
    (profile / "known_hosts").write_text(lab.server.known_hosts_line)
    place = f"{lab.server.user}@127.0.0.1:{lab.server.port}"
    said = console.run("shot", place, "-o", "shot.png", "--json")
    assert shown(said)["width"] == 640
    assert np.array_equal(picture(console), lab.screen.screenshot())
    assert said.stderr.count(NO_PROGRAM) == said.stderr.count("\n") == 1, said


@pytest.mark.long
def test_ssh_exe_s_configuration_leads_through_a_jump_host(
    console: WindowsConsole, shared_windows: WindowsHost, lab: Lab, profile: Path
) -> None:
    shutil.copy(lab.server.identity, profile / "of the lab")
    machine = shared_windows.drive_c / "ProgramData" / "ssh"
    machine.mkdir()
    (machine / "ssh_known_hosts").write_text(lab.server.known_hosts_line)
    key = 'IdentityFile "~/.ssh/of the lab"'
    config = f"Host gate\n{lab.config(key)}Host desk\n{lab.config(key, 'ProxyJump gate')}"
    with ssh_program(shared_windows, config, "desk", "gate"):
        result = console.run("stats", "desk", "--seconds", "1", "--json").json()
    assert (result["state"], result["exact"]) == ("streaming", True)
    shutil.rmtree(machine)


def test_the_agent_s_pipe_signs_and_what_hangs_there_stops_nothing(
    console: WindowsConsole, lab: Lab, profile: Path, tmp_path: Path
) -> None:
    (profile / "known_hosts").write_text(lab.server.known_hosts_line)
    place = f"{lab.server.user}@127.0.0.1:{lab.server.port}"
    with agent_on_loopback(tmp_path / "agent", lab.server.identity) as port:
        source = f"""
            from deskconsole.ssh import identities
            from deskconsole.__main__ import main

            class Silent(asyncio.Protocol):
                pass

            serve_pipes(openssh_ssh_agent=Bridge, silent=Silent)
            identities._LIST_TIMEOUT = 0.5
            print(len(identities.Agent().keys()), identities.Agent(r"\\\\.\\pipe\\silent").keys(),
                  identities.Agent(r"\\\\.\\pipe\\missing").keys(), file=sys.stderr)
            identities._LIST_TIMEOUT = 30
            sys.argv[1:] = ["shot", {place!r}, "-o", "shot.png", "--json"]
            sys.exit(main())
        """
        said = console.python(f"AGENT = {port}" + PIPE_TO_AGENT + textwrap.dedent(source))
    assert shown(said)["width"] == 640
    assert np.array_equal(picture(console), lab.screen.screenshot())
    assert said.stderr.startswith("1 [] []\n"), said


@pytest.mark.long
def test_a_bare_windows_host_is_brought_all_it_needs_by_a_windows_console(
    console: WindowsConsole, shared_windows: WindowsHost, profile: Path
) -> None:
    put_on_shelf(console.home / "AppData" / "Local" / "deskconsole-console" / "Cache")
    shutil.copy(shared_windows.key, profile / "id_ed25519")
    (profile / "known_hosts").write_text(shared_windows.known_hosts_line)
    place = f"{shared_windows.user}@127.0.0.1:{shared_windows.port}"
    said = console.run("shot", place, "-o", "shot.png", "--json", timeout=600)
    assert (shown(said)["width"], shown(said)["height"]) == (1280, 720)
    assert np.array_equal(picture(console), shared_windows.screenshot())
    runtime = Runtime.read(built_runtime())
    assert names(root_of(shared_windows)) == [agent_archive().name, "run", runtime.name]
    assert shared_windows.uploaded > runtime.manifest.upload
    said = console.run("undeploy", place, timeout=300)
    assert said.code == 0, said
    assert not root_of(shared_windows).exists()
