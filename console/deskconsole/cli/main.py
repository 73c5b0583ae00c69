"""The commands by name, and how each ends: one sentence and an exit code where something is wrong.

A command is imported when it is invoked, and imports what it needs when it runs.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import Annotated, Final

import typer

from deskconsole import __version__
from deskconsole.common.errors import DeskconsoleError

from .command_group import CommandPlace, command_group
from .streams import repair_streams
from .terminal import say_error, terminal_as_it_was

_COMMANDS: Final = {
    "demo": CommandPlace("demo", "demo"),
    "hosts": CommandPlace("hosts", "app"),
    "view": CommandPlace("view", "view"),
    "wall": CommandPlace("wall", "wall"),
    "stats": CommandPlace("view", "stats"),
    "shot": CommandPlace("view", "shot"),
    "status": CommandPlace("fleet", "status"),
    "connect": CommandPlace("fleet", "connect"),
    "disconnect": CommandPlace("fleet", "disconnect"),
    "refresh": CommandPlace("fleet", "refresh"),
    "compare": CommandPlace("fleet", "compare"),
    "record": CommandPlace("recordings", "record"),
    "play": CommandPlace("recordings", "play"),
    "export": CommandPlace("recordings", "export"),
    "type": CommandPlace("control", "type_"),
    "key": CommandPlace("control", "key"),
    # `-5` is a number here, and no option.
    "click": CommandPlace("control", "click", {"ignore_unknown_options": True}),
    "clip": CommandPlace("control", "clip_app"),
    "shell": CommandPlace("programs", "shell"),
    "rdp": CommandPlace("programs", "rdp"),
    "wake": CommandPlace("wake", "wake"),
    "deploy": CommandPlace("bootstrap", "deploy"),
    "undeploy": CommandPlace("bootstrap", "undeploy"),
    "doctor": CommandPlace("doctor", "doctor"),
    "events": CommandPlace("events", "events"),
    "watch": CommandPlace("watch", "watch"),
    "audit": CommandPlace("audit", "audit"),
    "runtime": CommandPlace("runtime", "app"),
    "schema": CommandPlace("schema", "schema"),
    "listen": CommandPlace("article", "listen"),
    "diff": CommandPlace("article", "diff"),
}
"""The commands in the order of the help."""

app = typer.Typer(
    cls=command_group(_COMMANDS),
    help="A remote-desktop console for a terminal, over nothing but SSH.",
    epilog="Without a command the console itself opens. Exit codes: 0 done, 2 a wrong file or argument, "
    "3 no SSH connection, 4 host key, 5 login, 6 no agent there, 7 its stream, 8 window, 9 to 11 control, "
    "12 recording, 13 no console runs, 14 some of several hosts failed, 15 all of them, 130 cancelled, "
    "1 anything else.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"deskconsole {__version__}")
        raise typer.Exit


@app.callback()
def console(
    context: typer.Context,
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Show version and exit."),
    ] = False,
) -> None:
    """Without a command: the console itself."""
    if context.invoked_subcommand is None:
        from .console import run_console

        sys.exit(run_console())


def run() -> int:
    """Runs what the arguments say; the exit code."""
    repair_streams()
    # What speaks where no log is kept. Commands say themselves what matters; a traceback is still shown.
    if logging.lastResort is not None:
        logging.lastResort.setLevel(logging.ERROR)
    code = 0
    try:
        try:
            with terminal_as_it_was():
                # On Windows Click would put files in the place of `*`, and values in that of `%NAME%`: in a
                # text that is to be typed, too.
                app(prog_name="deskconsole", windows_expand_args=False)
        except SystemExit as ending:  # Typer ends so, and commands
            code = ending.code if isinstance(ending.code, int) else 0
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.flush()
    except DeskconsoleError as error:
        say_error(error)
        code = error.exit_code
    return code
