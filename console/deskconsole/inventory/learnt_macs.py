"""The MAC addresses that hosts told when they were last connected, by which they can be woken."""

from __future__ import annotations

from pathlib import Path

from deskconsole.common.remembered_file import RememberedFile

from .host import Host
from .mac_address import parse_mac


class LearntMacs:
    """Kept by the hosts' addresses: a host that is renamed is the same machine."""

    def __init__(self, path: Path) -> None:
        self._file = RememberedFile(path, str)

    @property
    def fault(self) -> str:
        """The reason why no address that was learnt can be read, or empty."""
        return self._file.fault

    def learn(self, host: Host, told: str) -> None:
        """Keeps what a host told, if it is the address of one machine. Raises OSError."""
        mac = parse_mac(told)
        if mac is not None and mac != self.of(host):
            self._file.put(_place(host), mac)

    def of(self, host: Host) -> str | None:
        """The address of a host; None where it was never learnt."""
        return parse_mac(self._file.get(_place(host)) or "")


def _place(host: Host) -> str:
    return f"{host.target}:{host.port}" if host.port else host.target
