"""`deskconsole schema`: what a command prints with `--json`, as JSON Schema."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from deskconsole.common.errors import ConfigurationError

from .terminal import print_line


def schema(
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...", show_default=False)],
) -> None:
    """Print the JSON Schema of what a command prints with --json.

    \b
    Examples:
      deskconsole schema stats
      deskconsole schema hosts forget-key
    """
    import msgspec

    from deskconsole.app.results import RESULTS

    name = " ".join(command)
    if name not in RESULTS:
        raise ConfigurationError(
            f"{name!r} is no command with --json", remedy=f"Name one of {', '.join(RESULTS)}."
        )
    print_line(json.dumps(msgspec.json.schema(RESULTS[name]), indent=2))
