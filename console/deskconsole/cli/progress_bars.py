"""Bars on the terminal for something long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deskconsole.common.safe_text import safe_text
from deskconsole.wording.steps import step_words

if TYPE_CHECKING:
    from deskconsole.common.progress import Report


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[Report]:
    """A bar on stderr for each step, where stderr is a terminal and `quiet` is not set."""
    from rich.console import Console, RenderableType
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        ProgressColumn,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.text import Text

    from deskconsole.common.progress import Progress as Step

    class OfBytes(ProgressColumn):
        """Nothing for a step that has no bytes to tell of."""

        def __init__(self, column: ProgressColumn) -> None:
            super().__init__()
            self._column = column

        def render(self, task: Task) -> RenderableType:
            return self._column(task) if task.total is not None or task.completed else Text()

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *map(OfBytes, (DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())),
    )
    disabled = quiet or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=disabled) as bars:
        tasks: dict[str, TaskID] = {}

        def end_endless() -> None:
            """Takes away what has no end of its own, and would go to and fro for ever."""
            endless = {task.id for task in bars.tasks if task.total is None}
            for words, task in list(tasks.items()):
                if task in endless:
                    bars.remove_task(tasks.pop(words))

        def show(step: Step) -> None:
            words = safe_text(step_words(step.step, step.subject))
            if words not in tasks:
                end_endless()
                tasks[words] = bars.add_task(words, total=step.total or None)
            bars.update(tasks[words], completed=step.done, total=step.total or None)

        try:
            yield show
        finally:
            end_endless()


@contextmanager
def progress_bar(words: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Shows a bar on stderr, by how much is done of how much; where stderr is a terminal and not `quiet`."""
    from rich.console import Console
    from rich.progress import Progress

    disabled = quiet or not sys.stderr.isatty()
    with Progress(console=Console(stderr=True), disable=disabled, transient=True) as bars:
        task = bars.add_task(words)
        yield lambda done, whole: bars.update(task, completed=done, total=whole)
