"""The console's side of the wall's window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from .messages import Notice, Raise
from .process import printable
from .wall_mailbox import WallMailbox
from .wall_messages import TilePicture, Tiles, TileStatus, ToWall, WallWish, from_wall
from .window_process import WindowProcess

PLACE = "*wall"
"""The wall's name in the file of places; no host is called so."""


class WallViewer:
    """A window of tiles, in a process of its own. It appears with the first `tiles`.

    The constructor returns when the process is up (half a second) and raises ViewerError where there can be
    no window. All other methods but `close` return at once. `on_wish` gets what the window wants, `on_closed`
    a sentence's second half when it ends for any reason but a call of `close`; both are called on a thread of
    its own and must not wait. `places`: the file in which it finds the size and place that it had. `turn`:
    seconds until the next page; 0: pages do not turn.
    """

    def __init__(
        self,
        on_wish: Callable[[WallWish], None],
        on_closed: Callable[[str], None],
        *,
        fullscreen: bool = False,
        turn: float = 10.0,
        places: Path | None = None,
    ) -> None:
        arguments = ["--wall", f"--turn={turn}"]
        if fullscreen:
            arguments.append("--fullscreen")
        if places is not None:
            arguments += [f"--host={PLACE}", f"--places={places}"]
        self._process: WindowProcess[ToWall, WallWish] = WindowProcess(
            "the wall", arguments, WallMailbox(), from_wall, on_wish, on_closed
        )

    @property
    def alive(self) -> bool:
        """True while the process runs and was not asked to end."""
        return self._process.alive

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def tiles(self, names: Sequence[str]) -> None:
        """Gives each of these hosts a tile, in this order."""
        self._process.put(Tiles(tuple(names)))

    def status(self, status: TileStatus) -> None:
        """Says the state of one tile."""
        self._process.put(status)

    def picture(self, picture: TilePicture) -> None:
        """Shows this picture on its tile."""
        self._process.put(picture)

    def say(self, sentence: str) -> None:
        """Shows a sentence for a moment."""
        self._process.put(Notice(printable(sentence)[:500]))

    def to_front(self) -> None:
        """Shows the window above all others."""
        self._process.put(Raise())

    def close(self) -> None:
        """Takes the window away and returns when its process is gone."""
        self._process.close()
