"""`deskconsole record --begin` and `--end`: the recordings that a running console makes without a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from deskconsole.app.parallel import Cancellation
from deskconsole.app.results import RecordResult
from deskconsole.common.errors import ConfigurationError
from deskconsole.local.messages import BeginRecording, EndRecording

from .many import run_on_each
from .running import ChosenHost, choose
from .selection import JOBS
from .terminal import say


def begin_or_end(
    names: list[str] | None,
    group: str | None,
    everything: bool,
    others: Mapping[str, object],
    *,
    end: bool,
    show: Callable[[RecordResult], None],
    json: bool,
) -> None:
    """Has running consoles begin recordings, or end them: of a group, or of all hosts, those that run.

    `others`: options that do not go with either; `show` tells a recording that has ended. Raises
    ConfigurationError for one that was given, and where there is nothing to end.
    """
    if given := [name for name, value in others.items() if value is not None and value is not False]:
        option = "--end" if end else "--begin"
        raise ConfigurationError(
            f"{option} and --{given[0]} do not go together", remedy=f"{option} needs nothing but hosts."
        )
    chosen = choose(names, group, everything, own=False)
    hosts = chosen.hosts
    if end and not names:
        hosts = tuple(one for one in hosts if one.console is None or one.console.hosts[one.name].recorded)
    if not hosts:
        where = "the running console" if group is None else f"the group {group!r}"
        raise ConfigurationError(f"no host of {where} is being recorded")

    def work(one: ChosenHost, cancellation: Cancellation) -> RecordResult:
        request = EndRecording(one.name) if end else BeginRecording(one.name)
        answer = one.asked_console.ask(request, cancellation.add)
        return msgspec.json.decode(answer.value, type=RecordResult)

    def show_begun(result: RecordResult) -> None:
        say(f"{result.host}: recording to {result.file}")

    run_on_each(hosts, work, show if end else show_begun, several=chosen.several, jobs=JOBS, json=json)
