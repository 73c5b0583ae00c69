"""What is known about one host, in lines: the detail pane's and the host screen's words. No widgets."""

from __future__ import annotations

from textual.content import Content

from deskagent.wire.messages import ScreenState

from ..hosts import Host
from ..safe_text import safe_text
from ..session.snapshot import Snapshot
from ..session.state import LIVE, State
from .figures import bar, count, duration, milliseconds, moment, percent, rate, share, size
from .looks import COLOURS, MUTED, Kind, look

TRIGGER_BAR = 4


def facts(host: Host, snapshot: Snapshot, now: float, *, narrow: bool = False) -> list[Content]:
    """Lines of words: the state and what to do, who is there, the link, and last the stream's figures.

    `narrow`: what is short does not share a line.
    """
    lines = [[_state(snapshot, now), _person(snapshot)]]
    if snapshot.state in (State.FAILED, State.RETRYING):
        lines.append(
            [Content.assemble(("o", "bold $accent"), (" looks for what is wrong, step by step", MUTED))]
        )
    lines.append([_reached(host, snapshot), _picture(snapshot, now)])
    figures = snapshot.statistics
    if figures.packets or snapshot.state in LIVE:
        lines.append([_exactness(snapshot), _link(snapshot)])
    if figures.packets:
        lines += [[line] for line in _stream(snapshot)]
    said = [[part.rstrip() for part in line if part.cell_length] for line in lines]
    if narrow:
        return [part for line in said for part in line]
    return [Content("   ").join(line) for line in said if line]


def _state(snapshot: Snapshot, now: float) -> Content:
    seen = look(snapshot, now)
    colour = COLOURS[seen.kind]
    sign = (f"{seen.sign} ", colour)
    if snapshot.state not in LIVE:
        return Content.assemble(sign, (seen.text, colour))
    word = "live" if seen.kind is Kind.LIVE else seen.text
    return Content.assemble(sign, (word, f"bold {colour}"), f"  since {moment(snapshot.since)}")


def _person(snapshot: Snapshot) -> Content:
    if not snapshot.user or snapshot.state not in LIVE or snapshot.screen == ScreenState.NO_USER:
        return Content.empty()
    return Content.assemble(("logged on ", MUTED), safe_text(snapshot.user, 80))


def _reached(host: Host, snapshot: Snapshot) -> Content:
    user = f"{host.user}@" if host.user else ""
    port = f":{host.port}" if host.port else ""
    parts: list[str | tuple[str, str]] = [safe_text(f"{user}{host.target}{port}", 120)]
    if host.jump:
        parts += [("  through ", MUTED), safe_text(host.jump, 80)]
    if snapshot.platform:
        parts += ["  ", safe_text(snapshot.platform, 60)]
    if snapshot.session is not None:
        parts.append(f"  desktop of session {snapshot.session}")
    return Content.assemble(*parts)


def _picture(snapshot: Snapshot, now: float) -> Content:
    parts: list[str | tuple[str, str]] = []
    if snapshot.size and (snapshot.state in LIVE or snapshot.picture_at is not None):
        parts += [("screen ", MUTED), "{}x{}".format(*snapshot.size)]
    if snapshot.picture_at is not None and not snapshot.current:
        old = duration(now - snapshot.picture_at)
        parts.append((f"  picture of {moment(snapshot.picture_at, seconds=True)} ({old} old)", "$warning"))
    if snapshot.viewing:
        parts.append(("  in a window", "$accent"))
    return Content.assemble(*parts)


def _exactness(snapshot: Snapshot) -> Content:
    """How much of the picture is the host's: all of it, as last compared, or a preview only."""
    if snapshot.lossy_share is None:
        return Content.assemble(("preview only; ", MUTED), ("v", "bold $accent"), (": live view", MUTED))
    lossy = Content.empty()
    if snapshot.lossy:
        lossy = Content.styled(f"lossy now {share(snapshot.lossy_share)}", "$warning")
    checked = snapshot.exactness
    if checked is None:
        unknown = (("not verified yet; ", MUTED), ("D", "bold $accent"), (": verify   ", MUTED))
        return Content.assemble(*unknown, lossy)
    where = f"(packet {count(checked.packet)}, {moment(checked.at, seconds=True)})   "
    if checked.exact:
        return Content.assemble(("exact ✓ ", "$success"), where, lossy)
    return Content.assemble(("differs ✖ ", "bold $error"), where, "r sends the whole picture again   ", lossy)


def _link(snapshot: Snapshot) -> Content:
    figures = snapshot.statistics
    trip = figures.round_trip
    return _pairs(
        ("traffic", rate(figures.bytes_per_second) if figures.bytes_per_second >= 1 else ""),
        ("round trip", "" if trip is None else milliseconds(trip)),
        ("reconnects", count(figures.reconnects) if figures.reconnects else ""),
        ("agent", safe_text(snapshot.agent[:8])),
    )


def _stream(snapshot: Snapshot) -> list[Content]:
    """The developer's figures; a zero says nothing."""
    figures = snapshot.statistics
    refreshes = sum(figures.refreshes.values())
    counts = (
        ("slices", figures.slices),
        ("packets", figures.packets),
        ("updates", figures.updates),
        ("refreshes", refreshes),
        ("previews", figures.previews),
    )
    lines = [_pairs(*((word, count(number) if number else "") for word, number in counts))]
    top = max(figures.refreshes.values(), default=0)
    triggers = sorted(figures.refreshes.items(), key=lambda item: -item[1])
    if len(triggers) > 1:
        parts: list[str | tuple[str, str]] = []
        for name, number in triggers[:6]:
            parts += [
                (safe_text(name, 24) + " ", MUTED),
                (bar(number, top, TRIGGER_BAR), "$primary"),
                f" {count(number)}   ",
            ]
        lines.append(Content.assemble("  ", *parts))
    saved = figures.saved_against_refreshes
    raw = figures.saved_against_raw
    lines.append(
        _pairs(
            ("received", size(figures.received) if figures.received else ""),
            ("saved", f"{size(saved)} ({percent(figures.saved_share)}) of refreshes" if saved else ""),
            ("and", f"{size(raw)} ({percent(raw / (figures.received + raw))}) of raw pixels" if raw else ""),
        )
    )
    return lines


def _pairs(*pairs: tuple[str, str]) -> Content:
    """Words and their values, without those that have none."""
    parts: list[str | tuple[str, str]] = []
    for label, value in pairs:
        if value:
            parts += [(f"{label} ", MUTED), f"{value}   "]
    return Content.assemble(*parts)
