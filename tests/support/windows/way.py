"""A Windows host and a console's session to it, as a user has them: everything between is real."""

from __future__ import annotations

from pathlib import Path

from deskconsole.common.paths import Paths
from deskconsole.session.events import Event
from deskconsole.session.route import SshRoute
from deskconsole.session.session import Session
from deskconsole.session.state import State
from support.answers import Answers
from support.deployed_runtime import put_on_shelf
from support.exactness import shows

from .host import WindowsHost
from .login import host_of


class WindowsWay:
    """`folder` is the console's home; a runtime lies on its shelf already, so that nothing is built."""

    def __init__(self, windows: WindowsHost, folder: Path, name: str = "lab-01") -> None:
        self.windows = windows
        self.answers = Answers()
        self.events: list[Event] = []
        self.paths = Paths.below(folder)
        self.host = host_of(windows, name)
        put_on_shelf(self.paths.cache)
        self._ssh_config = folder / "ssh_config"
        self._ssh_config.write_text("Host *\n  IdentityAgent none\n")
        self.session = self.open()

    def open(self) -> Session:
        """Another session to the host, as of a console that was just started."""
        route = SshRoute(self.host, self.answers, self.paths, ssh_config=self._ssh_config)
        return Session(self.host.name, route, self.host.display, self.events.append)

    def streams(self, seconds: float = 120) -> bool:
        """Whether a picture comes in time."""
        return self.session.wait_for(
            lambda one: one.state is State.STREAMING and one.size is not None, seconds
        )

    def shows_the_screen(self) -> bool:
        return shows(self.session, self.windows.screenshot)
