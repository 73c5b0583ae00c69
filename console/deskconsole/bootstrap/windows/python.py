"""Our Python on a Windows host: its path, and the commands that start it."""

from __future__ import annotations

from deskconsole.bootstrap.script import LAUNCH

FOLDER = "AppData/Local/deskconsole"
"""Everything of ours on the host, from the folder where SFTP and commands begin: the user's profile."""


def python_of(runtime: str) -> str:
    """Path of a runtime's Python from the folder where commands begin; the same in cmd.exe and PowerShell."""
    return f"{FOLDER}/{runtime}/python.exe".replace("/", "\\")


def python_command(python: str, agent: str = "") -> str:
    """The command that runs a program from stdin with that Python, or has a deployed agent launch another."""
    program = f"{FOLDER}/{agent} {LAUNCH}".replace("/", "\\") if agent else "-"
    return f"{python} -I -S -X utf8 {program}"  # without site-packages: none are needed, and it begins sooner
