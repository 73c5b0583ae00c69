"""Selections of an X screen: what programs there have copied and marked."""

from __future__ import annotations

import subprocess

from support.xvfb import Xvfb, wait_for


def copy(screen: Xvfb, text: str) -> None:
    """A program on that screen has this text in its clipboard."""
    owner = screen.run("xclip", "-selection", "clipboard", "-in", "-loops", "0", stdin=subprocess.PIPE)
    assert owner.stdin is not None
    owner.stdin.write(text.encode())
    owner.stdin.close()
    wait_for(lambda: pasted(screen) == text, what="the clipboard")


def pasted(screen: Xvfb, selection: str = "clipboard") -> str:
    """The text that a program there would paste; empty where there is nothing."""
    try:
        return screen.call("xclip", "-selection", selection, "-out")
    except RuntimeError:  # no program owns the clipboard
        return ""
