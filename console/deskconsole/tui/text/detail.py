"""The facts about one host, in lines: the detail pane's and the host screen's words. No widgets."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from deskconsole.common.figures import bar, count, duration, milliseconds, moment, percent, rate, share, size
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE, State
from deskconsole.wording.status import BEGINS_LATER, Kind, look
from deskwire.messages import ScreenState

from .colours import COLOURS, MUTED
from .control_text import control_text, round_trip_text
from .host_words import own_name

TRIGGER_BAR = 4

_APART = "   "
"""Between two facts in one line."""

Facts = list[Content]
"""Facts that may share a line; none of them is broken where another line has room for it."""


def facts(
    host: Host, snapshot: Snapshot, now: float, key_of: Callable[[str], str], *, narrow: bool = False
) -> list[Facts]:
    """Returns the lines: the state and what to do, who is there, the link, and last the stream.

    `key_of` gives the key of an action. `narrow`: facts of different kinds do not share a line. `flow` makes
    them fit.
    """
    lines = [[_state(snapshot, now), _person(snapshot), _controlled(snapshot)]]
    if snapshot.state in (State.FAILED, State.RETRYING):
        way_on = Content.assemble(
            (key_of("doctor"), "bold $accent"), (" looks for what is wrong, step by step", MUTED)
        )
        lines.append([[way_on]])
    lines.append([_reached(host, snapshot), _picture(snapshot, now, key_of)])
    figures = snapshot.statistics
    if figures.packets or snapshot.state in LIVE:
        lines.append([_exactness(snapshot, key_of), _link(snapshot)])
    if figures.packets:
        lines += [[line] for line in _stream(snapshot)]
    if narrow:
        return [kind for line in lines for kind in line if kind]
    return [together for line in lines if (together := [fact for kind in line for fact in kind])]


def flow(lines: list[Facts], width: int) -> list[Content]:
    """The facts in lines of at most `width` cells; only a fact that is longer than that is broken."""
    shown = []
    for line in lines:
        now: Facts = []
        for fact in line:
            longer = Content(_APART).join([*now, fact])
            if now and longer.cell_length > width:
                shown += Content(_APART).join(now).wrap(width)
                now = [fact]
            else:
                now.append(fact)
        shown += Content(_APART).join(now).wrap(width)
    return shown


def _state(snapshot: Snapshot, now: float) -> Facts:
    seen = look(snapshot, now)
    colour = COLOURS[seen.kind]
    sign = (f"{seen.sign} ", colour)
    if snapshot.state not in LIVE:
        return [Content.assemble(sign, (seen.text, colour))]
    word = "live" if seen.kind is Kind.LIVE else seen.text
    state = Content.assemble(sign, (word, f"bold {colour}"))
    return [state, Content(f"since {moment(snapshot.since)}")]


def _person(snapshot: Snapshot) -> Facts:
    if not snapshot.user or snapshot.state not in LIVE or snapshot.screen == ScreenState.NO_USER:
        return []
    return [Content.assemble(("logged on ", MUTED), safe_text(snapshot.user, 80))]


def _controlled(snapshot: Snapshot) -> Facts:
    seen = control_text(snapshot.control)
    if snapshot.state not in LIVE or not seen.text:
        return []
    return [Content.assemble((f"{seen.sign} {seen.text}", COLOURS[seen.kind]))]


def _reached(host: Host, snapshot: Snapshot) -> Facts:
    user = f"{host.user}@" if host.user else ""
    port = f":{host.port}" if host.port else ""
    found = [Content(safe_text(f"{user}{host.target}{port}", 120))]
    if host.jump:
        found.append(Content.assemble(("through ", MUTED), safe_text(host.jump, 80)))
    if name := own_name(host, snapshot):
        found.append(Content.assemble(("host name ", MUTED), name))
    system = snapshot.os_name or snapshot.platform
    if system:
        found.append(Content(safe_text(system, 60)))
    if snapshot.session is not None:
        found.append(Content(f"desktop of session {snapshot.session}"))
    return found


def _picture(snapshot: Snapshot, now: float, key_of: Callable[[str], str]) -> Facts:
    found = []
    if snapshot.size and (snapshot.state in LIVE or snapshot.picture_at is not None):
        found.append(Content.assemble(("screen ", MUTED), "{}x{}".format(*snapshot.size)))
    if snapshot.picture_at is not None and not snapshot.current:
        old = duration(now - snapshot.picture_at)
        words = f"picture of {moment(snapshot.picture_at, seconds=True)} ({old} old)"
        found.append(Content.styled(words, "$warning"))
    if snapshot.viewing:
        found.append(Content.styled("in a window", "$accent"))
    if snapshot.recording_since is not None:
        since = f"● recording since {moment(snapshot.recording_since)}"
        if snapshot.recording_waits:
            since = f"● {BEGINS_LATER}"
        key = (key_of("record"), "bold $accent")
        found.append(Content.assemble((since, "$error"), ("; ", MUTED), key, (" ends it", MUTED)))
    return found


def _exactness(snapshot: Snapshot, key_of: Callable[[str], str]) -> Facts:
    """The part of the picture that is the host's: all of it, as last compared, or a preview only."""
    key = "bold $accent"
    if snapshot.lossy_share is None:
        return [Content.assemble(("preview only; ", MUTED), (key_of("view"), key), (": live view", MUTED))]
    checked = snapshot.exactness
    if checked is None:
        found = [Content.assemble(("not verified yet; ", MUTED), (key_of("check"), key), (": verify", MUTED))]
    else:
        where = f"(packet {count(checked.packet)}, {moment(checked.at, seconds=True)})"
        word = ("exact ✓ ", "$success") if checked.exact else ("differs ✖ ", "bold $error")
        found = [Content.assemble(word, where)]
        if not checked.exact:
            found.append(Content(f"{key_of('refresh')} sends the whole picture again"))
    if snapshot.lossy:
        found.append(Content.styled(f"lossy now {share(snapshot.lossy_share)}", "$warning"))
    return found


def _link(snapshot: Snapshot) -> Facts:
    figures = snapshot.statistics
    trip = figures.round_trip
    return _pairs(
        ("traffic", rate(figures.bytes_per_second) if figures.bytes_per_second >= 1 else ""),
        ("round trip", "" if trip is None else milliseconds(trip)),
        *round_trip_text(snapshot.round_trips),
        ("reconnects", count(figures.reconnects) if figures.reconnects else ""),
        ("agent", safe_text(snapshot.agent[:8])),
    )


def _stream(snapshot: Snapshot) -> list[Facts]:
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
        lines.append(
            [
                Content.assemble(
                    (safe_text(name, 24) + " ", MUTED),
                    (bar(number, top, TRIGGER_BAR), "$primary"),
                    f" {count(number)}",
                )
                for name, number in triggers[:6]
            ]
        )
    saved = figures.saved_against_refreshes
    raw = figures.saved_against_raw
    share_of_raw = percent(raw / (figures.received + raw)) if raw else ""
    lines.append(
        _pairs(
            ("received", size(figures.received) if figures.received else ""),
            ("saved of refreshes", f"{size(saved)} ({percent(figures.saved_share)})" if saved else ""),
            ("saved of raw pixels", f"{size(raw)} ({share_of_raw})" if raw else ""),
        )
    )
    return lines


def _pairs(*pairs: tuple[str, str]) -> Facts:
    """Words and their values, without those that have none."""
    return [Content.assemble((f"{label} ", MUTED), value) for label, value in pairs if value]
