"""Hosts are woken by the packet that network cards know, at the address that is known of them."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from deskconsole.app import wake_on_lan
from deskconsole.app.wake_on_lan import magic_packet, wake
from deskconsole.common.errors import ConfigurationError, WakeError
from deskconsole.inventory.host import Host
from deskconsole.inventory.learnt_macs import LearntMacs

MAC = "a0:b1:c2:d3:e4:f5"


def test_the_packet_is_six_bytes_of_ones_and_the_address_sixteen_times() -> None:
    packet = magic_packet(MAC)
    assert len(packet) == 102
    assert packet == bytes.fromhex("ff" * 6 + "a0b1c2d3e4f5" * 16)


def test_the_packet_of_hosts_toml_goes_to_the_wake_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt = LearntMacs(tmp_path / "macs.json")
    host = Host(name="lab-01", mac="A0-B1-C2-D3-E4-F5", wake_address="127.0.0.1")
    learnt.learn(host, "02:00:00:00:00:01")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as card:
        card.bind(("127.0.0.1", 0))
        card.settimeout(60)
        monkeypatch.setattr(wake_on_lan, "PORT", card.getsockname()[1])
        result = wake(host, learnt)
        assert card.recv(200) == magic_packet(MAC)
    assert (result.host, result.mac, result.address) == ("lab-01", MAC, "127.0.0.1")


def test_without_an_entry_the_learnt_address_counts(tmp_path: Path) -> None:
    learnt = LearntMacs(tmp_path / "macs.json")
    host = Host(name="lab-01", address="10.0.3.1", wake_address="127.0.0.1")
    with pytest.raises(ConfigurationError, match="the MAC address of lab-01 is not known"):
        wake(host, learnt)
    learnt.learn(host, MAC)
    assert wake(host, learnt).mac == MAC


def test_learnt_addresses_that_are_damaged_are_told_and_learnt_again(tmp_path: Path) -> None:
    file = tmp_path / "macs.json"
    file.write_bytes(b'{"10.0.3.1": "a0:b1')
    host = Host(name="lab-01", address="10.0.3.1", wake_address="127.0.0.1")
    with pytest.raises(ConfigurationError, match=re.escape(f"is not known: {file} is damaged")):
        wake(host, LearntMacs(file))
    LearntMacs(file).learn(host, MAC)
    assert wake(host, LearntMacs(file)).mac == MAC


@pytest.mark.parametrize("address", ["no-such-host.invalid", "ä..invalid"])
def test_a_packet_that_cannot_be_sent_says_where_it_should_have_gone(tmp_path: Path, address: str) -> None:
    host = Host(name="lab-01", mac=MAC, wake_address=address)
    with pytest.raises(WakeError, match=re.escape(f"nothing could be sent to {address}: ")):
        wake(host, LearntMacs(tmp_path / "macs.json"))
