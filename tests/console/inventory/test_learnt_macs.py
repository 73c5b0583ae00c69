"""MAC addresses that hosts tell are kept for the day on which the hosts are off."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from deskconsole.inventory.host import Host
from deskconsole.inventory.learnt_macs import LearntMacs

MAC = "a0:b1:c2:d3:e4:f5"


def test_a_host_that_is_renamed_keeps_its_address(tmp_path: Path) -> None:
    path = tmp_path / "data" / "macs.json"
    LearntMacs(path).learn(Host(name="old", address="10.0.3.1"), MAC.upper())
    learnt = LearntMacs(path)
    assert learnt.of(Host(name="new", address="10.0.3.1", group="lab")) == MAC
    assert learnt.of(Host(name="old", address="10.0.3.1", port=2222)) is None
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "told",
    [
        "",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:01",
        "a0:b1:c2:d3:e4:f5\n",
        "a0:b1:c2:d3:e4:f5:06:07",
        "a0:b1-c2:d3-e4:f5",
        "\x1b[31m",
        "٠٠:b1:c2:d3:e4:f5",
    ],
)
def test_what_is_no_address_of_one_card_is_not_kept(tmp_path: Path, told: str) -> None:
    path = tmp_path / "macs.json"
    LearntMacs(path).learn(Host(name="lab-01"), told)
    assert not path.exists()


@pytest.mark.parametrize("content", [b'{"lab-01": 7}', b'{"lab-01": "\xff"}'])
def test_a_damaged_file_is_as_none_and_is_written_again(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "macs.json"
    path.write_bytes(content)
    learnt = LearntMacs(path)
    assert learnt.of(Host(name="lab-01")) is None
    learnt.learn(Host(name="lab-01"), MAC)
    assert learnt.of(Host(name="lab-01")) == MAC
