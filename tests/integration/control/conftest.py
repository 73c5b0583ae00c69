"""A host and a console whose window controls it, shared by the tests of one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.screens.control_stage import ControlStage, control_stage
from support.screens.viewer_stage import run_window_manager


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlStage]:
    with (
        pytest.MonkeyPatch.context() as patch,
        control_stage(tmp_path_factory.mktemp("host"), patch) as stage,
    ):
        yield stage


@pytest.fixture
def stage(shared: ControlStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlStage]:
    """A host whose screen is as large as its window; the window is not open."""
    monkeypatch.setenv("DISPLAY", shared.console.display)
    shared.folder = tmp_path
    yield shared
    shared.close()


@pytest.fixture
def managed(stage: ControlStage) -> ControlStage:
    """A host and its window, with a window manager on the console."""
    run_window_manager(stage.console)
    return stage


@pytest.fixture
def layouts(stage: ControlStage) -> Iterator[Callable[[str, str], None]]:
    """Gives host and console other layouts for a test."""

    def switch(host: str, console: str) -> None:
        stage.host.call("setxkbmap", host)
        stage.console.call("setxkbmap", console)

    yield switch
    switch("us", "us")
