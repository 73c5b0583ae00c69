"""The words of a command that name its files: `-o FILE`, or the last word after the hosts."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer

from deskconsole.app.output_place import SEPARATORS, OutputPlace
from deskconsole.common.errors import ConfigurationError

from .options import HOST_HELP

HostsAndFile = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="HOST... [FILE]",
        help=f"{HOST_HELP} The last word may be the file, or a folder with / in it, instead of -o.",
        show_default=False,
    ),
]


def output_option(meaning: str) -> Any:
    """The option for a file or a folder."""
    return typer.Option(
        "--output", "-o", metavar="FILE", parser=OutputPlace.of, help=meaning, show_default=False
    )


def hosts_and_place(
    words: list[str] | None, output: OutputPlace | None, suffixes: Collection[str], example: str
) -> tuple[list[str] | None, OutputPlace]:
    """The hosts, and the place that the option or the last word names. Raises ConfigurationError for none.

    `suffixes`: those of the command's files; `example`: how it can be given.
    """
    if output is not None:
        if output.path == Path("-"):
            raise ConfigurationError("'-' is no file: what is saved goes into files only")
        return words, output
    if words and _names_place(words[-1], suffixes):
        return words[:-1] or None, OutputPlace.of(words[-1])
    if words and len(words) > 1:
        raise ConfigurationError(
            f"no file was given: {words[-1]!r} is taken for a host",
            remedy=f"End its name in {' or '.join(sorted(suffixes))}, a folder's in /, or give it by -o.",
        )
    raise ConfigurationError("no file was given", remedy=f"Name one: `{example}`.")


def _names_place(word: str, suffixes: Collection[str]) -> bool:
    """Tells a path from a host; `ssh://host` and `DOMAIN\\ada@host` are hosts."""
    if Path(word).suffix.lower() in suffixes:
        return True
    return "://" not in word and "@" not in word and any(sign in word for sign in SEPARATORS)
