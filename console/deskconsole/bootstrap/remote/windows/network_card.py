"""The network card by which the SSH connection came to a Windows host: its MAC address wakes the host."""

from __future__ import annotations

import ctypes
import ipaddress
import os
import socket
from collections.abc import Iterator
from ctypes import POINTER, byref, c_ubyte, c_void_p
from ctypes.wintypes import DWORD
from typing import Any

from deskwin32.calls import windows

ENOUGH = 256 * 1024
"""Bytes for the list of adapters; the documentation advises to begin with 15 kB."""

# The beginnings of the system's records, up to the last field that is read here.


class UnicastAddress(ctypes.Structure):
    """IP_ADAPTER_UNICAST_ADDRESS_LH."""


UnicastAddress._fields_ = (
    ("head", ctypes.c_ulonglong),
    ("next", POINTER(UnicastAddress)),
    ("address", POINTER(c_ubyte)),
    ("length", ctypes.c_int),
)


class Adapter(ctypes.Structure):
    """IP_ADAPTER_ADDRESSES_LH."""


Adapter._fields_ = (
    ("head", ctypes.c_ulonglong),
    ("next", POINTER(Adapter)),
    ("name", c_void_p),
    ("unicast", POINTER(UnicastAddress)),
    ("anycast", c_void_p),
    ("multicast", c_void_p),
    ("servers", c_void_p),
    ("suffix", c_void_p),
    ("description", c_void_p),
    ("friendly_name", c_void_p),
    ("mac", c_ubyte * 8),
    ("mac_length", DWORD),
)


def mac_of_connection() -> str:
    """The address of that card; empty where it is not known, and of the loopback."""
    # As sshd says it: the client's address and port, then the address and port of this machine.
    words = os.environ.get("SSH_CONNECTION", "").split()
    if len(words) != 4:
        return ""
    wanted = words[2].partition("%")[0].removeprefix("::ffff:")
    room = ctypes.create_string_buffer(ENOUGH)
    try:
        windows("GetAdaptersAddresses")(socket.AF_UNSPEC, 0, None, room, byref(DWORD(ENOUGH)))
    except OSError:
        return ""
    for adapter in linked(ctypes.cast(room, POINTER(Adapter))):
        if wanted in [address_of(entry) for entry in linked(adapter.unicast)]:
            return ":".join(f"{byte:02x}" for byte in adapter.mac[: min(adapter.mac_length, 8)])
    return ""


def linked(record: Any) -> Iterator[Any]:
    """The records of a list in which each points to the next, from a pointer to the first."""
    while record:
        yield record.contents
        record = record.contents.next


def address_of(entry: Any) -> str:
    """The IP address of a SOCKADDR in words."""
    raw = bytes(entry.address[: entry.length])
    family = int.from_bytes(raw[:2], "little")
    if family == socket.AF_INET:
        return str(ipaddress.ip_address(raw[4:8]))
    if family == socket.AF_INET6:
        return str(ipaddress.ip_address(raw[8:24]))
    return ""
