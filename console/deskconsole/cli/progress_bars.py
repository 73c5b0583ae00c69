"""A bar on the terminal for each step of something long."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..progress import Report


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[Report]:
    """A bar on stderr for each step, where stderr is a terminal and nobody wants it quiet."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from ..progress import Progress as Step

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    disabled = quiet or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=disabled) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: Step) -> None:
            if step.step not in tasks:
                for earlier in [task.id for task in bars.tasks if task.total is None]:
                    bars.remove_task(earlier)  # it has no end of its own, and would go to and fro for ever
                tasks[step.step] = bars.add_task(step.step, total=step.total or None)
            bars.update(tasks[step.step], completed=step.done, total=step.total or None)

        yield show
