"""The commands by name, and how each ends: one sentence and an exit code where something is wrong.

Every command imports what it needs when it runs: `--help` and completion answer at once.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import Annotated

import typer

from deskconsole import __version__
from deskconsole.common.errors import DeskconsoleError

from . import (
    article,
    audit,
    bootstrap,
    control,
    demo,
    doctor,
    events,
    fleet,
    hosts,
    programs,
    recordings,
    runtime,
    schema,
    view,
    wake,
    wall,
    watch,
)
from .streams import repair_streams
from .terminal import say_error, terminal_as_it_was

app = typer.Typer(
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


app.command()(demo.demo)
app.add_typer(hosts.app, name="hosts")
app.command()(view.view)
app.command()(wall.wall)
app.command()(view.stats)
app.command()(view.shot)
app.command()(fleet.status)
app.command()(fleet.connect)
app.command()(fleet.disconnect)
app.command()(fleet.refresh)
app.command()(fleet.compare)
app.command()(recordings.record)
app.command()(recordings.play)
app.command()(recordings.export)
app.command("type")(control.type_)
app.command()(control.key)
# `-5` is a number here, and no option.
app.command(context_settings={"ignore_unknown_options": True})(control.click)
app.add_typer(control.clip_app, name="clip")
app.command()(programs.shell)
app.command()(programs.rdp)
app.command()(wake.wake)
app.command()(bootstrap.deploy)
app.command()(bootstrap.undeploy)
app.command()(doctor.doctor)
app.command()(events.events)
app.command()(watch.watch)
app.command()(audit.audit)
app.add_typer(runtime.app, name="runtime")
app.command()(schema.schema)
app.command()(article.listen)
app.command()(article.diff)


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
