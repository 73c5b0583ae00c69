"""A session's snapshot in words, for every face: a sign, a word, a kind (which faces colour), what to do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from deskconsole.common.errors import sentence
from deskconsole.common.figures import age, duration, percent, remaining, rough_duration
from deskconsole.common.safe_text import safe_text
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE, STALE_AFTER, UNDER_WAY, State
from deskwire.messages import ScreenState

from .steps import step_words


class Kind(StrEnum):
    """The meaning of a state to the person looking; each has its own sign, never a colour alone."""

    LIVE = "live"
    ATTENTION = "attention"
    UNDER_WAY = "under-way"
    BAD = "bad"
    QUIET = "quiet"


SIGNS = {Kind.LIVE: "●", Kind.ATTENTION: "▲", Kind.UNDER_WAY: "◐", Kind.BAD: "✖", Kind.QUIET: "◌"}

WHOLE = 1000
"""Characters of a reason and of a remedy that are shown; the console's own sentences are shorter."""

SCREENS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        ScreenState.LOCKED: ("locked", "unlock it there"),
        ScreenState.NO_USER: ("nobody logged on", "log on there"),
        ScreenState.DISCONNECTED: ("desktop disconnected", "log on again"),
        ScreenState.DISPLAY_OFF: ("display off", "wake it up there"),
        ScreenState.GRAB_FAILED: ("no picture", ""),
        ScreenState.ASKING: ("asking the person there", "wait"),
        ScreenState.REFUSED: ("seeing it refused", "ask there"),
    }
)
"""Screens that cannot be seen: what each is called, and what to do, in as few words as a narrow row has.
Where the grab failed, the host's own words matter more."""


@dataclass(frozen=True, slots=True)
class StatusText:
    """One state in words. Everything in it has passed `safe_text`."""

    kind: Kind
    word: str
    """One or two words, for counting and filtering: `live`, `locked`, `down`."""
    text: str
    """The words of the row: the word with its time, or the reason and the next step."""
    tight: str = ""
    """The words for a narrow column, where they can be shorter without a cut."""

    @property
    def sign(self) -> str:
        return SIGNS[self.kind]


BLACK = StatusText(Kind.ATTENTION, "black", "black: nothing is on the screen")
"""A host that is live, and whose picture is black all over."""

OFF_STEP = 10
"""Seconds in which the wait for a host that is off is counted down: drawing a hundred rows each second took
4 % of a core."""


RECORDED = "REC "
"""Stands before the state of a host that is recorded."""

RECORDED_LATER = "REC waits "
"""Stands there while no picture has come that could be recorded."""

BEGINS_LATER = "the recording begins with the first picture"


def look(snapshot: Snapshot, now: float) -> StatusText:
    """Words `snapshot` as it is at `now` (Unix time)."""
    seen = _look(snapshot, now)
    if snapshot.recording_since is None:
        return seen
    said = RECORDED_LATER if snapshot.recording_waits else RECORDED
    return replace(seen, text=said + seen.text, tight=said + (seen.tight or seen.text))


def tile_age(snapshot: Snapshot, now: float) -> str:
    """Words the age of a host's picture; where there never was one, how long a host that is reached has been
    as it is: `now`, `seen 2 h ago`, `for 4 min`, `not seen yet`."""
    if snapshot.picture_at is not None:
        old = age(now - snapshot.picture_at)
        if snapshot.current:
            return old
        return "seen just now" if old == "now" else f"seen {old} ago"
    if snapshot.state in LIVE and snapshot.screen != ScreenState.LIVE:
        so_long = age(now - snapshot.since)
        return "just now" if so_long == "now" else f"for {so_long}"
    return "not seen yet"


def _look(snapshot: Snapshot, now: float) -> StatusText:
    state = snapshot.state
    lasted = now - snapshot.since
    if state is State.STREAMING:
        if snapshot.screen == ScreenState.LIVE and snapshot.black:
            return BLACK
        if snapshot.screen == ScreenState.LIVE:
            return StatusText(Kind.LIVE, "live", f"live {duration(lasted)}", f"live {rough_duration(lasted)}")
        word, hint = SCREENS.get(snapshot.screen, (safe_text(snapshot.screen, 40), ""))
        text = _with(word, snapshot.screen_reason, snapshot.advice)
        tight = f"{word}: {hint}" if hint else _with(word, snapshot.screen_reason)
        return StatusText(Kind.ATTENTION, word, text, tight)
    if state is State.STALE:
        # The state begins when the silence is noticed.
        text = f"stale: nothing heard for {duration(lasted + STALE_AFTER)}"
        return StatusText(Kind.ATTENTION, "stale", text)
    if state is State.RETRYING and snapshot.unreachable:
        return _off(snapshot, now)
    if state is State.RETRYING:
        wait = "" if snapshot.retry_at is None else f" in {duration(snapshot.retry_at - now + 0.999)}"
        attempt = f" (attempt {snapshot.attempt})" if snapshot.attempt > 1 else ""
        said = f"retrying{wait}{attempt}"
        text, tight = _with(said, snapshot.reason, snapshot.remedy), _with(said, snapshot.reason)
        return StatusText(Kind.ATTENTION, "retrying", text, tight)
    if state is State.WAITING:
        text = _with(f"waiting for {duration(lasted)}", snapshot.reason, snapshot.remedy)
        return StatusText(Kind.ATTENTION, "waiting", text, f"waiting for {duration(lasted)}: log on there")
    if state in UNDER_WAY:
        return StatusText(Kind.UNDER_WAY, state.value, _under_way(snapshot, lasted))
    if state is State.FAILED:
        text, tight = _with("down", snapshot.reason, snapshot.remedy), _with("down", snapshot.reason)
        return StatusText(Kind.BAD, "down", text, tight)
    word = "not connected" if state is State.IDLE else "disconnected"
    return StatusText(Kind.QUIET, word, _with(word, snapshot.reason, snapshot.remedy))


def _off(snapshot: Snapshot, now: float) -> StatusText:
    """A host that was not reached: why, and when it is tried again."""
    left = max(1.0, (snapshot.retry_at or now) - now)
    said = f"down, next try in {duration(math.ceil(left / OFF_STEP) * OFF_STEP)}"
    text, tight = _with(said, snapshot.reason, snapshot.remedy), _with(said, snapshot.reason)
    return StatusText(Kind.BAD, "down", text, tight)


def _with(word: str, reason: str, remedy: str = "") -> str:
    text = f"{word}: {safe_text(reason, WHOLE)}" if reason else word
    return sentence(text, safe_text(remedy, WHOLE))


def _under_way(snapshot: Snapshot, lasted: float) -> str:
    progress = snapshot.progress
    word = snapshot.state.value
    if progress is None:
        text = word if lasted < 2 else f"{word}, {duration(lasted)}"
        return _with(text, snapshot.reason, snapshot.remedy)
    text = f"{word}: {safe_text(step_words(progress.step, progress.subject), 60)}"
    if progress.total > 0:
        text += f" {percent(progress.done / progress.total)}"
        if left := remaining(progress.done, progress.total, progress.rate):
            text += f", {left}"
    return text
