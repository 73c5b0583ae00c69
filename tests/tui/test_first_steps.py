"""A new user's first minutes in a terminal of 80x24: keys typed ahead, import, connect, window, quit."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.bootstrap_host import ssh_host
from support.screens.terminal import Terminal
from support.sshd import Sshd
from support.xvfb import PATTERN, Xvfb


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "user"
    (home / ".ssh").mkdir(parents=True)
    return home


AT_HOME = (
    sys.executable,
    "-c",
    (
        "import os, pathlib, runpy, deskconsole.tui.app as app; "
        "app.home = lambda: pathlib.Path(os.environ['HOME']); "
        "runpy.run_module('deskconsole', run_name='__main__')"
    ),
)
"""The console, with HOME as the home of ~/.ssh: that of the password database is the real user's."""


def ssh_of(home: Path) -> str:
    """A PATH whose ssh reads the configuration below `home`: it takes the home from the passwd database."""
    folder = home / "bin"
    folder.mkdir()
    program = folder / "ssh"
    config = home / ".ssh" / "config"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {shlex.quote(str(config))} "$@"\n')
    program.chmod(0o755)
    return os.pathsep.join([str(folder), os.environ["PATH"]])


def alias(name: str, server: Sshd, home: Path) -> str:
    with (home / ".ssh" / "known_hosts").open("a") as file:
        file.write(server.known_hosts_line)
    return (
        f"Host {name}\n  HostName 127.0.0.1\n  Port {server.port}\n  User {server.user}\n"
        f"  IdentityFile {server.identity}\n  IdentityAgent none\n"
        f"  UserKnownHostsFile {home / '.ssh' / 'known_hosts'}\n"
    )


def test_the_way_of_a_new_user(tmp_path: Path, home: Path) -> None:
    names = ("room-1", "room-2")
    with ExitStack() as stack:
        desktop = stack.enter_context(Xvfb(800, 600, options=PATTERN))
        screen = stack.enter_context(Xvfb(1280, 800))
        servers = [stack.enter_context(ssh_host(tmp_path / name))[0] for name in names]
        config = "".join(alias(name, server, home) for name, server in zip(names, servers, strict=True))
        (home / ".ssh" / "config").write_text(f"{config}Host *.lan\n  User nobody\n")
        more = {"DISPLAY": screen.display, "PATH": ssh_of(home)}
        terminal = Terminal(home, size=(80, 24), more=more, program=AT_HOME)
        stack.callback(terminal.close)
        # Typed ahead, before anything is to be seen.
        terminal.type("i")
        terminal.until(lambda shown: "Import 2 hosts" in shown and "[x] room-1" in shown)
        shown = terminal.until(lambda shown: f"127.0.0.1:{servers[1].port}" in shown)
        assert re.search(rf"\[x\] room-2 +\S+@127\.0\.0\.1:{servers[1].port}", shown)
        terminal.keys("Enter")
        terminal.until(lambda shown: "2 hosts: 2 not connected" in shown and "room-2" in shown)
        for _ in names:
            terminal.type("e")  # which of the desktops of this machine is meant
            terminal.until(lambda shown: "X display" in shown)
            terminal.keys(*["Tab"] * 11)
            terminal.type(desktop.display)
            terminal.until(lambda shown: re.search(rf"X display +{desktop.display}\b", shown) is not None)
            terminal.keys("Enter")
            terminal.until(lambda shown: "X display" not in shown)
            terminal.type("j")
        terminal.type("C")
        terminal.until(lambda shown: "2 hosts: 2 live" in shown)
        terminal.type("gv")
        screen.wait_for_window("room-1 - live - deskconsole")
        terminal.keys("C-c")
        terminal.until(lambda shown: "ctrl+c again leaves" in shown and "2 live" in shown)
        terminal.type("q")
        terminal.until(lambda _: terminal.exited())
        terminal.close()
        # Again the next day, with more keys typed ahead: they reach the list.
        terminal = Terminal(home, size=(80, 24), more={"PATH": os.environ["PATH"]})
        terminal.type("jjjj")
        terminal.until(lambda shown: "─room-2─" in shown and "2 hosts" in shown)


def test_ctrl_z_suspends_and_fg_comes_back(home: Path) -> None:
    (home / "config").mkdir()
    (home / "config" / "hosts.toml").write_text('[[host]]\nname = "attic"\n')
    terminal = Terminal(home, "--norc", size=(80, 24), program=("bash",))
    try:
        before = terminal.title()
        terminal.type(f"{shlex.join([sys.executable, '-m', 'deskconsole'])}\n")
        terminal.until(lambda shown: "1 host" in shown and "Quit" in shown)
        terminal.until(lambda _: terminal.title() == "1 not connected - deskconsole")
        terminal.keys("C-z")
        terminal.until(lambda shown: "Stopped" in shown and "Quit" not in shown)
        assert terminal.title() == before
        terminal.type("echo still $((20 + 3))\n")
        terminal.until(lambda shown: "still 23" in shown)
        terminal.type("fg\n")
        terminal.until(lambda shown: "1 host" in shown and "Quit" in shown)
        terminal.until(lambda _: terminal.title() == "1 not connected - deskconsole")
        terminal.type("a")
        terminal.until(lambda shown: "key file" in shown)
        terminal.keys("C-c")
        terminal.until(lambda shown: "ctrl+c again leaves" in shown)
        terminal.keys("C-c")
        terminal.until(lambda shown: "still 23" in shown and "Quit" not in shown)
        terminal.until(lambda _: terminal.title() == before)
    finally:
        terminal.close()


def test_ctrl_z_does_not_stop_a_console_that_no_shell_could_bring_back(home: Path) -> None:
    terminal = Terminal(home, size=(80, 24))
    try:
        terminal.until(lambda shown: "Add a host" in shown and "Quit" in shown)
        terminal.keys("C-z")
        terminal.until(lambda shown: "Cannot suspend: not started from a shell" in " ".join(shown.split()))
        terminal.type("q")
        terminal.until(lambda _: terminal.exited())
    finally:
        terminal.close()
