"""What a script on a host tells of its progress: a host may tell anything."""

from __future__ import annotations

import pytest

from deskconsole.bootstrap.script import Listener


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        (b"[10,20]", [(10, 20)]),
        (b"[30,20]", [(20, 20)]),
        (b"[-5,10]", []),
        (b"[1" + b"0" * 400 + b",1]", []),
        (b"[1e306,1]", []),
        (b'["[bold]",1]', []),
        (b"[1,2,3]", []),
        (b"[" * 5000, []),
    ],
)
def test_only_sound_progress_is_heard(line: bytes, heard: list[tuple[int, int]]) -> None:
    told: list[tuple[int, int]] = []
    listener = Listener("mark ", lambda done, total: told.append((done, total)))
    whole = b"noise\nmark " + line + b"\r\n"
    for at in range(0, len(whole), 7):
        listener(whole[at : at + 7])
    assert told == heard
