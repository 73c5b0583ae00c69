"""The agent tells the names of its computer, its system and its user."""

from __future__ import annotations

import socket
import sys

import pytest

from deskagent.computer import Computer, ComputerWatch, this_computer, windows_name


def test_this_computer_has_its_name_and_its_system() -> None:
    told = this_computer("ada")
    assert told.hostname == socket.gethostname()
    assert told.user == "ada"
    systems = ("Windows", "Microsoft Windows") if sys.platform == "win32" else ("Debian", "Ubuntu", "Linux")
    assert told.os_name.startswith(systems)


def test_a_name_that_is_no_text_can_be_sent() -> None:
    assert this_computer("an\udcfca").user == "an?a"
    watch = ComputerWatch(Computer(), lambda: "\udcff")
    assert watch.changed_user() == "?"


@pytest.mark.parametrize(
    ("product", "version", "build", "name"),
    [
        ("Windows 10 Pro", "22H2", 19045, "Windows 10 Pro 22H2"),
        ("Windows 10 Pro", "23H2", 22631, "Windows 11 Pro 23H2"),
        ("Windows Server 2022 Standard", "21H2", 20348, "Windows Server 2022 Standard 21H2"),
        ("", "", 20348, "Windows"),
    ],
)
def test_windows_is_named_as_people_know_it(product: str, version: str, build: int, name: str) -> None:
    assert windows_name(product, version, build) == name


def test_another_user_is_told_once() -> None:
    people = ["ada"]
    watch = ComputerWatch(Computer("lab-01", "Debian", "ada"), lambda: people[0])
    assert watch.changed_user() is None
    people[0] = ""
    assert watch.changed_user() == ""
    assert watch.changed_user() is None
    assert watch.computer == Computer("lab-01", "Debian", "")
