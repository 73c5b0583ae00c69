"""A host whose X server lets no program act is still looked at."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from deskwire.messages import Welcome
from support.peers.acting_console import ActingConsole
from support.peers.agent_process import AgentProcess
from support.xvfb import Xvfb


def test_control_is_refused_in_a_sentence_and_the_picture_goes_on(tmp_path: Path) -> None:
    with (
        Xvfb(320, 200, options=("-extension", "XTEST")) as screen,
        AgentProcess(tmp_path, environment=screen.environment) as agent,
        closing(ActingConsole(agent)) as console,
    ):
        answer = console.take()
        assert console.all(Welcome)[0].may == ("question", "sign"), "it says that it takes keys"
        assert answer.reason == "the X server has no XTEST, by which programs type and click"
        assert console.until(lambda _: bool(console.packets))
