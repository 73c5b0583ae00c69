"""Wakes hosts that are off or asleep, by wake-on-LAN: a packet that their network card waits for.

Nothing answers to it, and nothing tells whether the host's firmware has it switched on.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator

from deskconsole.common.errors import ConfigurationError, WakeError
from deskconsole.inventory.host import Host
from deskconsole.inventory.learnt_macs import LearntMacs
from deskconsole.inventory.mac_address import parse_mac

from .results import WakeResult

BROADCAST = "255.255.255.255"
"""All machines of the network that the packet is sent in; routers keep it there."""

PORT = 9
"""The service "discard": who receives the packet besides has no use for it."""

_TO_DEVICE = 25
"""Linux' SO_BINDTODEVICE; Python has no name for it before 3.14."""


def magic_packet(mac: str) -> bytes:
    """The packet that wakes the network card with this address, `a0:b1:c2:d3:e4:f5`."""
    return b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) * 16


def wake(host: Host, learnt: LearntMacs) -> WakeResult:
    """Sends the packet once, to every network of this computer or to the host's `wake_address`.

    Raises ConfigurationError where the host's MAC address is not known, WakeError where nothing could be
    sent.
    """
    mac = parse_mac(host.mac) if host.mac else learnt.of(host)
    if mac is None and (fault := learnt.fault):
        raise ConfigurationError(
            f"the MAC address of {host.name} is not known: {fault}",
            remedy="Move that file away: addresses are learnt again when hosts are connected.",
        )
    if mac is None:
        raise ConfigurationError(
            f"the MAC address of {host.name} is not known",
            remedy='Connect the host while it is on, or give it in hosts.toml: mac = "a0:b1:c2:d3:e4:f5".',
        )
    address = host.wake_address or BROADCAST
    _send(magic_packet(mac), address, everywhere=not host.wake_address)
    return WakeResult(host.name, mac, address)


def _send(packet: bytes, address: str, *, everywhere: bool) -> None:
    sent = False
    reason = "there is no network"
    for sock in _sockets_of_networks() if everywhere else [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]:
        with sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            try:
                sock.sendto(packet, (address, PORT))
            except OSError as error:  # a network that is down, or has no IPv4
                reason = error.strerror or str(error)
            except (UnicodeError, TypeError):  # of a name that no network has: `ä..b`
                reason = "that is no address of a network"
            else:
                sent = True
    if not sent:
        raise WakeError(
            f"nothing could be sent to {address}: {reason}",
            remedy="Connect this computer to a network; for a host in another one, give wake_address.",
        )


def _sockets_of_networks() -> Iterator[socket.socket]:
    """A socket for each network that this computer is in: a broadcast leaves by one of them only."""
    yield socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # the one that the system would choose
    if sys.platform == "linux":
        for _, interface in socket.if_nameindex():
            if interface == "lo":
                continue
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                sock.setsockopt(socket.SOL_SOCKET, _TO_DEVICE, interface.encode())
            except OSError:
                sock.close()  # it has gone meanwhile, or an old kernel lets only root choose one
            else:
                yield sock
        return
    addresses: set[str] = set()
    with contextlib.suppress(OSError, UnicodeError):  # a computer that does not know its own name
        found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET, socket.SOCK_DGRAM)
        addresses = {str(entry[4][0]) for entry in found}
    for address in addresses:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.bind((address, 0))
        except OSError:
            sock.close()  # that network has gone meanwhile; the others have not
        else:
            yield sock
