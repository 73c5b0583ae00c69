"""The network card by which a connection came, as the probe finds it on this machine."""

from __future__ import annotations

import socket

import psutil
import pytest

from deskconsole.bootstrap.remote.posix.network_card import mac_of_connection

CARDS = [
    (entry.address.partition("%")[0], next(one.address for one in entries if one.family == psutil.AF_LINK))
    for name, entries in psutil.net_if_addrs().items()
    for entry in entries
    if name != "lo" and entry.family in (socket.AF_INET, socket.AF_INET6)
]


@pytest.mark.skipif(not CARDS, reason="this machine is in no network")
@pytest.mark.parametrize(("address", "mac"), CARDS)
def test_the_card_with_the_address_that_was_connected_to(
    monkeypatch: pytest.MonkeyPatch, address: str, mac: str
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", f"10.9.8.7 50000 {address} 22")
    assert mac_of_connection() == mac


@pytest.mark.parametrize(
    "said", ["", "10.9.8.7 50000 127.0.0.1 22", "a b ::1 22", "a b 203.0.113.77 22", "x"]
)
def test_the_loopback_and_what_is_not_known_have_no_card(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("SSH_CONNECTION", said)
    assert mac_of_connection() == ""
