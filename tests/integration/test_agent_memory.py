"""What an agent holds once its consoles have left."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from support.peers.agent_process import AgentProcess
from support.peers.drawing_console import DrawingConsole
from support.xvfb import wait_for

ROUNDS, CONSOLES = 4, 6


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc that keeps it")
def test_an_agent_gives_back_what_its_consoles_needed(tmp_path: Path) -> None:
    """Four rounds of six consoles on 1920x1080 left 294 MB where each thread had an arena of its own."""
    with AgentProcess(tmp_path, "--source", "synthetic", "--scene", "office") as agent:
        assert agent.process is not None
        process = psutil.Process(agent.process.pid)
        first = DrawingConsole(agent)
        assert first.sees(lambda picture: bool(picture.any()))
        first.close()
        start = process.memory_info().rss
        for _ in range(ROUNDS):
            consoles = [DrawingConsole(agent) for _ in range(CONSOLES)]
            for console in consoles:
                assert console.sees(lambda picture: bool(picture.any()))
                console.draw(0.3)
            for console in consoles:
                console.close()
        wait_for(lambda: process.memory_info().rss < start + 100e6, what="the memory")
