"""How the imitated SSH server is to behave: written by the tests, read again for each thing it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

Shell = Literal["cmd", "powershell"]


class Settings(msgspec.Struct, kw_only=True, frozen=True):
    """`cut_after` is a number of bytes: the upload that passes it loses its connection, once. `autorun` is
    printed by the shell before anything else. `stdin_ends` says whether commands see the end of their input.
    `blocked` is the system's sentence where it refuses every python.exe below a profile, else empty.
    `administrator` says whether commands have an administrator's rights.
    """

    user: str
    host_key: str
    authorized_key: str
    drive_c: str
    wine: str
    environment: dict[str, str]
    session0: bool
    shell: Shell
    password: str | None = None
    forwarding: bool = True
    sftp: bool = True
    cut_after: int | None = None
    autorun: str = ""
    stdin_ends: bool = True
    blocked: str = ""
    administrator: bool = True

    def write(self, path: Path) -> None:
        """So that a reader sees the old or the new, never half."""
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(msgspec.json.encode(self))
        unfinished.chmod(0o600)
        unfinished.rename(path)

    @staticmethod
    def read(path: Path) -> Settings:
        """What was written last."""
        return msgspec.json.decode(path.read_bytes(), type=Settings)
