"""The agent on the Windows stand-in: started as a launcher starts it, looked at by a console without SSH."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from deskconsole.bootstrap.archive import agent_archive
from deskwire.messages import Refresh, Screen, ScreenState, Welcome
from deskwire.packet import Packet
from deskwire.triggers import Trigger
from support.deployed_runtime import deployed_runtime
from support.peers.drawing_console import DrawingConsole
from support.windows.host import WindowsHost
from support.xvfb import wait_for

# The first run on a machine builds the stand-in and its runtime.
pytestmark = pytest.mark.timeout(600)

TOKEN = bytes(range(32))
TASK = r"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<Principals><Principal id="user"><LogonType>InteractiveToken</LogonType></Principal></Principals>
<Actions Context="user"><Exec><Command>C:\ours\runtime\pythonw.exe</Command>
<Arguments>{arguments}</Arguments></Exec></Actions></Task>
"""


class WindowsAgent:
    """One agent of a host: its folder, and how it is started."""

    token = TOKEN

    def __init__(self, host: WindowsHost, name: str) -> None:
        self.host = host
        self.name = name
        self.folder = host.drive_c / "ours" / name
        self.folder.mkdir()
        (self.folder / "token").write_bytes(TOKEN)
        place = rf"C:\ours\{name}"
        self.arguments = (
            rf"-I -X utf8 C:\ours\agent serve --token-file {place}\token --ready-file {place}\ready.json"
            rf" --log-file {place}\agent.log --idle-exit 10"
        )

    def start_as_task(self) -> dict[str, Any]:
        """In the session of who is logged on; returns what its ready file says."""
        self.start_task()
        return self.ready()

    def start_task(self) -> None:
        """The same, without waiting for anything."""
        task = self.folder / "task.xml"
        task.write_bytes(TASK.format(arguments=self.arguments).encode("utf-16"))
        self.ssh(rf"schtasks /create /f /tn {self.name} /xml C:\ours\{self.name}\task.xml")
        self.ssh(f"schtasks /run /i /tn {self.name}")

    def ready(self) -> dict[str, Any]:
        path = self.folder / "ready.json"
        wait_for(path.exists, timeout=60, what=f"the ready file ({self.log()})")
        said: dict[str, Any] = json.loads(path.read_text())
        self.port = said["port"]
        return said

    def ssh(self, command: str) -> None:
        """Runs a command as the console would, and returns when it has ended."""
        process = self.begin(command)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output.decode(errors="replace")

    def begin(self, command: str) -> subprocess.Popen[bytes]:
        known = self.folder / "known_hosts"
        known.write_text(self.host.known_hosts_line)
        options = [
            f"-oUserKnownHostsFile={known}",
            "-oGlobalKnownHostsFile=/dev/null",
            "-oIdentitiesOnly=yes",
            "-oBatchMode=yes",
        ]
        address = f"{self.host.user}@127.0.0.1"
        return subprocess.Popen(
            ["ssh", "-F/dev/null", *options, f"-i{self.host.key}", f"-p{self.host.port}", address, command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def log(self) -> str:
        path = self.folder / "agent.log"
        return path.read_text() if path.exists() else "no log"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


@pytest.fixture(scope="module")
def host() -> Iterator[WindowsHost]:
    with WindowsHost.start(size=(1024, 768)) as host:
        ours = host.drive_c / "ours"
        ours.mkdir()
        shutil.copytree(deployed_runtime(), ours / "runtime", copy_function=os.link)
        zipfile.ZipFile(agent_archive().open()).extractall(ours / "agent")
        yield host


@pytest.fixture
def agent(host: WindowsHost, request: pytest.FixtureRequest) -> WindowsAgent:
    return WindowsAgent(host, request.node.name.removeprefix("test_")[:40])


@pytest.fixture
def console(agent: WindowsAgent) -> Iterator[DrawingConsole]:
    """Connected to an agent that was started as a task."""
    agent.start_as_task()
    console = DrawingConsole(agent)
    yield console
    console.close()


def shows(agent: WindowsAgent, console: DrawingConsole) -> bool:
    """The console comes to show what the desktop shows to somebody who stands before it."""
    # The cursor of the notepad blinks between two looks.
    return console.sees(lambda picture: np.array_equal(picture, agent.host.screenshot()))


def welcome(agent: WindowsAgent) -> Welcome:
    """What a console is told first."""
    console = DrawingConsole(agent)
    try:
        assert console.until(bool)
        (first,) = console.events[:1]
        assert isinstance(first, Welcome)
        return first
    finally:
        console.close()


def test_agent_reports_its_session_and_desktop(agent: WindowsAgent) -> None:
    said = agent.start_as_task()
    assert {key: said[key] for key in ("station", "desktop", "screen", "reason", "size", "flat")} == {
        "station": "WinSta0",
        "desktop": "Default",
        "screen": "live",
        "reason": "",
        "size": [1024, 768],
        "flat": False,
    }
    assert said["session"] > 0
    # Wine does not duplicate desktops: the agent found out by itself, and says so in its log too.
    assert said["capture"].startswith("mss (desktop duplication: ")
    assert f"the screen is grabbed by {said['capture']}" in agent.log()
    pids = [process.pid for process in agent.host.processes("pythonw.exe")]
    assert said["pid"] in pids
    wait_for(
        lambda: said["pid"] not in [each.pid for each in agent.host.processes("pythonw.exe")],
        timeout=60,
        what="the end of an agent that nobody came to",
    )


BLITS = r"""
import sys, traceback
sys.path.insert(0, r"C:\ours\agent")
def say(text):
    with open(sys.argv[1], "a") as file:
        print(text, file=file)
def noted(*arguments):
    said.append(hex(arguments[-1]))
    return copy(*arguments)
try:
    import deskagent
    from deskagent.capture.mss_grabber import MssGrabber
    grabber, said = MssGrabber(), []
    while not said:  # a grabber that opened the screen again has other functions
        grabber.grab()
        gdi = grabber._source._impl.gdi32
        if gdi.BitBlt is not noted:
            copy, gdi.BitBlt = gdi.BitBlt, noted
        grabber.grab()
    say(said[0])
except BaseException:
    say(traceback.format_exc())
"""


def test_a_grab_does_not_make_the_pointer_flicker(agent: WindowsAgent) -> None:
    """Windows takes the pointer off the screen for as long as a copy with CAPTUREBLT (0x40000000) lasts."""
    (agent.folder / "blits.py").write_text(BLITS)
    agent.arguments = rf"-I -X utf8 C:\ours\{agent.name}\blits.py C:\ours\{agent.name}\said"
    agent.start_task()
    said = agent.folder / "said"
    wait_for(lambda: said.exists() and said.read_text(), what="the second grab")
    assert said.read_text() == "0xcc0020\n"  # SRCCOPY alone


def test_the_picture_is_the_desktops_and_typed_text_arrives(
    agent: WindowsAgent, console: DrawingConsole
) -> None:
    assert shows(agent, console)
    assert console.is_exact()
    before = console.picture.copy()
    agent.host.type_text("typed on the desktop")
    assert console.sees(lambda picture: bool(np.count_nonzero(picture != before) > 500))
    assert shows(agent, console)
    assert console.is_exact()
    assert [event.trigger for event in console.events if isinstance(event, Refresh)] == [Trigger.FIRST_FRAME]
    assert not [event for event in console.events if isinstance(event, Screen)]


def test_another_size_arrives_while_it_streams(agent: WindowsAgent, console: DrawingConsole) -> None:
    assert shows(agent, console)
    for width, height in ((1280, 720), (800, 600), (1024, 768)):
        agent.host.resize(width, height)
        assert console.sees(lambda picture: picture.shape == (height, width, 3))  # noqa: B023
        assert shows(agent, console)
        assert console.is_exact()
    assert {event.trigger for event in console.events if isinstance(event, Refresh)} == {
        Trigger.FIRST_FRAME,
        Trigger.GEOMETRY,
    }
    assert not [event for event in console.events if isinstance(event, Screen)], agent.log()


def test_one_display_alone_has_an_identity_that_lasts(agent: WindowsAgent) -> None:
    agent.start_as_task()
    first, second = welcome(agent), welcome(agent)
    assert first.platform == "windows amd64"
    assert first.displays == second.displays
    whole, display = first.displays
    assert (display.width, display.height) == (1024, 768)
    assert whole.identity != display.identity


def test_where_services_live_it_says_so_lives_on_and_sends_no_picture(agent: WindowsAgent) -> None:
    process = agent.begin(rf"C:\ours\runtime\pythonw.exe {agent.arguments}")
    said = agent.ready()
    assert said["station"] != "WinSta0"
    assert (said["screen"], said["size"], said["flat"]) == ("grab failed", None, None)
    assert "which no screen shows" in said["reason"]
    console = DrawingConsole(agent)
    console.draw(2.5)
    first = console.events[0]
    assert isinstance(first, Welcome)
    assert (first.screen, first.screen_reason) == (ScreenState.GRAB_FAILED, said["reason"])
    assert not [event for event in console.events if isinstance(event, (Packet, Screen))]
    console.close()
    process.communicate(timeout=90)
    assert process.returncode == 0
    assert "Traceback" not in agent.log()


def test_a_package_that_cannot_be_loaded_is_in_the_log(agent: WindowsAgent) -> None:
    stray = agent.host.drive_c / "ours" / "agent" / "cv2.py"
    stray.write_text("raise ImportError('DLL load failed while importing cv2')\n")
    try:
        agent.start_task()
        wait_for(lambda: "DLL load failed" in agent.log(), timeout=60, what="the reason in the log")
    finally:
        stray.unlink()
    assert not (agent.folder / "ready.json").exists()
