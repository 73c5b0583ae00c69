"""The real console in tmux with ten real SSH servers, three of them broken: marked hosts as one."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from deskconsole.inventory.host import Host
from support.bootstrap_host import VENV_PATH, end_agents, listing
from support.screens.console_home import list_hosts
from support.screens.terminal import Terminal
from support.sshd import Sshd
from support.xvfb import PATTERN, Xvfb

OFF, LOCKED_OUT, NO_SHELL = 7, 8, 9
"""The places of the broken ones."""


def test_ten_hosts_are_connected_and_undeployed_and_three_are_named_as_broken(tmp_path: Path) -> None:
    home = tmp_path / "console"
    with ExitStack() as stack:
        screen = stack.enter_context(Xvfb(640, 480, options=PATTERN))
        servers = [
            stack.enter_context(
                Sshd(
                    tmp_path / f"host-{place}",
                    environment={"PATH": VENV_PATH},
                    prelude="exit 1" if place == NO_SHELL else "",
                )
            )
            for place in range(10)
        ]
        for server in servers:
            stack.callback(end_agents, server.home)
        servers[OFF].stop()
        servers[LOCKED_OUT].authorized_keys.write_text("")
        hosts = (
            Host(
                name=f"pc-{place}",
                address="127.0.0.1",
                port=server.port,
                user=server.user,
                identity_file=str(server.identity),
                x_display=screen.display,
                group=f"Room {place % 2}",
            )
            for place, server in enumerate(servers)
        )
        list_hosts(home, *hosts)
        terminal = Terminal(home, size=(140, 50), more={"SSH_AUTH_SOCK": ""})
        stack.callback(terminal.close)
        terminal.until(lambda shown: "10 hosts: 10 not connected" in shown and "▾ Room 1" in shown)
        terminal.keys("*", "c")
        # One list for the keys of all nine that answer.
        terminal.until(lambda shown: "Unknown host keys" in shown and shown.count("SHA256:") == 9)
        terminal.keys("a")
        terminal.until(lambda shown: "Trust 9" in shown)
        terminal.keys("Enter")
        shown = terminal.until(lambda shown: "7 done, 3 failed" in shown)
        for place, reason in (
            (OFF, "connection refused"),
            (LOCKED_OUT, "did not accept"),
            (NO_SHELL, "runs no commands"),
        ):
            assert f"pc-{place}" in shown
            assert reason in shown, shown
        terminal.keys("Escape")
        terminal.until(lambda shown: "10 hosts, 10 marked: 7 live" in shown)
        terminal.keys("S")
        shown = terminal.until(lambda shown: "7 done, 3 skipped" in shown)
        assert "3 hosts  skipped: not connected" in shown
        assert len(list(home.rglob("pc-*.png"))) == 7
        terminal.keys("Escape", "u")
        terminal.until(lambda shown: "Undeploy 10 hosts: pc-0, pc-2, pc-4" in shown)
        terminal.keys("Right", "Enter")
        shown = terminal.until(lambda shown: "7 done, 3 failed" in shown and "Undeploy 10 hosts" in shown)
        assert "undeployed: 1 agent ended" in shown
        assert [listing(server.home) for server in servers] == [set()] * 10
        terminal.keys("m", "q")
        terminal.until(lambda _: terminal.exited())
