"""The real console in a real terminal: started, used by keys and left, with its files below `tmp_path`."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskconsole.common.safe_text import REPLACEMENT
from support.screens.terminal import Terminal, environment


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()


def test_a_host_is_added_filtered_and_removed(terminal: Terminal, tmp_path: Path) -> None:
    terminal.until(lambda shown: "Add a host" in shown and "Quit" in shown)
    terminal.keys("Enter")
    terminal.until(lambda shown: "key file" in shown)
    terminal.type("attic")
    terminal.keys("Tab")
    terminal.type("127.0.0.1")
    terminal.keys("Enter")
    terminal.until(lambda shown: "1 host: 1 not connected" in shown and "attic" in shown)
    assert 'name = "attic"' in (tmp_path / "config" / "hosts.toml").read_text()
    terminal.keys("/")
    terminal.type("nothing")
    terminal.until(lambda shown: "0 of 1" in shown and "no host matches 'nothing'" in shown)
    terminal.keys("Escape")
    terminal.until(lambda shown: "◌ attic" in shown)
    terminal.keys("-")
    terminal.until(lambda shown: "Take attic (127.0.0.1) off the list?" in shown)
    terminal.keys("Right")
    terminal.keys("Enter")
    terminal.until(lambda shown: "There are no hosts yet" in shown)
    terminal.keys("q")
    terminal.until(lambda _: terminal.exited())


def test_no_escape_sequence_of_a_file_reaches_the_terminal(tmp_path: Path) -> None:
    """The raw bytes, as a terminal gets them: our own sequences only, and the app says `␛` for theirs."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "hosts.toml").write_text('[[host]]\nname = "a\\u009b31m\\u202eb"\naddress = "a[/bad]"\n')
    process, master = _in_pty(tmp_path)
    try:
        output = _read(master, seconds=60, until=b"[/bad]")
        os.write(master, b"eq")
        output += _read(master, seconds=1)
        os.write(master, b"\x1b")
        deadline = time.monotonic() + 60
        # On a busy machine the first q can come with the escape before it: that is another key.
        while process.poll() is None and time.monotonic() < deadline:
            output += _read(master, seconds=1)
            os.write(master, b"q")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
    # The shape of the mouse pointer and our title; another title or the clipboard would be the file's doing.
    sequences = set(re.findall(rb"\x1b\][^\x07\x1b]*", output))
    shapes = {b"\x1b]22;default", b"\x1b]22;pointer", b"\x1b]22;text"}
    titles = {b"\x1b]2;deskconsole", b"\x1b]2;1 not connected - deskconsole", b"\x1b]2;"}
    assert sequences <= shapes | titles
    assert f"a{REPLACEMENT}31m{REPLACEMENT}b".encode() in output
    assert "\u009b".encode() not in output
    assert "\u202e".encode() not in output


@pytest.mark.parametrize("until", [None, b"\x1b[?1049h", b"lab-0"], ids=["at once", "starting", "shown"])
def test_a_console_whose_terminal_is_gone_ends(tmp_path: Path, until: bytes | None) -> None:
    """Without SIGHUP too, which a process gets only from its controlling terminal."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "hosts.toml").write_text('[[host]]\nname = "lab-0"\n')
    process, master = _in_pty(tmp_path)
    try:
        if until is not None:
            assert until in _read(master, seconds=60, until=until)
        os.close(master)
        process.wait(60)
    finally:
        process.kill()
        process.wait()


def test_a_terminal_that_is_closed_behind_q_leaves_no_demo(tmp_path: Path) -> None:
    """The hosts take seconds to end, and signals come meanwhile, as often as they like."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process, master = _in_pty(tmp_path, "demo", TMPDIR=str(temporary))
    try:
        assert b" live" in _read(master, seconds=60, until=b" live")
        os.write(master, b"q")
        leaves = b"\x1b[?1049l"
        assert leaves in _read(master, seconds=60, until=leaves)
        deadline = time.monotonic() + 60
        while process.poll() is None:
            assert time.monotonic() < deadline, "it does not end"
            process.send_signal(signal.SIGHUP)
            process.send_signal(signal.SIGTERM)
            _read(master, seconds=0.01)
        assert process.returncode == 0
        assert not list(temporary.glob("deskconsole-demo-*"))
    finally:
        os.close(master)
        process.kill()
        process.wait()


def _in_pty(home: Path, *arguments: str, **variables: str) -> tuple[subprocess.Popen[bytes], int]:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "deskconsole", *arguments],
        stdin=slave, stdout=slave, stderr=slave, env={**environment(home), **variables},
    )  # fmt: skip
    os.close(slave)
    return process, master


def _read(master: int, *, seconds: float, until: bytes | None = None) -> bytes:
    output = b""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and (until is None or until not in output):
        if select.select([master], [], [], 0.2)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                return output
            if not piece:
                return output
            output += piece
    return output


def test_keys_typed_before_the_first_screen_do_not_hide_the_hosts(tmp_path: Path) -> None:
    """They act on the list or are dropped; they went into the filter, which was not to be seen."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "hosts.toml").write_text("".join(f'[[host]]\nname = "lab-{n}"\n' for n in range(3)))
    terminal = Terminal(tmp_path, size=(80, 24))
    try:
        for _ in range(40):
            terminal.type("jZ")
            if "lab-0" in terminal.screen():
                break
            time.sleep(0.05)
        terminal.type("jZ")
        shown = terminal.until(lambda shown: all(f"lab-{n}" in shown for n in range(3)))
        assert "no host has these words" not in shown
        terminal.keys("/")
        terminal.type("lab-2")
        terminal.until(lambda shown: "1 of 3" in shown)
        terminal.keys("Escape")
        terminal.until(lambda shown: "lab-0" in shown)
        terminal.keys("q")
        terminal.until(lambda _: terminal.exited())
    finally:
        terminal.close()
