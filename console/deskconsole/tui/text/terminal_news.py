"""The fleet in the terminal's title, and what a terminal is told where a host went down. No widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

from deskconsole.common.safe_text import safe_text
from deskconsole.session.state import SETTLED, State
from deskconsole.tui.view import FleetView
from deskconsole.wording.status import Kind, look

Notification = Literal["off", "bell", "osc9", "osc777"]

DOWN_AFTER: Final = 5.0
"""Seconds without a stream before it is told: a link that breaks is mostly back by then."""

NAMED: Final = 3
"""Hosts that a notification names."""

_WORDS: Final = {  # the worst first
    Kind.BAD: "down",
    Kind.ATTENTION: "need attention",
    Kind.UNDER_WAY: "connecting",
    Kind.LIVE: "live",
    Kind.QUIET: "not connected",
}


def title_of(view: FleetView) -> str:
    """`2 down, 1 needs attention, 9 live - deskconsole`: nothing that comes from a host, the worst first.

    Hosts that are not connected are left out where there are others.
    """
    kinds = Counter(look(view.snapshot(host.name), view.now).kind for host in view.hosts)
    shown = [kind for kind in _WORDS if kinds[kind] and (kind is not Kind.QUIET or len(kinds) == 1)]
    words = [f"{kinds[kind]} {_spoken(kind, kinds[kind])}" for kind in shown]
    return " - ".join(filter(None, [", ".join(words), "deskconsole"]))


def _spoken(kind: Kind, number: int) -> str:
    return "needs attention" if kind is Kind.ATTENTION and number == 1 else _WORDS[kind]


class DownHosts:
    """Finds hosts that went down: live before, and without a stream for `DOWN_AFTER` seconds or for good."""

    def __init__(self) -> None:
        self._lost: dict[str, float | None] = {}
        """Time at which each host that was live lost its stream; None: it has one."""

    def take(self, view: FleetView) -> list[str]:
        """The names of those that went down since the last call, each once."""
        found = []
        for host in view.hosts:
            state = view.snapshot(host.name).state
            if state in {State.STREAMING, State.STALE}:
                self._lost[host.name] = None
            elif state in SETTLED and state is not State.FAILED:
                self._lost.pop(host.name, None)
            elif host.name in self._lost:
                since = self._lost[host.name] or view.now
                self._lost[host.name] = since
                if state is State.FAILED or view.now - since >= DOWN_AFTER:
                    del self._lost[host.name]
                    found.append(host.name)
        return found


def down_text(names: Sequence[str]) -> str:
    """`lab-01 is down`, `5 hosts are down: lab-01, lab-02, lab-03 and 2 more`; one safe line."""
    if len(names) == 1:
        return safe_text(f"{names[0]} is down")
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    named = ", ".join(safe_text(name, 64) for name in names[:NAMED])
    return f"{len(names)} hosts are down: {named}{more}"


def notification_sequence(how: Notification, text: str, *, in_tmux: bool = False) -> str:
    """Returns the sequence that lets a terminal ring or show `text` on the desktop; empty for `off`.

    tmux passes it to its own terminal where its `allow-passthrough` is on.
    """
    if how == "off":
        return ""
    if how == "bell":
        return "\x07"
    # A semicolon ends a field, and a number in front of one is another command: ConEmu's progress bar.
    body = safe_text(text).replace(";", ",")
    command = f"9;deskconsole: {body}" if how == "osc9" else f"777;notify;deskconsole;{body}"
    sequence = f"\x1b]{command}\x07"
    if not in_tmux:
        return sequence
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
