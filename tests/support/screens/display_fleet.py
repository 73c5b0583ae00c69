"""A fleet that only displays: hand-made snapshots for tests of layout, and a record of what was asked of it.

It stands for nothing real: what sessions do is tested with real sessions.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import msgspec
import numpy as np
from numpy.typing import NDArray
from textual.pilot import Pilot

from deskconsole.app.results import WakeResult
from deskconsole.app.screenshot import SavedPicture
from deskconsole.bootstrap.facts import Removed
from deskconsole.common.errors import Cancelled, ConfigurationError, DeskconsoleError
from deskconsole.common.progress import Progress, StepId
from deskconsole.diagnosis import Finding
from deskconsole.history.day import HostDay
from deskconsole.inventory.host import Host
from deskconsole.picture.preview import PreviewPicture
from deskconsole.session.events import Event, Failure, LoginWarning, ServerNotice, SessionFailed
from deskconsole.session.on_screen import OnScreen
from deskconsole.session.snapshot import Exactness, Sample, Snapshot, Statistics
from deskconsole.session.state import State
from deskconsole.session.steps import SessionStep, StepOutcome
from deskconsole.ssh.prompts import Questions
from deskconsole.tui.app import Outcome

from .display_control import DisplayControl

NOW = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC: the clock of every picture."""

Running = Callable[..., AbstractAsyncContextManager[Pilot[Outcome]]]
"""What the fixture `running` is: an app on a DisplayFleet, for as long as the context lasts."""


@dataclass
class DisplayFleet:
    """Shows `snapshots` as they are; `asked` tells what keys came to.

    An examination reports the `findings`, and goes on until `patience` is set or it is called off.
    """

    hosts: tuple[Host, ...] = ()
    states: dict[str, Snapshot] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refuses: DeskconsoleError | None = None
    questions: Questions | None = None
    deliver: Callable[[Event], None] | None = None
    closed: bool = False
    findings: list[Finding] = field(default_factory=list)
    patience: threading.Event = field(default_factory=threading.Event)
    called_off: bool = False
    settles: bool = False
    """A host that is disconnected is shown so."""
    refuses_undeploy: DeskconsoleError | None = None
    removed: Removed = field(default_factory=lambda: Removed(1, 856, 214_519_786))
    budget: int = 0
    window_places: Path | None = None
    past: list[Event] = field(default_factory=list)
    recorded: list[Event] = field(default_factory=list)
    days: list[HostDay] = field(default_factory=list)
    controls: dict[str, DisplayControl] = field(default_factory=dict)
    looked_at: tuple[str | None, tuple[str, ...]] = (None, ())
    typing: bool = False
    wall: bool = False
    full: bool = False
    brightness: float = 1.0
    numbers: dict[str, int] = field(default_factory=dict)
    shell: tuple[str, ...] = ("true",)
    """The program that a shell's key starts."""

    def record(self, event: Event) -> None:
        self.recorded.append(event)

    def past_events(self) -> list[Event]:
        return self.past

    def history(self, since: dt.date) -> list[HostDay]:
        return [day for day in self.days if day.day >= since.isoformat()]

    def open(self, questions: Questions, deliver: Callable[[Event], None]) -> DisplayFleet:
        self.questions = questions
        self.deliver = deliver
        return self

    def snapshots(self) -> dict[str, Snapshot]:
        return {
            name: replace(state, control=self.control(name).status) for name, state in self.states.items()
        }

    def shown(self, on_screen: OnScreen) -> None:
        self.looked_at = (on_screen.selected, tuple(on_screen.visible))
        self.full = on_screen.full
        self.typing = on_screen.typing
        self.wall = on_screen.wall

    def picture_numbers(self, names: Iterable[str]) -> dict[str, int]:
        return {name: self.numbers.get(name, 0) for name in names if name in self.states}

    def picture(self, name: str, width: int, height: int) -> NDArray[np.uint8] | None:
        if name not in self.states or self.states[name].size is None:
            return None
        width, height = min(width, height * 16 // 9), min(height, width * 9 // 16)
        across, down = np.linspace(0, 255, width), np.linspace(0, 255, height)
        return (np.stack(np.broadcast_arrays(across, down[:, None], 128), axis=2) * self.brightness).astype(
            np.uint8
        )

    def preview(self, name: str) -> PreviewPicture | None:
        return self.states[name].preview

    def tiles(self, names: Collection[str], size: tuple[int, int]) -> None:
        self.asked.append(("tiles", " ".join(names)))

    def _do(self, what: str, name: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append((what, name))

    def control(self, name: str) -> DisplayControl:
        return self.controls.setdefault(name, DisplayControl())

    def connect(self, name: str) -> None:
        self._do("connect", name)

    def connect_all(self, names: Iterable[str]) -> None:
        for name in names:
            self._do("connect", name)

    def disconnect(self, name: str) -> None:
        self._do("disconnect", name)
        if self.settles:
            self.states[name] = Snapshot(name, state=State.CLOSED, since=NOW)

    def view(self, name: str, *, control: bool = False) -> None:
        self._do("view and control" if control else "view", name)

    def start_recording(self, name: str) -> None:
        self._do("record", name)
        before = self.states[name]
        self.states[name] = replace(before, recording_since=NOW, recording_waits=not before.current)

    def stop_recording(self, name: str) -> None:
        self._do("stop recording", name)
        self.states[name] = replace(self.states[name], recording_since=None, recording_waits=False)

    def request_refresh(self, name: str) -> None:
        self._do("refresh", name)

    def check_exact(self, name: str) -> None:
        self._do("check", name)

    def add(self, host: Host) -> None:
        if any(other.name == host.name for other in self.hosts):
            raise ConfigurationError(f"there is a host {host.name} already", remedy="Choose another name.")
        self._do("add", host.name)
        self.hosts += (host,)

    def replace(self, name: str, host: Host) -> None:
        self._do("replace", name)
        self.hosts = tuple(host if other.name == name else other for other in self.hosts)

    def reload(self, *, watching: bool = False) -> bool:
        return False

    def remove(self, name: str) -> None:
        self._do("remove", name)
        self.hosts = tuple(host for host in self.hosts if host.name != name)

    def examine(
        self,
        host: Host,
        questions: Questions,
        *,
        report: Callable[[Finding], None],
        begun: Callable[[str, Progress | None], None],
        cancelled: threading.Event,
    ) -> None:
        self._do("examine", host.name)
        for finding in self.findings:
            begun(finding.step, None)
            report(finding)
        begun("launch", Progress(StepId.UPLOAD_AGENT, 31, 50))
        while not self.patience.wait(0.01):
            if cancelled.is_set():
                self.called_off = True
                raise Cancelled("called off")

    def undeploy(self, host: Host, questions: Questions, *, cancelled: threading.Event) -> Removed:
        self._do("undeploy", host.name)
        if self.refuses_undeploy is not None:
            raise self.refuses_undeploy
        return self.removed

    def save_picture(self, host: Host, *, cancelled: threading.Event) -> SavedPicture:
        self._do("save picture", host.name)
        return SavedPicture(Path("/pictures") / f"{host.name}.png", exact=True)

    def wake(self, host: Host) -> WakeResult:
        self._do("wake", host.name)
        return WakeResult(host.name, "a0:b1:c2:d3:e4:f5", "255.255.255.255")

    def shell_command(self, host: Host) -> list[str]:
        self._do("shell", host.name)
        return list(self.shell)

    def remote_desktop(
        self,
        host: Host,
        questions: Questions,
        *,
        opened: Callable[[str], None],
        cancelled: threading.Event,
    ) -> None:
        self._do("remote desktop", host.name)
        opened("xfreerdp3")
        self.patience.wait(10)

    def close(self) -> None:
        self.closed = True


def live(name: str, *, since: float = NOW - 7800, scale: float = 1.0, busy: bool = True) -> Snapshot:
    """A streaming host; `scale` makes it busier, `busy=False` lets it rest."""
    history = tuple(
        Sample(updates, updates * 3, updates * 1500)
        for updates in (int(scale * (12 + 9 * ((second * 7919) % 11 - 5) / 5)) for second in range(300))
    )
    if not busy:
        history = tuple(Sample(0, 0, 0) for _ in range(300))
    statistics = Statistics(
        slices=18233,
        packets=4120,
        updates=4117,
        refreshes=MappingProxyType({"first frame": 1, "console request": 1, "geometry": 1}),
        received=4_200_000,
        saved_against_refreshes=412_000_000,
        saved_against_raw=25_600_000_000,
        slices_per_second=38.0 * scale if busy else 0.0,
        updates_per_second=12.4 * scale if busy else 0.0,
        bytes_per_second=18_300.0 * scale if busy else 0.0,
        round_trip=0.0031,
        history=history,
    )
    return Snapshot(
        name,
        state=State.STREAMING,
        since=since,
        size=(1920, 1080),
        picture_at=NOW - 130,
        platform="Linux x86_64, X11",
        agent="3f2a9c41d0",
        exactness=Exactness(packet=4120, exact=True, digest="5be1a7c09d2f4e3388", at=NOW - 61),
        statistics=statistics,
    )


UPLOADING = (
    SessionStep(StepId.CONNECT, StepOutcome.DONE, seconds=0.31),
    SessionStep(StepId.PROBE, StepOutcome.DONE, seconds=0.12),
    SessionStep(StepId.UPLOAD_RUNTIME, StepOutcome.DONE, 27_400_000, 27_400_000, 9_130_000.0, 3.0),
    SessionStep(StepId.UNPACK_RUNTIME, StepOutcome.DONE, 61_200_000, 61_200_000, 40_800_000.0, 1.5),
    SessionStep(StepId.UPLOAD_AGENT, StepOutcome.RUNNING, 620_000, 1_000_000, 100_000.0, 6.2),
)
"""The way of a bare Windows host, as far as the agent's upload."""


def plant() -> DisplayFleet:
    """Seven hosts without a picture of now, one for each reason."""
    hosts = tuple(Host(name=f"plant-{number}", address=f"10.0.4.{number}") for number in range(1, 8))
    screens = (
        ("plant-1", "locked", "the session is locked"),
        ("plant-2", "no user", "nobody is logged on in session 1"),
        ("plant-3", "disconnected", "session 2 is disconnected: its Remote Desktop window was closed"),
        ("plant-4", "display off", "the display is switched off"),
        ("plant-5", "grab failed", "BitBlt failed with error 5: access is denied"),
    )
    states = [
        replace(
            live(name, busy=False),
            screen=screen,
            screen_reason=reason,
            platform="windows amd64",
            session=1,
        )
        for name, screen, reason in screens
    ]
    states += [
        Snapshot(
            "plant-6",
            state=State.WAITING,
            since=NOW - 190,
            reason="nobody is logged on at plant-6",
            remedy="Log on there; it goes on by itself.",
            steps=(
                *UPLOADING[:2],
                SessionStep(StepId.LAUNCH, StepOutcome.DONE, seconds=1.4),
                SessionStep(StepId.WAIT_FOR_USER, seconds=190),
            ),
        ),
        replace(
            live("plant-7"), state=State.STALE, since=NOW - 8, reason="The agent has not answered for 8 s."
        ),
    ]
    return DisplayFleet(hosts, {snapshot.host: snapshot for snapshot in states})


def laboratory() -> DisplayFleet:
    """Seven hosts, one in each kind of state."""
    hosts = tuple(
        Host(name=f"lab-{number:02}", address=f"10.0.3.{number}", group="lab", user="ops")
        for number in range(1, 8)
    )
    locked = replace(
        live("lab-02", busy=False),
        screen="locked",
        screen_reason="nobody can see it until it is unlocked",
        exactness=None,
    )
    states = [
        live("lab-01"),
        locked,
        Snapshot(
            "lab-03",
            state=State.DEPLOYING,
            since=NOW - 3,
            progress=Progress(StepId.UPLOAD_AGENT, 620_000, 1_000_000, 100_000),
            steps=UPLOADING,
        ),
        Snapshot(
            "lab-04",
            state=State.FAILED,
            since=NOW - 90,
            reason="The host key of lab-04 has changed.",
            remedy="Press enter to compare the fingerprints.",
        ),
        Snapshot("lab-05"),
        Snapshot(
            "lab-06",
            state=State.RETRYING,
            since=NOW - 4,
            attempt=3,
            retry_at=NOW + 6,
            reason="The link was cut.",
            statistics=live("lab-06").statistics,
        ),
        live("lab-07", since=NOW - 45, scale=22.0),
    ]
    return DisplayFleet(hosts, {snapshot.host: snapshot for snapshot in states})


def rooms() -> DisplayFleet:
    """The laboratory's hosts in two rooms, and one that is in none."""
    fleet = laboratory()
    groups = ("Room 2", "Room 10", "Room 2", "", "Room 10", "Room 10", "Room 2")
    fleet.hosts = tuple(
        msgspec.structs.replace(host, group=group) for host, group in zip(fleet.hosts, groups, strict=True)
    )
    return fleet


def failure(host: str, reason: str, remedy: str = "", at: float = NOW) -> Event:
    """An error that a session ended with."""
    return SessionFailed(host=host, at=at, failure=Failure("connection-failed", reason, remedy))


def warning(host: str, text: str, at: float = NOW) -> Event:
    """A warning that reads so."""
    return LoginWarning(host=host, at=at, through="", text=text)


def notice(host: str, text: str, at: float = NOW) -> Event:
    """What a server said."""
    return ServerNotice(host=host, at=at, through="", text=text)
