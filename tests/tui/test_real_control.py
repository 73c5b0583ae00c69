"""The real console in tmux types into a real xterm, through SSH and a real agent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.bootstrap_host import ssh_host
from support.screens.console_home import trust_host
from support.screens.terminal import Terminal
from support.xvfb import PATTERN, Xvfb, wait_for


@dataclass
class TypingStage:
    """A console whose one host is live; what its xterm receives is in a file, byte by byte."""

    terminal: Terminal
    screen: Xvfb
    file: Path
    seen: int = 0

    def begin(self) -> None:
        """Passes over all that was typed before."""
        self.seen = self.file.stat().st_size

    def until_typed(self, wanted: str) -> None:
        """Waits until the xterm has received exactly this."""
        wait_for(
            lambda: self.file.read_bytes()[self.seen :] == wanted.encode(),
            what=f"{wanted[-40:]!r} in the xterm's file",
        )


@pytest.fixture(scope="module")
def typing_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TypingStage]:
    folder = tmp_path_factory.mktemp("control")
    home, file = folder / "user", folder / "typed"
    with Xvfb(800, 600, options=PATTERN) as screen, ssh_host(folder / "host") as (server, host):
        trust_host(home, server, host, server.port, screen)
        script = f"stty raw -echo; touch {file}; exec cat > {file}"
        screen.run("xterm", "-u8", "-geometry", "80x24+0+0", "-e", "sh", "-c", script)
        terminal = Terminal(home, size=(80, 24))
        try:
            terminal.until(lambda shown: "1 host: 1 not connected" in shown)
            terminal.keys("c")
            wait_for(file.exists, what="the xterm")
            screen.call("xdotool", "mousemove", "100", "100")
            # The way to the host may be shown meanwhile, and takes keys.
            terminal.until(lambda shown: "1 host: 1 live" in shown and "Deploy lab" not in shown)
            yield TypingStage(terminal, screen, file)
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()


@pytest.fixture
def stage(typing_stage: TypingStage) -> TypingStage:
    typing_stage.begin()
    return typing_stage


def test_what_is_typed_and_pasted_in_the_terminal_is_in_the_hosts_file(stage: TypingStage) -> None:
    """A paste with escape sequences in it presses no key of the console, and does not end it."""
    terminal = stage.terminal
    terminal.keys("t")
    terminal.until(lambda shown: "controlled by you" in shown)
    terminal.type("Zürich q? €日")
    terminal.keys("C-c", "Up", "F5", "Enter")
    typed = "Zürich q? €日\x03\x1b[A\x1b[15~\r"
    stage.until_typed(typed)
    pasted = "".join(f"line {number} x\x1b[97;1:3u x\x1b]0;t\x07\r" for number in range(200))
    assert len(pasted) > 5000
    terminal.type(f"\x1b[200~{pasted}\x1b[201~")
    terminal.until(lambda shown: "Type the pasted text: 200 lines" in shown)
    terminal.keys("Right", "Enter")
    typed += pasted.replace("\x1b", "").replace("\x07", "")
    stage.until_typed(typed)
    terminal.type("\x1b[97;1:3uz")  # a key's release, as another program may have asked for
    stage.until_typed(f"{typed}z")
    shown = terminal.until(lambda shown: "input done after" in shown and "✓ done" in shown)
    assert "controlled by you" in shown
    terminal.keys("F12")
    terminal.until(lambda shown: "1 host: 1 live" in shown and "controlled by you" not in shown)


def test_a_chord_and_the_clipboard_reach_the_host_and_come_back(stage: TypingStage) -> None:
    terminal = stage.terminal
    terminal.keys("p")
    terminal.until(lambda shown: "nothing pasted yet" in shown)
    terminal.type("\x1b[200~grüß\r\nx\x1b[201~")
    terminal.until(lambda shown: "2 lines, 6 characters" in shown)
    terminal.keys("Enter")
    terminal.until(lambda shown: "put into its clipboard: 2 lines, 6 characters" in shown)
    assert stage.screen.call("xclip", "-o", "-selection", "clipboard") == "grüß\nx"
    terminal.keys("y")
    terminal.until(lambda shown: "copied to this terminal's clipboard: 2 lines, 6 characters" in shown)
    assert terminal.clipboard() == "grüß\nx"
    terminal.keys("K", "End", "Enter")
    terminal.until(lambda shown: "F12 sent" in shown)
    stage.until_typed("\x1b[24~")
