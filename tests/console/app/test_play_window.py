"""The line that a recording's window shows while it plays."""

from __future__ import annotations

import queue
import re
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest

from console.recording.test_recording import write
from deskconsole.app import play_window
from deskconsole.app.play_window import Keys, PlayWindow
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader
from deskconsole.viewer.keys import PlayKey
from deskconsole.viewer.process import Viewer


def test_the_line_after_a_key_follows_the_picture_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.deskrec")
    now = [100.0]
    monkeypatch.setattr(play_window, "time", SimpleNamespace(monotonic=lambda: now[0]))
    window = create_autospec(Viewer, instance=True)
    keys: Keys = queue.SimpleQueue()
    with closing(RecordingReader(tmp_path / "a.deskrec")) as reader, closing(Framebuffer()) as picture:
        shown = PlayWindow(RecordingPlayer(reader, picture), reader, window, 1.0, lambda: None)
        shown.draw()
        window.play_place.assert_not_called()
        keys.put(PlayKey.BEGIN)
        assert shown.wait(keys)
        for _ in range(6):
            shown.draw()
            now[0] += 0.9
    lines = [call.args[0] for call in window.play_place.call_args_list]
    assert [line[:4] for line in lines] == ["0:00", "0:00", "0:01", "0:02", "0:03", ""]
    assert re.fullmatch(r"0:03  =+-+  0:05    .* 1 x", lines[-2])
