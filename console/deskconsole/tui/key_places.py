"""The screens whose keys a user may set, and what shares the keyboard with them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import BindingType

from .screens.base import HostActions
from .screens.doctor import DoctorScreen
from .screens.fleet import FleetScreen
from .screens.history import HistoryScreen
from .screens.host import HostScreen
from .screens.log import LogScreen
from .screens.picture import PictureScreen
from .screens.wall import WallScreen
from .user_keys import KeyPlace
from .widgets.host_table import HostTable
from .widgets.tile_grid import TileGrid


def key_places(everywhere: Sequence[BindingType]) -> list[KeyPlace]:
    """Returns all places; `everywhere`: the keys of the application."""
    return [
        KeyPlace("the list", [*FleetScreen.BINDINGS, *everywhere], HostTable.BINDINGS),
        KeyPlace("a host's screen", [*HostActions.BINDINGS, *HostScreen.BINDINGS, *everywhere]),
        KeyPlace("the wall", [*WallScreen.BINDINGS, *everywhere], TileGrid.BINDINGS),
        KeyPlace("a picture", [*HostActions.BINDINGS, *PictureScreen.BINDINGS, *everywhere]),
        KeyPlace("doctor", [*DoctorScreen.BINDINGS, *everywhere]),
        KeyPlace("statistics", [*HistoryScreen.BINDINGS, *everywhere]),
        KeyPlace("the log", [*LogScreen.BINDINGS, *everywhere]),
    ]
