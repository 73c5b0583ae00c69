"""`deskconsole type`, `key`, `click` and `clip`: hosts, acted on."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from deskconsole.app.mouse_button import MouseButton
from deskconsole.common.counted import counted
from deskconsole.common.errors import ConfigurationError

from .many import run_on_each
from .options import Direct, Display, Json, TokenFile
from .own_sessions import OwnSessions
from .running import ChosenHost, Own
from .selection import JOBS, AllHosts, InGroup, Jobs
from .terminal import say

if TYPE_CHECKING:
    from deskconsole.app.input_results import ActionResult, ClipResult
    from deskconsole.app.parallel import Cancellation
    from deskconsole.local.messages import HostInput
    from deskconsole.session.session import Session

T = TypeVar("T")

MoreHosts = Annotated[
    list[str] | None,
    typer.Option("--host", metavar="HOST", help="Instead of the first word; may be given more than once."),
]
Force = Annotated[bool, typer.Option("--force", help="Take control from another console.")]
ButtonName = Annotated[MouseButton, typer.Option(help="Which button of the mouse.")]

clip_app = typer.Typer(help="Read or write the clipboard of a host, as text.", rich_markup_mode=None)


def _words(metavar: str, meaning: str) -> Any:
    return typer.Argument(metavar=metavar, help=meaning, show_default=False)


def type_(
    words: Annotated[list[str], _words("HOST TEXT", "The host, and the text; -: from stdin.")],
    *,
    hosts: MoreHosts = None,
    group: InGroup = None,
    everything: AllHosts = False,
    direct: Direct = None,
    token_file: TokenFile = None,
    force: Force = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Type a text on a host, whatever its keyboard layout is.

    A line feed is Enter, a tab is Tab. With --json: how many characters, the seconds until they were typed,
    and until the first picture after it.

    \b
    Examples:
      deskconsole type lab-01 'apt update'
      printf 'apt update\\n' | deskconsole type lab-01 -
      deskconsole type --group lab 'apt update'
    """
    from deskconsole.app.input_results import TypeResult
    from deskconsole.app.input_text import require_typable
    from deskconsole.local.messages import TypeText

    actors = _Actors(words, hosts, group, everything, direct, token_file, own=own)
    text = require_typable(_text(actors.rest))

    def typed(session: Session) -> TypeResult:
        from deskconsole.app.host_actions import type_text

        return type_text(session, text, force=force, watch=json)

    actors.act(
        typed,
        lambda host: TypeText(host, text, force, watch=json),
        TypeResult,
        lambda result: _say_done(result, f"{counted(result.characters, 'character')} typed"),
        jobs=jobs,
        json=json,
    )


def key(
    words: Annotated[list[str], _words("HOST CHORD...", "The host, and keys such as ctrl+alt+t, F5, lock.")],
    *,
    hosts: MoreHosts = None,
    group: InGroup = None,
    everything: AllHosts = False,
    direct: Direct = None,
    token_file: TokenFile = None,
    force: Force = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Press keys on a host.

    Each chord is pressed and released, one after the other. Names are those on a US keyboard: letters, digits
    and signs, enter, escape, tab, space, backspace, delete, insert, home, end, page up, page down, up, down,
    left, right, f1 to f24, ctrl, shift, alt, altgr, win, menu, pause, caps lock, num lock, scroll lock,
    keypad 0 and so on (docs/keys.md has all). `ctrl alt del`, `lock`, `task manager` and `print` are asked of
    the host's system.

    \b
    Examples:
      deskconsole key lab-01 ctrl+alt+t
      deskconsole key lab-01 win+r escape
      deskconsole key lab-01 lock
      deskconsole key --host lab-01 --host lab-02 lock
    """
    from deskconsole.app.input_results import KeyResult
    from deskconsole.app.key_chord import parse_chord
    from deskconsole.local.messages import PressKeys

    actors = _Actors(words, hosts, group, everything, direct, token_file, own=own)
    if not actors.rest:
        raise ConfigurationError("no keys were given", remedy="Name some, such as ctrl+c or f5.")
    chords = [parse_chord(word) for word in actors.rest]

    def pressed(session: Session) -> KeyResult:
        from deskconsole.app.host_actions import press_keys

        return press_keys(session, chords, force=force, watch=json)

    actors.act(
        pressed,
        lambda host: PressKeys(host, tuple(actors.rest), force, watch=json),
        KeyResult,
        lambda result: _say_done(result, f"{counted(result.chords, 'chord')} pressed"),
        jobs=jobs,
        json=json,
    )


def click(
    words: Annotated[list[str], _words("HOST X Y", "The host, and the place in pixels of its picture.")],
    *,
    button: ButtonName = "left",
    double: Annotated[bool, typer.Option("--double", help="Click twice.")] = False,
    hosts: MoreHosts = None,
    group: InGroup = None,
    everything: AllHosts = False,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    force: Force = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Click a place of a host's desktop.

    Places are in pixels, from the upper left corner of the picture.

    \b
    Examples:
      deskconsole click lab-01 640 400
      deskconsole click lab-01 20 780 --button right
    """
    from deskconsole.app.input_results import ClickResult
    from deskconsole.local.messages import ClickPlace

    actors = _Actors(words, hosts, group, everything, direct, token_file, display, own=own)
    x, y = _place(actors.rest)

    def clicked(session: Session) -> ClickResult:
        from deskconsole.app import host_actions

        return host_actions.click(session, x, y, button=button, double=double, force=force, watch=json)

    actors.act(
        clicked,
        lambda host: ClickPlace(host, x, y, button, double, force, watch=json),
        ClickResult,
        lambda result: _say_done(result, f"clicked {x}, {y}"),
        jobs=jobs,
        json=json,
    )


@clip_app.command("get")
def clip_get(
    words: Annotated[list[str] | None, _words("HOST", "The host.")] = None,
    *,
    hosts: MoreHosts = None,
    group: InGroup = None,
    everything: AllHosts = False,
    direct: Direct = None,
    token_file: TokenFile = None,
    force: Force = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Print the text of a host's clipboard.

    What goes into a file or a pipe is the text as it is; on a terminal what could control it is replaced.

    \b
    Example:
      deskconsole clip get lab-01 > text.txt
    """
    from deskconsole.app.input_results import ClipResult
    from deskconsole.common.safe_text import safe_lines
    from deskconsole.local.messages import GetClip

    actors = _Actors(words or [], hosts, group, everything, direct, token_file, own=own)
    _require_no_more(actors.rest)
    if actors.several and not json:
        raise ConfigurationError(
            "the clipboards of several hosts need --json", remedy="It prints one object a host."
        )

    def fetched(session: Session) -> ClipResult:
        from deskconsole.app.host_actions import get_clip

        return get_clip(session, force=force)

    def show(result: ClipResult) -> None:
        if sys.stdout.isatty():
            text = result.text or ""
            typer.echo(safe_lines(text, 8 * len(text) + 8, len(text) + 1))
        else:
            typer.echo(result.text, nl=False)

    actors.act(
        fetched,
        lambda host: GetClip(host, force),
        ClipResult,
        show,
        jobs=jobs,
        json=json,
    )


@clip_app.command("put")
def clip_put(
    words: Annotated[list[str], _words("HOST TEXT", "The host, and the text; -: from stdin.")],
    *,
    hosts: MoreHosts = None,
    group: InGroup = None,
    everything: AllHosts = False,
    direct: Direct = None,
    token_file: TokenFile = None,
    force: Force = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Put a text into a host's clipboard. Control characters are left out, all but tab and line feed.

    \b
    Example:
      deskconsole clip put lab-01 - < text.txt
    """
    from deskconsole.app.input_results import ClipResult
    from deskconsole.app.input_text import require_clip
    from deskconsole.local.messages import PutClip

    actors = _Actors(words, hosts, group, everything, direct, token_file, own=own)
    text = require_clip(_text(actors.rest))

    def put(session: Session) -> ClipResult:
        from deskconsole.app.host_actions import put_clip

        return put_clip(session, text, force=force)

    def show(result: ClipResult) -> None:
        left_out = f", {counted(result.left_out, 'control character')} left out" if result.left_out else ""
        say(f"{result.host}: {counted(result.characters, 'character')} put into its clipboard{left_out}")

    actors.act(
        put,
        lambda host: PutClip(host, text, force),
        ClipResult,
        show,
        jobs=jobs,
        json=json,
    )


class _Actors:
    """The sessions that act, and the other words of a command.

    The first word is the host, unless hosts are given by options: then all words are others.
    """

    def __init__(
        self,
        words: list[str],
        hosts: list[str] | None,
        group: str | None,
        everything: bool,
        direct: str | None,
        token_file: Path | None,
        display: int | None = None,
        *,
        own: bool = False,
    ) -> None:
        self._sessions = OwnSessions(direct, token_file, display)
        if direct is not None or hosts or group is not None or everything:
            names, self.rest = hosts, words
        else:
            names, self.rest = words[:1], words[1:]
        self._chosen = self._sessions.choose(names, group, everything, own=own)

    @property
    def several(self) -> bool:
        """A failure of one does not end the command."""
        return self._chosen.several

    def act(
        self,
        action: Callable[[Session], T],
        request: Callable[[str], HostInput],
        result: type[T],
        show: Callable[[T], None],
        *,
        jobs: int,
        json: bool,
    ) -> None:
        """Acts on each host; events are only written down.

        A console that has a session with the host gets a `request`; else `action` is for one of our own.
        """
        import msgspec

        def work(one: ChosenHost, cancellation: Cancellation) -> T:
            if (console := one.live_in) is not None:
                answer = console.ask(request(one.name), cancellation.add)
                return msgspec.json.decode(answer.value, type=result)
            with self._sessions.of(one.host, cancellation) as session:
                return action(session)

        run_on_each(self._chosen.hosts, work, show, several=self.several, jobs=jobs, json=json)


def _say_done(result: ActionResult, what: str) -> None:
    from deskconsole.common.figures import milliseconds

    say(f"{result.host}: {what} in {milliseconds(result.done)}")


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
    # Whether the place is in the picture is for the host's picture to say.
    if len(words) != 2 or not all(re.fullmatch(r"-?[0-9]{1,9}", word) for word in words):
        raise ConfigurationError(
            f"{', '.join(words) or 'nothing'} is no place of a picture",
            remedy="Give two whole numbers: X and Y in pixels of the picture.",
        )
    return int(words[0]), int(words[1])


def _require_no_more(words: list[str]) -> None:
    if words:
        raise ConfigurationError(f"{words[0]!r} is too much", remedy="Give one host.")
