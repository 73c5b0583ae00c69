"""The demo: embedded hosts with synthetic desktops, reached like any other, and nothing left behind."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Protocol

from deskconsole.bootstrap.facts import AgentOptions, Removed
from deskconsole.bootstrap.remove import connect_and_remove
from deskconsole.common.errors import ConfigurationError
from deskconsole.common.paths import Paths
from deskconsole.common.progress import Progress
from deskconsole.common.settings import Settings
from deskconsole.diagnosis import Finding
from deskconsole.diagnosis.examination import examine
from deskconsole.history.database import HistoryDatabase
from deskconsole.history.keeper import HistoryKeeper
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from deskconsole.recording.new_file import record_in
from deskconsole.session.events import Event
from deskconsole.session.fleet import Fleet
from deskconsole.session.route import Route, SshRoute
from deskconsole.ssh.prompts import Questions
from deskconsole.ssh.shell_command import shell_command

from .child_agent import ChildAgent
from .folder import DemoFolder

if sys.platform != "win32":
    from .hosts import EmbeddedHost

SIZE = (1280, 720)
"""Width and height of the desktops: all of them, their agents and the console share one machine."""

FEW = 3
"""Hosts of a demo for which no other number was asked."""


class _Part(NamedTuple):
    """One host of the cast. `screen` is `live`, `black`, `locked` or `off`."""

    name: str
    scene: str
    group: str
    hostname: str
    os_name: str
    user: str
    screen: str = "live"


_DEBIAN = "Debian GNU/Linux 12 (bookworm)"
_UBUNTU = "Ubuntu 24.04.1 LTS"
_WINDOWS = "Windows 11 Pro 23H2"

CAST = (
    _Part("front-desk", "reception", "office", "pc-011", _WINDOWS, "OFFICE\\mira"),
    _Part("studio", "editing", "workshop", "ws-101", _UBUNTU, "jonas"),
    _Part("night-shift", "guard", "plant", "plant-01", _DEBIAN, "operator"),
    _Part("accounts", "ledger", "office", "pc-012", _WINDOWS, "OFFICE\\lena"),
    _Part("meeting-room", "still", "office", "pc-020", _WINDOWS, "OFFICE\\paul", "locked"),
    _Part("drawing", "drafting", "workshop", "ws-102", _UBUNTU, "nora"),
    _Part("training", "course", "workshop", "ws-103", _UBUNTU, "stefan"),
    _Part("cinema", "cinema", "workshop", "ws-104", _UBUNTU, "eva"),
    _Part("gate", "guard", "plant", "plant-02", _DEBIAN, "operator", "black"),
    _Part("boiler", "boiler", "plant", "plant-03", _DEBIAN, "operator"),
    _Part("warehouse", "store", "plant", "plant-04", _DEBIAN, "imran"),
    _Part("spare", "still", "plant", "plant-05", _DEBIAN, "", "off"),
)
"""The hosts in the order in which a demo has them; each with a desktop of its own."""


class _Closable(Protocol):
    def close(self) -> None: ...


class Demo:
    """The hosts and everything they need, in one temporary folder.

    Their keys are trusted beforehand, and neither the user's inventory nor his SSH configuration is touched.
    Windows has no shell for them: there each is an agent of this machine, without SSH.
    """

    def __init__(self, count: int = FEW) -> None:
        """`count`: how many hosts, those of CAST from the first on."""
        self._folder = DemoFolder()
        root = self._folder.path
        self.home = root / "console"
        """The folder with the files of its console."""
        self.paths = Paths.below(self.home)
        self._ssh_config = root / "ssh_config"
        self._ssh_config.touch()
        self._hosts: list[_Closable] = []
        self._agents: dict[str, ChildAgent] = {}
        self._options: dict[str, AgentOptions] = {}
        self.history = HistoryDatabase(self.paths.history)
        self._keeper: HistoryKeeper | None = None
        self.inventory = Inventory.load(self.paths.hosts)
        for seed, part in enumerate(CAST[:count], start=1):
            options = AgentOptions(
                source="synthetic",
                scene=part.scene,
                seed=seed,
                size=SIZE,
                idle_exit=30,
                screen="live" if part.screen == "off" else part.screen,
                hostname=part.hostname,
                os_name=part.os_name,
                user=part.user,
            )
            self._options[part.name] = options
            self.inventory.add(self._start(part, root / part.name, options))

    def _start(self, part: _Part, folder: Path, options: AgentOptions) -> Host:
        """Starts one host, unless it is off, and returns the inventory's entry for it."""
        if part.screen == "off":
            return Host(name=part.name, address="127.0.0.1", port=_unused_port(), group=part.group)
        if sys.platform == "win32":
            agent = ChildAgent(folder, options)
            self._hosts.append(agent)
            self._agents[part.name] = agent
            host = Host(name=part.name, address="127.0.0.1", group=part.group)
        else:
            embedded = EmbeddedHost(folder)
            self._hosts.append(embedded)
            self.paths.known_hosts.parent.mkdir(parents=True, exist_ok=True)
            with self.paths.known_hosts.open("a", encoding="utf-8") as file:
                file.write(embedded.known_hosts_line + "\n")
            host = Host(
                name=part.name,
                address="127.0.0.1",
                port=embedded.port,
                user=embedded.user,
                identity_file=str(embedded.key_file),
                group=part.group,
            )
        return host

    def fleet(
        self, questions: Questions, on_event: Callable[[Event], None], *, full_stream: bool = False
    ) -> Fleet:
        """Returns the fleet of these hosts; its end is the demo's end. Hosts added to it are real ones."""

        def open_route(host: Host) -> Route:
            if host.name in self._agents:
                return self._agents[host.name].open_route()
            options = self._options.get(host.name)
            config = self._ssh_config if options is not None else None
            return SshRoute(host, questions, self.paths, options, ssh_config=config)

        def tell(event: Event) -> None:
            keeper.note(event)
            on_event(event)

        self._keeper = keeper = HistoryKeeper(self.history, on_event)
        # What is kept is the user's, and stays.
        paths = Paths.default()
        settings = Settings.load(paths.settings)
        return Fleet(
            self.inventory,
            open_route,
            tell,
            after_close=self.close,
            full_stream=full_stream,
            pictures=settings.pictures_in(paths),
            recorder=record_in(settings.recordings_in(paths)),
            on_session=keeper.keep,
        )

    def examine(
        self,
        host: Host,
        questions: Questions,
        *,
        report: Callable[[Finding], None],
        begun: Callable[[str, Progress | None], None],
        cancelled: threading.Event,
    ) -> None:
        """Goes the way to one of the hosts as `doctor` does, by what the demo knows of it."""
        self._require_ssh(host)
        options = self._options.get(host.name)
        examine(
            host,
            questions,
            self.paths,
            report=report,
            begun=begun,
            cancelled=cancelled,
            options=options,
            ssh_config=self._ssh_config if options is not None else None,
        )

    def undeploy(self, host: Host, questions: Questions, *, cancelled: threading.Event) -> Removed:
        """Removes all deskconsole files and processes from one of the hosts."""
        self._require_ssh(host)
        config = self._ssh_config if host.name in self._options else None
        return connect_and_remove(host, questions, self.paths, cancelled=cancelled, ssh_config=config)

    def shell_command(self, host: Host) -> list[str]:
        """The command line that opens a shell on one of the hosts."""
        self._require_ssh(host)
        config = self._ssh_config if host.name in self._options else None
        return shell_command(host, self.paths.known_hosts, config)

    def _require_ssh(self, host: Host) -> None:
        if host.name in self._agents:
            raise ConfigurationError(
                f"{host.name} is a demo's host, which has no SSH on Windows",
                remedy="Add a host of your own to try that.",
            )

    def close(self) -> None:
        """Ends the hosts and everything that runs on them, and deletes the folder."""
        if self._keeper is not None:
            self._keeper.close()
        # Together: an agent has up to 3 s to end, and twelve of them took 25 s one after the other.
        with ThreadPoolExecutor(max(1, len(self._hosts))) as executor:
            for closing in [executor.submit(host.close) for host in self._hosts]:
                closing.result()
        self._folder.cleanup()


def _unused_port() -> int:
    """A port at which nothing answers."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])
