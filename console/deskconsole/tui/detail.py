"""What is known about one host, in lines: the detail pane's and the host screen's words. No widgets."""

from __future__ import annotations

from textual.content import Content

from ..hosts import Host
from ..safe_text import safe_text
from ..session.snapshot import Snapshot
from ..session.state import LIVE, State
from .figures import bar, count, duration, milliseconds, moment, percent, share, size
from .looks import COLOURS, MUTED, Kind, look

TRIGGER_BAR = 4


def facts(host: Host, snapshot: Snapshot, now: float) -> list[Content]:
    """State, exactness, counts, refreshes by trigger, bytes: the most important first."""
    lines = [_state(snapshot, now), _reached(host, snapshot, now)]
    if snapshot.state in (State.FAILED, State.RETRYING):
        lines.append(
            Content.assemble(("o", "bold $accent"), (" looks for what is wrong, step by step", MUTED))
        )
    if snapshot.statistics.packets or snapshot.state in LIVE:
        lines += [_exactness(snapshot), *_counts(snapshot)]
    return lines


def _state(snapshot: Snapshot, now: float) -> Content:
    seen = look(snapshot, now)
    colour = COLOURS[seen.kind]
    parts: list[str | tuple[str, str]] = [(f"{seen.sign} ", colour)]
    if snapshot.state not in LIVE:
        return Content.assemble(*parts, (seen.text, colour))
    word = "live" if seen.kind is Kind.LIVE else seen.text
    parts += [(word, f"bold {colour}"), (f"  since {moment(snapshot.since)}", "")]
    if snapshot.agent:
        parts += [("  agent ", MUTED), safe_text(snapshot.agent[:8])]
    trip = snapshot.statistics.round_trip
    if trip is not None:
        parts += [("  round trip ", MUTED), milliseconds(trip)]
    if snapshot.statistics.reconnects:
        parts += [("  reconnects ", MUTED), count(snapshot.statistics.reconnects)]
    return Content.assemble(*parts)


def _reached(host: Host, snapshot: Snapshot, now: float) -> Content:
    user = f"{host.user}@" if host.user else ""
    port = f":{host.port}" if host.port else ""
    parts: list[str | tuple[str, str]] = [safe_text(f"{user}{host.target}{port}", 120)]
    if host.jump:
        parts += [("  through ", MUTED), safe_text(host.jump, 80)]
    if snapshot.platform:
        parts += ["  ", safe_text(snapshot.platform, 60)]
    if snapshot.session is not None:
        parts.append(f"  desktop of session {snapshot.session}")
    if snapshot.size:
        parts.append("  {}x{}".format(*snapshot.size))
    if snapshot.picture_at is not None and not snapshot.current:
        age = duration(now - snapshot.picture_at)
        parts.append((f"  picture of {moment(snapshot.picture_at, seconds=True)} ({age} old)", "$warning"))
    if snapshot.viewing:
        parts.append(("  in a window", "$accent"))
    return Content.assemble(*parts)


def _exactness(snapshot: Snapshot) -> Content:
    """How much of the picture is the host's: all of it, as last compared, or but a preview."""
    if snapshot.lossy_share is None:
        end = Content.assemble(("preview only, ", MUTED), ("v", "bold $accent"), (" looks closely", MUTED))
    else:
        colour = "$warning" if snapshot.lossy else MUTED
        end = Content.styled(f"lossy now {share(snapshot.lossy_share)}", colour)
    checked = snapshot.exactness
    if checked is None:
        unknown = "" if snapshot.lossy_share is None else "exact: not compared yet, D compares   "
        return Content.assemble((unknown, MUTED), end)
    where = f"(packet {count(checked.packet)}, {moment(checked.at, seconds=True)})   "
    if checked.exact:
        return Content.assemble(("exact ✓ ", "$success"), where, end)
    return Content.assemble(("differs ✖ ", "bold $error"), where, "r fetches the whole picture   ", end)


def _counts(snapshot: Snapshot) -> list[Content]:
    figures = snapshot.statistics
    refreshes = sum(figures.refreshes.values())
    lines = [
        _pairs(
            ("slices", count(figures.slices)),
            ("packets", count(figures.packets)),
            ("updates", count(figures.updates)),
            ("refreshes", count(refreshes)),
            *([("previews", count(figures.previews))] if figures.previews else []),
        ),
    ]
    top = max(figures.refreshes.values(), default=0)
    triggers = sorted(figures.refreshes.items(), key=lambda item: -item[1])
    parts: list[str | tuple[str, str]] = []
    for name, number in triggers[:6]:
        parts += [
            (safe_text(name, 24) + " ", MUTED),
            (bar(number, top, TRIGGER_BAR), "$primary"),
            f" {count(number)}   ",
        ]
    lines.append(Content.assemble("  ", *parts))
    whole = figures.received + figures.saved_against_raw
    raw = figures.saved_against_raw / whole if whole else None
    lines.append(
        Content.assemble(
            ("wire ", MUTED),
            size(figures.received),
            ("   saved ", MUTED),
            f"{size(figures.saved_against_refreshes)} ({percent(figures.saved_share)})",
            (" of refreshes, ", MUTED),
            f"{size(figures.saved_against_raw)} ({percent(raw)})",
            (" of raw", MUTED),
        )
    )
    return lines


def _pairs(*pairs: tuple[str, str]) -> Content:
    parts: list[str | tuple[str, str]] = []
    for label, value in pairs:
        parts += [(f"{label} ", MUTED), f"{value}   "]
    return Content.assemble(*parts)
