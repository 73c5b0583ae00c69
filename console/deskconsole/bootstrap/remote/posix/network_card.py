"""The network card by which the SSH connection came to a POSIX host: its MAC address wakes the host."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

INTERFACES = Path("/sys/class/net")
IPV6 = Path("/proc/net/if_inet6")

SIOCGIFADDR = 0x8915
"""Asks for an interface's IPv4 address."""


def mac_of_connection() -> str:
    """The address of that card; empty where it is not known, and of the loopback."""
    # As sshd says it: the client's address and port, then the address and port of this machine.
    words = os.environ.get("SSH_CONNECTION", "").split()
    interface = interface_with(words[2]) if len(words) == 4 else ""
    try:
        mac = (INTERFACES / interface / "address").read_text("ascii", "replace").strip() if interface else ""
    except OSError:
        return ""
    return "" if set(mac) <= set("0:") else mac[:64]


def interface_with(address: str) -> str:
    """The name of the interface that has this address; empty where none has."""
    plain = address.partition("%")[0].removeprefix("::ffff:")
    if ":" in plain:
        wanted = socket.inet_pton(socket.AF_INET6, plain).hex()
        try:
            rows = [line.split() for line in IPV6.read_text("ascii", "replace").splitlines()]
        except OSError:
            return ""
        return next((row[5] for row in rows if len(row) == 6 and row[0] == wanted), "")
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(asking, SIOCGIFADDR, request)
            except OSError:  # it has none
                continue
            if socket.inet_ntoa(answer[20:24]) == plain:
                return name
    return ""
