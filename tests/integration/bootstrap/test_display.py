"""The agent is started in an X session: the one that the settings name, with the authority that fits it."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

import msgspec
import pytest

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.launch import launch
from deskconsole.bootstrap.probe import probe
from support.bootstrap_host import Ground
from support.xvfb import Xvfb


def test_the_agent_gets_the_display_and_the_authority_of_the_settings(ground: Ground) -> None:
    with Xvfb(320, 200, authority=True) as screen:
        display, authority = screen.environment["DISPLAY"], screen.environment["XAUTHORITY"]
        host = msgspec.structs.replace(ground.host, x_display=display, x_authority=authority)
        facts = probe(ground.connection, host)
        launched = launch(ground.connection, facts, deploy(ground.connection, facts), host)
        environment = Path(f"/proc/{launched.pid}/environ").read_text().split("\0")
        assert f"DISPLAY={display}" in environment
        assert f"XAUTHORITY={authority}" in environment


def test_an_authority_is_found_with_the_display_of_a_running_program(ground: Ground) -> None:
    with Xvfb(320, 200, authority=True) as screen:
        screen.run("xterm")
        screen.wait_for_window("xterm")
        host = msgspec.structs.replace(ground.host, x_display=screen.environment["DISPLAY"])
        facts = probe(ground.connection, host)
        launched = launch(ground.connection, facts, deploy(ground.connection, facts), host)
        environment = Path(f"/proc/{launched.pid}/environ").read_text().split("\0")
        assert f"XAUTHORITY={screen.environment['XAUTHORITY']}" in environment
        assert launched.user == pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.skipif(os.getuid() != 0, reason="only root has processes of two users")
@pytest.mark.parametrize(
    ("user", "name", "told"),
    [("nobody", "sleep", "nobody"), ("daemon", "sleep", ""), ("nobody", "deskagent", "")],
    ids=["a person", "a greeter", "an agent that looks on"],
)
def test_root_is_told_whose_desktop_it_sees(ground: Ground, user: str, name: str, told: str) -> None:
    uid = pwd.getpwnam(user).pw_uid
    with Xvfb(320, 200, authority=True) as screen:
        number = screen.environment["DISPLAY"]
        host = msgspec.structs.replace(ground.host, x_display=number)
        with subprocess.Popen(
            [name, "60"], executable="/bin/sleep", env={"DISPLAY": number}, user=uid
        ) as program:
            try:
                facts = probe(ground.connection, host)
            finally:
                program.kill()
        assert [found.user for found in facts.displays if found.display == number] == [told]
