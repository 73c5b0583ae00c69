"""Control from the window: what a real keyboard and pointer do there is done on a real host's screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.screens.control_stage import ControlStage, control_stage
from support.xvfb import wait_for


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlStage]:
    with control_stage(tmp_path, monkeypatch) as stage:
        yield stage


def test_what_is_typed_in_the_window_is_typed_on_the_host(stage: ControlStage) -> None:
    typed = stage.type_into_file()
    stage.open()
    stage.xdotool("type", "hello WORLD 123 !@#~")
    stage.xdotool("key", "Return")
    wait_for(lambda: typed.read_text().endswith("\n"), timeout=10, what="the line")
    assert typed.read_text() == "hello WORLD 123 !@#~\n"
    assert stage.keys_down() == []
