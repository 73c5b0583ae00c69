"""Keys of a window that the console answers: the host's next display, figures, all windows side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest

from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from deskconsole.session.fleet import Fleet
from deskconsole.session.route import DirectRoute
from support.peers.agent_process import AgentProcess
from support.xvfb import Xvfb, wait_for

NAMES = ("lab-01", "lab-02", "lab-03")


@pytest.fixture(scope="module")
def host() -> Iterator[Xvfb]:
    """A desktop of two displays: the left one is red, the right one blue."""
    with Xvfb(800, 600) as screen:
        screen.call("xrandr", "--setmonitor", "left", "400/100x600/150+0+0", "screen")
        screen.call("xrandr", "--setmonitor", "right", "400/100x600/150+400+0", "none")
        screen.call("xsetroot", "-solid", "#0000c0")
        screen.run("xterm", "-bg", "#c00000", "-fg", "#c00000", "-geometry", "66x46+0+0")
        screen.wait_for_window("xterm|sh")
        yield screen


def test_windows_show_the_next_display_figures_and_lie_side_by_side(
    host: Xvfb, xvfb: Xvfb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", xvfb.display)
    with ExitStack() as stack:
        agent = stack.enter_context(AgentProcess(tmp_path, environment={"DISPLAY": host.display}))
        inventory = Inventory.load(tmp_path / "hosts.toml")
        for name in NAMES:
            inventory.add(Host(name=name, address="127.0.0.1"))
        fleet = Fleet(inventory, lambda _: DirectRoute(agent.address, agent.token), lambda _event: None)
        stack.enter_context(closing(fleet))
        for name in NAMES:
            fleet.view(name)
        windows = [xvfb.wait_for_window(f"^{name} - live - deskconsole") for name in NAMES]
        session = fleet.session(NAMES[0])

        def press(key: str) -> None:
            xvfb.call("xdotool", "key", "--window", str(windows[0]), key)

        assert session.wait_for(lambda one: one.size == (800, 600), 60)
        for size in ((400, 600), (400, 600), (800, 600)):
            before = session.snapshot().since
            press("d")
            assert session.wait_for(lambda one, s=size, b=before: one.size == s and one.since > b, 60)  # type: ignore[misc]
            xvfb.wait_for_window(f"^{NAMES[0]} - live - deskconsole")

        press("t")

        def places() -> list[tuple[int, int, int, int]]:
            return [xvfb.place(window) for window in windows]

        _, _, width, height = monitor = xvfb.place(xvfb_root(xvfb))
        half, low = width // 2, height // 2
        expected = [(0, 0, half, low), (half, 0, width - half, low), (0, low, half, height - low)]
        assert monitor[:2] == (0, 0)
        wait_for(lambda: places() == expected, what="windows side by side")

        # In the corner of the first window there is a ground that the picture has not, and letters on it.
        press("i")

        def is_told() -> bool:
            corner = xvfb.screenshot()[5:60, half - 150 : half - 5]
            return bool(corner.max() > 150 and np.median(corner) < 60)

        wait_for(is_told, what="the figures")


def xvfb_root(screen: Xvfb) -> int:
    """The number of a screen's root window."""
    return int(screen.call("xwininfo", "-root", "-int").split("Window id: ")[1].split()[0])
