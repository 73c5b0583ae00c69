"""The list and the details show a host's own name and system."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.tui.text.detail import facts, flow
from deskconsole.tui.text.host_words import own_name, short_os
from deskconsole.tui.text.rows import arrange, cells, heading, make_row, matches
from support.screens.display_fleet import NOW, live


@pytest.mark.parametrize(
    ("name", "address", "told", "own"),
    [
        ("lab-01", "", "LAB-01", ""),
        ("lab-01", "lab-01.example.org", "lab-01", ""),
        ("desk", "pc-7.example.org", "PC-7", ""),
        ("desk", "10.0.3.1", "pc-7", "pc-7"),
        ("desk", "10.0.3.1", "", ""),
        ("desk", "10.0.3.1", "a\x1b[31mb", "a\N{SYMBOL FOR ESCAPE}[31mb"),
    ],
)
def test_a_host_has_a_name_of_its_own_where_the_list_calls_it_otherwise(
    name: str, address: str, told: str, own: str
) -> None:
    assert own_name(Host(name=name, address=address), Snapshot(name, hostname=told)) == own


@pytest.mark.parametrize(
    ("told", "short"),
    [
        ("Debian GNU/Linux 12 (bookworm)", "Debian 12"),
        ("Ubuntu 24.04.1 LTS", "Ubuntu 24.04.1"),
        ("Windows 11 Pro 23H2", "Windows 11 Pro 23H2"),
        ("Rocky Linux 9.4 (Blue Onyx)", "Rocky 9.4"),
        ("Linux 6.1.0", "Linux 6.1.0"),
        ("", ""),
    ],
)
def test_a_system_is_told_in_few_words(told: str, short: str) -> None:
    assert short_os(Snapshot("lab-01", os_name=told)) == short


def test_person_name_and_system_stand_in_the_row_where_there_is_room_and_in_the_details() -> None:
    host = Host(name="lab-01", address="10.0.3.1", group="lab")
    snapshot = replace(live("lab-01"), hostname="pc-7", os_name="Debian GNU/Linux 12 (bookworm)", user="ada")
    row = make_row(host, snapshot, NOW)
    for width, words in ((140, ("pc-7", "Debian 12", "ada")), (80, ("ada",))):
        layout = arrange([row], width)
        line = "".join(text for text, _ in cells(row, layout))
        assert all(word in line for word in words)
        assert "logged on" in "".join(text for text, _ in heading(layout))
    assert matches(row, "debian PC-7")
    shown = "\n".join(line.plain for line in flow(facts(host, snapshot, NOW, str), 100))
    assert "logged on ada" in shown
    assert "host name pc-7   Debian GNU/Linux 12 (bookworm)" in shown
