"""The figures of a host: a running console's, or those of a session that the command makes."""

from __future__ import annotations

import json as json_format
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .own_sessions import OwnSessions
from .running import ChosenHost

if TYPE_CHECKING:
    from deskconsole.app.host_result import HostResult
    from deskconsole.app.parallel import Cancellation
    from deskconsole.local.client import RunningConsole
    from deskconsole.session.session import Session

Figures = Mapping[str, Any]
"""A HostResult as JSON has it: that of a console is not made a struct again, whose import takes its time."""


def asked(console: RunningConsole, host: str, action: str, cancellation: Cancellation) -> Figures:
    """The figures of a host after the action, as the console has them. Raises DeskconsoleError."""
    from deskconsole.local.messages import ActOnHost, HostAction

    answer = console.ask(ActOnHost(host, HostAction(action)), cancellation.add)
    figures: Figures = json_format.loads(answer.value)
    return figures


def asked_picture(
    console: RunningConsole, host: str, kind: str, file: Path, cancellation: Cancellation
) -> tuple[Figures, bytes]:
    """A host's figures and its exact picture, encoded, as the console has them. Raises DeskconsoleError.

    `file` is the one that it is for, or its folder.
    """
    from deskconsole.common.utf8_text import utf8_text
    from deskconsole.local.messages import TakePicture

    answer = console.ask(TakePicture(host, kind, utf8_text(str(file.absolute()))), cancellation.add)
    return json_format.loads(answer.value), answer.picture


def measured(
    sessions: OwnSessions, one: ChosenHost, seconds: float | None, cancellation: Cancellation
) -> Figures:
    """The figures after so long: of a console's session, or of one that is made and compared.

    `seconds` None: 5 of a session that is made, else none.
    """
    if (console := one.live_in) is not None:
        cancellation.event.wait(seconds or 0)
        return asked(console, one.name, "status", cancellation)
    from deskconsole.app.measuring import measure

    return of_own(
        sessions, one, cancellation, lambda session: measure(session, 5.0 if seconds is None else seconds)
    )


def as_figures(result: HostResult) -> Figures:
    """The same figures of a session of the command's own."""
    import msgspec

    figures: Figures = msgspec.to_builtins(result)
    return figures


def of_own(
    sessions: OwnSessions,
    one: ChosenHost,
    cancellation: Cancellation,
    work: Callable[[Session], object],
) -> Figures:
    """The figures of a session that is made for it, when `work` is done; `work` may return them."""
    from deskconsole.app.host_result import HostResult

    with sessions.of(one.host, cancellation) as session:
        result = work(session)
        return as_figures(result if isinstance(result, HostResult) else HostResult.of(session.snapshot()))
