"""A host's figures as a table for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .terminal import print_table

if TYPE_CHECKING:
    from .running import ChosenHosts


def print_figures(results: Sequence[Mapping[str, Any]], chosen: ChosenHosts) -> None:
    """A table of HostResults: of one host a row for each figure, of several hosts a row for each.

    The rows stand in the order of the hosts, whichever came first.
    """
    if not results:
        return
    places = {one.name: place for place, one in enumerate(chosen.hosts)}
    results = sorted(results, key=lambda result: places.get(result["host"], len(places)))
    if not chosen.several:
        print_table(("figure", "value"), _for_people(results[0]))
        return
    columns = ("state", "screen", "logged on", "exact", "traffic", "updates", "received")
    rows = [dict(_for_people(result)) for result in results]
    print_table(
        ("host", *columns),
        [
            (result["host"], *(row.get(column, "") for column in columns))
            for result, row in zip(results, rows, strict=True)
        ],
    )


def _for_people(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and texts of the figures that people read; `--json` has all figures under their own names.

    What is zero or not known is left out.
    """
    from deskconsole.common.figures import count, decimal, milliseconds, moment, percent, rate, share, size

    def a_second(number: float) -> str:
        return f"{decimal(number)}/s"

    def of_time(at: float) -> str:
        return f"of {moment(at, seconds=True)}"

    counted = figures["statistics"]
    seen = figures["width"] and figures["screen"] == "live"
    verified = {None: "not verified", True: "yes", False: "no"}[figures["exact"]] if seen else ""
    screen = f"{figures['width']}x{figures['height']}" if seen else figures["screen"]
    refreshes = ", ".join(f"{number} {why}" for why, number in counted["refreshes"].items())
    rows: list[tuple[str, Any, Callable[[Any], str]]] = [
        ("state", figures["status"], str),
        ("reason", figures["reason"], str),
        ("screen", screen, str),
        ("logged on", figures["user"], str),
        ("picture", figures["picture_at"], of_time),
        ("exact", verified, str),
        ("lossy now", figures["lossy_share"], share),
        ("traffic", counted["bytes_per_second"], rate),
        ("updates", counted["updates_per_second"], a_second),
        ("slices", counted["slices_per_second"], a_second),
        ("packets", counted["packets"], count),
        ("refreshes", refreshes, str),
        ("received", counted["received"], size),
        ("saved of refreshes", counted["saved_share"], percent),
        ("round trip", counted["round_trip"], milliseconds),
        ("reconnects", counted["reconnects"], count),
        ("input done", figures["round_trips"]["done_p50"], milliseconds),
        ("input shown", figures["round_trips"]["shown_p50"], milliseconds),
    ]
    return [(name, words(figure)) for name, figure, words in rows if figure]
