"""The buttons of a mouse, as commands and a running console name them."""

from __future__ import annotations

from typing import Final, Literal, get_args

MouseButton = Literal["left", "middle", "right", "back", "forward"]

BUTTONS: Final[tuple[MouseButton, ...]] = get_args(MouseButton)
"""The first one has number 1 on the wire."""
