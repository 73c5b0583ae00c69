"""The inventory: which hosts there are and how each is reached. It holds no secrets."""

from __future__ import annotations

from typing import Annotated

import msgspec

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A configured machine. `name` is the user's own word for it and the key of the inventory.

    Everything but the name may be left out: what is not given comes from the user's SSH configuration
    (`ssh -G address`), and what is not there either from the defaults.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f/\\\[\]]+$")]
    address: Annotated[str, msgspec.Meta(max_length=255)] = ""
    """Host name, IP address or alias of the SSH configuration; empty: the name is the address."""
    port: Port | None = None
    user: str | None = None
    identity_file: str | None = None
    """Private key to offer, `~` allowed."""
    jump: str | None = None
    """[user@]host[:port] to go through, as ssh's ProxyJump (several with commas)."""
    display: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0
    """Which display is wanted: 0 is the whole desktop, 1 the first display."""
    x_display: str | None = None
    """DISPLAY on a POSIX host, such as `:0`; None: found by itself."""
    x_authority: str | None = None
    """XAUTHORITY on a POSIX host; None: found by itself."""
    python: str | None = None
    """The host's Python to use; None: found by itself."""
    group: str = ""
    """A label to filter by."""

    @property
    def target(self) -> str:
        """What to hand to SSH as the destination."""
        return self.address or self.name
