"""What a script on a host tells of its progress: a host may tell anything."""

from __future__ import annotations

import pytest

from deskconsole.bootstrap.script import Listener, has_damaged_library


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


@pytest.mark.parametrize(
    ("stderr", "damaged"),
    [
        (b"Fatal Python error: init_fs_encoding: failed to get the Python codec\n", True),
        (
            b"Traceback (most recent call last):\nValueError: source code string cannot contain null bytes\n",
            True,
        ),
        (b"Traceback (most recent call last):\nModuleNotFoundError: No module named 'json'\n", True),
        (b"ImportError: DLL load failed while importing _lzma: 4551\n", False),
        (b"Traceback (most recent call last):\nPermissionError: [WinError 5] Access is denied\n", False),
        (b"Traceback (most recent call last):\nAttributeError: a fault of ours\n", False),
        (b"Diese App wurde vom Systemadministrator blockiert.\r\n", False),
        (b"", False),
    ],
)
def test_only_a_python_that_says_so_has_a_damaged_library(stderr: bytes, damaged: bool) -> None:
    assert has_damaged_library(stderr) is damaged
