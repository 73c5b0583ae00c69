"""`deskconsole type`, `key`, `click` and `clip`: one host, acted on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from deskconsole.common.errors import ConfigurationError

from .options import Direct, Display, Json, TokenFile
from .terminal import counted, print_json, say

if TYPE_CHECKING:
    from deskconsole.app.results import ActionResult
    from deskconsole.session.session import Session

Force = Annotated[bool, typer.Option("--force", help="Take control from another console.")]
ButtonName = Annotated[
    Literal["left", "middle", "right", "back", "forward"], typer.Option(help="Which button of the mouse.")
]

clip_app = typer.Typer(help="Read or write the clipboard of a host, as text.", rich_markup_mode=None)


def _words(metavar: str, meaning: str) -> Any:
    return typer.Argument(metavar=metavar, help=meaning, show_default=False)


def type_(
    words: Annotated[list[str], _words("HOST TEXT", "The host, and the text; -: from stdin.")],
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Type a text on a host, whatever its keyboard layout is. A line feed is Enter, a tab is Tab.

    With --json: how many characters, the seconds until they were typed, and until the first picture after it.

    \b
    Examples:
      deskconsole type lab-01 'apt update'
      printf 'apt update\\n' | deskconsole type lab-01 -
    """
    from deskconsole.app.host_actions import require_typable, type_text

    host, rest = _apart(words, direct)
    text = require_typable(_text(rest))
    with _session(host, direct, token_file) as session:
        result = type_text(session, text, force=force, watch=json)
    _tell(result, f"{counted(result.characters, 'character')} typed", json=json)


def key(
    words: Annotated[list[str], _words("HOST CHORD...", "The host, and keys such as ctrl+alt+t, F5, lock.")],
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Press keys on a host: each chord is pressed and released, one after the other.

    Names are those on a US keyboard (enter, page up, win, f5, a); `ctrl alt del`, `lock`, `task manager` and
    `print` are asked of the host's system.

    \b
    Examples:
      deskconsole key lab-01 ctrl+alt+t
      deskconsole key lab-01 win+r escape
      deskconsole key lab-01 lock
    """
    from deskconsole.app.host_actions import press_keys
    from deskconsole.app.key_chord import parse_chord

    host, rest = _apart(words, direct)
    if not rest:
        raise ConfigurationError("no keys were given", remedy="Name some, such as ctrl+c or f5.")
    chords = [parse_chord(word) for word in rest]
    with _session(host, direct, token_file) as session:
        result = press_keys(session, chords, force=force, watch=json)
    _tell(result, f"{counted(result.chords, 'chord')} pressed", json=json)


def click(
    words: Annotated[list[str], _words("HOST X Y", "The host, and the place in pixels of its picture.")],
    *,
    button: ButtonName = "left",
    double: Annotated[bool, typer.Option("--double", help="Click twice.")] = False,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Click a place of a host's desktop. Places count from the upper left corner of the picture.

    \b
    Examples:
      deskconsole click lab-01 640 400
      deskconsole click lab-01 20 780 --button right
    """
    from deskconsole.app import host_actions

    host, rest = _apart(words, direct)
    x, y = _place(rest)
    with _session(host, direct, token_file, display) as session:
        result = host_actions.click(session, x, y, button=button, double=double, force=force, watch=json)
    _tell(result, f"clicked {x}, {y}", json=json)


@clip_app.command("get")
def clip_get(
    words: Annotated[list[str] | None, _words("HOST", "The host.")] = None,
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Print the text of a host's clipboard.

    What goes into a file or a pipe is the text as it is; on a terminal what could control it is replaced.

    \b
    Example:
      deskconsole clip get lab-01 > text.txt
    """
    from deskconsole.app.host_actions import get_clip
    from deskconsole.common.safe_text import safe_lines

    host, rest = _apart(words or [], direct)
    _require_no_more(rest)
    with _session(host, direct, token_file) as session:
        result = get_clip(session, force=force)
    if json:
        print_json(result)
    elif sys.stdout.isatty():
        text = result.text or ""
        typer.echo(safe_lines(text, 8 * len(text) + 8, len(text) + 1))
    else:
        typer.echo(result.text, nl=False)


@clip_app.command("put")
def clip_put(
    words: Annotated[list[str], _words("HOST TEXT", "The host, and the text; -: from stdin.")],
    *,
    direct: Direct = None,
    token_file: TokenFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Put a text into a host's clipboard. Control characters are left out, all but tab and line feed.

    \b
    Example:
      deskconsole clip put lab-01 - < text.txt
    """
    from deskconsole.app.host_actions import put_clip, require_clip

    host, rest = _apart(words, direct)
    text = require_clip(_text(rest))
    with _session(host, direct, token_file) as session:
        result = put_clip(session, text, force=force)
    if json:
        print_json(result)
    else:
        left_out = f", {counted(result.left_out, 'control character')} left out" if result.left_out else ""
        say(f"{result.host}: {counted(result.characters, 'character')} put into its clipboard{left_out}")


@contextlib.contextmanager
def _session(
    host: str | None, direct: str | None, token_file: Path | None, display: int | None = None
) -> Iterator[Session]:
    """A session with the host that the arguments mean; its events are only written down."""
    from .sessions import route_to, running_session

    found, route = route_to(host, direct, token_file, display)
    with running_session(found, route) as session:
        yield session


def _tell(result: ActionResult, what: str, *, json: bool) -> None:
    from deskconsole.common.figures import milliseconds

    if json:
        print_json(result)
    else:
        say(f"{result.host}: {what} in {milliseconds(result.done)}")


def _apart(words: list[str], direct: str | None) -> tuple[str | None, list[str]]:
    """The host and the other words; with --direct all are other words."""
    if direct is not None:
        return None, words
    return (words[0], words[1:]) if words else (None, [])


def _text(words: list[str]) -> str:
    if len(words) != 1:
        raise ConfigurationError(
            "one text is needed" if not words else "more than one text was given",
            remedy="Put it in quotes, or give - and send it to stdin.",
        )
    if words[0] != "-":
        return words[0]
    from deskwire.limits import MAX_CLIP

    most = 4 * MAX_CLIP  # bytes: a character has four at most, and is typed or copied whole or not at all
    if len(read := sys.stdin.buffer.read(most + 1)) > most:
        raise ConfigurationError(
            f"what came on stdin is longer than {MAX_CLIP:,} characters", remedy="Send it in parts."
        )
    try:
        return read.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError("what came on stdin is no UTF-8 text") from None


def _place(words: list[str]) -> tuple[int, int]:
    """X and Y; a mistyped option is among the words, too, for a negative number looks like one."""
    for word in words:
        if word.startswith("-") and not word[1:].isdecimal():
            raise typer.BadParameter(f"No such option: {word}")
    from deskwire.limits import MAX_SIDE

    if len(words) != 2 or not all(word.isdecimal() and int(word) < MAX_SIDE for word in words):
        raise ConfigurationError(
            f"{', '.join(words) or 'nothing'} is no place of a picture",
            remedy=f"Give two whole numbers from 0 to {MAX_SIDE - 1}: X and Y in pixels of the picture.",
        )
    return int(words[0]), int(words[1])


def _require_no_more(words: list[str]) -> None:
    if words:
        raise ConfigurationError(f"{words[0]!r} is too much", remedy="Give one host.")
