"""The commands by name, and how each ends: one sentence and an exit code where something is wrong."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .. import __version__
from ..errors import DeskconsoleError
from . import article, bootstrap, demo, hosts, view
from .terminal import say_error

app = typer.Typer(
    help="A remote-desktop console for a terminal, over nothing but SSH.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
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
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Without a command: the console itself."""
    if context.invoked_subcommand is None:
        from .console import run_console

        sys.exit(run_console())


app.command()(demo.demo)
app.add_typer(hosts.app, name="hosts")
app.command()(view.view)
app.command()(view.stats)
app.command()(view.shot)
app.command()(bootstrap.deploy)
app.command()(bootstrap.undeploy)
app.command()(article.listen)


def main() -> None:
    """Runs what the arguments say and ends the process."""
    try:
        app()
    except DeskconsoleError as error:
        say_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
