"""The agent is started in an X session: the one that the settings name, with the authority that fits it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bootstrap_host import Ground
from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.launch import launch
from deskconsole.bootstrap.probe import probe
from xvfb import Xvfb


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
