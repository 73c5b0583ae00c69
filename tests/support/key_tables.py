"""docs/keys.md, made from the bindings of the console's screens, the type mode and the window.

`PYTHONPATH=tests .venv/bin/python -m support.key_tables` writes it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from textual.binding import Binding, BindingType

from deskconsole.app.key_chord import OTHER_NAMES
from deskconsole.tui.app import DeskconsoleApp
from deskconsole.tui.chords import CHORDS
from deskconsole.tui.screens.base import HostActions
from deskconsole.tui.screens.deploy import DeployScreen
from deskconsole.tui.screens.doctor import DoctorScreen
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.history import HistoryScreen
from deskconsole.tui.screens.host import HostScreen
from deskconsole.tui.screens.host_form import HostForm
from deskconsole.tui.screens.log import LogScreen
from deskconsole.tui.screens.picture import PictureScreen
from deskconsole.tui.screens.typing import BEHIND_WAY_OUT, TypingScreen
from deskconsole.tui.screens.wall import WallScreen
from deskconsole.tui.widgets.host_table import HostTable
from deskconsole.tui.widgets.tile_grid import TileGrid
from deskconsole.viewer.keys import CONTROL_KEYS, HOST_KEYS, PLAY_KEYS, VIEW_KEYS, WindowKey
from deskconsole.viewer.wall_keys import WALL_KEYS
from deskwire.keys import KEYS

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "keys.md"

BEGIN: Final = """# Keys

Made from the code by `tests/support/key_tables.py`; a test compares them. In the console `f1` shows the keys
of the screen, and `ctrl+p` finds them by their names. An action with a `name` here can be given
[other keys](configuration.md#keys).
"""

TYPE_MODE: Final = """All else that is typed goes to the host: characters as text, whatever the layouts are,
other keys with ctrl, alt, shift and super by their position. A pasted text of more than one line or 500
characters is asked about first. Terminals do not report key releases, and keep some keys for themselves:
these are in the menu."""

WALL: Final = """The keys of a host act on the tile with the cursor, but for `-`. A click moves the cursor, a
double click opens the window, the wheel turns pages."""

WINDOW: Final = """HOST is the host key: right Ctrl, or what `host_key` in settings.toml names. While you
control the host every other key and the pointer go there."""

NAMES: Final = """`deskconsole key` takes these, as they stand on a US keyboard, in upper or lower case,
joined by `+`. A sign is written as itself (`-`, `[`), `+` also as `plus`. `ctrl+alt+del` (Linux only),
`lock`, `task manager` and `print` are asked of the host's system."""

_SIGNS: Final = {
    "plus": "+",
    "asterisk": "*",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "tilde": "~",
    "equals_sign": "=",
    "minus": "-",
    "slash": "/",
    "question_mark": "?",
    "space": "space",
}


def bound(bindings: Iterable[BindingType]) -> Iterator[tuple[str, str]]:
    """Keys and what they do, those of one action together."""
    for keys, does, _ in named(bindings):
        yield keys, does


def named(bindings: Iterable[BindingType]) -> Iterator[tuple[str, str, str]]:
    """Keys, what they do, and the name by which settings.toml means the action."""
    for binding in bindings:
        if isinstance(binding, Binding) and binding.description:
            names = [_SIGNS.get(name, name) for name in binding.key.split(",")]
            action = f"`{binding.action}`" if binding.action.isidentifier() else ""
            yield ", ".join(f"`{name}`" for name in names), binding.tooltip or binding.description, action


def fleet() -> Iterator[tuple[str, ...]]:
    """The keys of the list, without those that act on the selected host."""
    yield from named(one for one in FleetScreen.BINDINGS if one not in HostActions.BINDINGS)
    yield from bound(HostTable.BINDINGS)


def wall() -> Iterator[tuple[str, ...]]:
    """The keys of the wall, without those that act on the selected host everywhere."""
    known = {key for one in HostActions.BINDINGS if isinstance(one, Binding) for key in one.key.split(",")}
    ours = [one for one in WallScreen.BINDINGS if isinstance(one, Binding) and one.key not in known]
    yield from named(ours)
    yield from bound(TileGrid.BINDINGS)


def typing() -> Iterator[tuple[str, str]]:
    yield from bound(TypingScreen.BINDINGS)
    for key, (_, does) in BEHIND_WAY_OUT.items():
        yield f"`f12` `{key}`", does


def window(keys: Iterable[WindowKey]) -> Iterator[tuple[str, str]]:
    for key in keys:
        yield ", ".join(f"`{name}`" for name in key.keys.split(", ")), key.meaning


def names() -> str:
    """The names that `deskconsole key` takes, and the other names of some."""
    keys = textwrap.fill(", ".join(f"`{one.name}`" for one in KEYS), 118, break_on_hyphens=False)
    others = "".join(f"| `{other}` | `{name}` |\n" for other, name in OTHER_NAMES.items())
    return f"\n## Names of keys\n\n{NAMES}\n\n{keys}\n\n| also | means |\n|---|---|\n{others}"


def document() -> str:
    """The whole of docs/keys.md."""
    tables = (
        ("A host, in the list and on its own screen", "", named(HostActions.BINDINGS)),
        ("The list of hosts", "", fleet()),
        ("One host", "", named(HostScreen.BINDINGS)),
        ("The wall (`w`)", WALL, wall()),
        ("A host's picture, full size (`z`)", "", named(PictureScreen.BINDINGS)),
        ("Typing into a host (`t`)", TYPE_MODE, typing()),
        ("Keys that are sent by name (`K`)", "", ((one.label, one.does) for one in CHORDS)),
        ("The way to a host (`d`)", "", bound(DeployScreen.BINDINGS)),
        ("What is wrong with a host (`o`)", "", named(DoctorScreen.BINDINGS)),
        ("A host's settings (`a`, `e`)", "", bound(HostForm.BINDINGS)),
        ("Statistics of days (`H`)", "", named(HistoryScreen.BINDINGS)),
        ("The log (`l`)", "", named(LogScreen.BINDINGS)),
        ("On every screen", "", named(DeskconsoleApp.BINDINGS)),
        ("The window (`v`)", "", window(HOST_KEYS + VIEW_KEYS)),
        ("Control in the window (`V`)", WINDOW, window(CONTROL_KEYS)),
        ("The window of a recording (`deskconsole play`)", "", window(PLAY_KEYS + VIEW_KEYS)),
        ("The wall's window (`W`, `deskconsole wall`)", "", window(WALL_KEYS)),
    )
    return BEGIN + "".join(_table(title, words, rows) for title, words, rows in tables) + names()


def _table(title: str, words: str, rows: Iterable[tuple[str, ...]]) -> str:
    table = [*rows]
    head = "| key | does | name |\n|---|---|---|\n" if len(table[0]) == 3 else "| key | does |\n|---|---|\n"
    lines = "".join(f"| {' | '.join(row + ('',) * (len(table[0]) - len(row)))} |\n" for row in table)
    return f"\n## {title}\n\n" + (f"{words}\n\n" if words else "") + head + lines


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
