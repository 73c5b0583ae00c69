"""`deskconsole runtime`: the Pythons that Windows hosts are brought: built, carried here, thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deskconsole.common.counted import counted
from deskconsole.common.errors import ConfigurationError
from deskconsole.runtimes.pythons import DEFAULT_PYTHON, PYTHONS

from .options import Json
from .progress_bars import progress_bars
from .terminal import print_json, print_table, say

if TYPE_CHECKING:
    from deskconsole.runtimes.container import Runtime
    from deskconsole.runtimes.store import RuntimeStore

app = typer.Typer(
    help="Manage the Python runtimes that are deployed to Windows hosts.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _place(meaning: str) -> Any:
    return typer.Option(help=meaning, metavar="URL|PATH", show_default=False)


@app.command()
def build(
    *,
    python: Annotated[
        str, typer.Option(metavar="VERSION", help=f"One of {', '.join(PYTHONS)}, or as 3.13.5 exactly.")
    ] = DEFAULT_PYTHON,
    mirror: Annotated[str, _place("Where Pythons are fetched instead of GitHub; as uv's --mirror.")] = "",
    downloads: Annotated[str, _place("A list of Pythons, instead of the one that uv knows.")] = "",
    json: Json = False,
) -> None:
    """Build a runtime for Windows hosts.

    It is a Windows Python with the agent's packages, in one file. The first deploy to a Windows host builds
    it where there is none. uv downloads the parts, with your settings of uv or pip.

    \b
    Examples:
      deskconsole runtime build
      deskconsole runtime build --python 3.12 --mirror /mnt/usb/python-build-standalone
    """
    from deskconsole.runtimes.build import build_runtime
    from deskconsole.runtimes.fetch import PythonSource

    shelf, cache = _shelf()
    with progress_bars(quiet=json) as show:
        built = build_runtime(shelf, cache, PythonSource(python, mirror, downloads), show)
    _tell(built, "built", json=json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A runtime that another console built.", show_default=False)],
    *,
    json: Json = False,
) -> None:
    """Import and verify a runtime built on another machine.

    `deskconsole runtime list --json` shows where it is stored.

    \b
    Example:
      deskconsole runtime import /mnt/usb/runtime-0123456789ab.zip
    """
    shelf, _ = _shelf()
    with progress_bars(quiet=json) as show:
        taken = shelf.take(file, show)
    _tell(taken, "imported", json=json)


@app.command("list")
def list_(*, json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False) -> None:
    """List the runtimes on this machine.

    The table says whether the current agent runs on each.
    """
    from deskconsole.runtimes.store import fits

    shelf, _ = _shelf()
    runtimes, damaged = shelf.runtimes(), shelf.damaged()
    if json:
        from deskconsole.app.results import RuntimeResult

        broken = [RuntimeResult(name=path.stem, path=str(path), damaged=True) for path in damaged]
        print_json([*map(RuntimeResult.of, runtimes), *broken])
        return
    if runtimes:
        rows = [
            (
                runtime.name,
                runtime.manifest.python,
                _megabytes(runtime),
                "yes" if fits(runtime) else "no",
                runtime.manifest.built[:10],
                _packages(runtime),
            )
            for runtime in runtimes
        ]
        print_table(("name", "python", "size", "fits", "built", "packages"), rows)
    elif not damaged:
        say(f"No runtimes yet in {shelf.folder}: one is built when a Windows host needs it.")
    for path in damaged:
        say(f"{path} is damaged: `deskconsole runtime remove {path.stem}` removes it.")


@app.command()
def remove(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="As `runtime list` says.", show_default=False),
    ] = None,
    *,
    outdated: Annotated[
        bool, typer.Option("--outdated", help="All that the current agent does not run on, and damaged ones.")
    ] = False,
    json: Json = False,
) -> None:
    """Remove runtimes from this machine.

    Those on hosts stay: `undeploy` removes them.

    \b
    Examples:
      deskconsole runtime remove runtime-0123456789ab
      deskconsole runtime remove --outdated
    """
    from deskconsole.runtimes.store import fits

    wanted = set(names or ())
    if not wanted and not outdated:
        raise ConfigurationError(
            "no runtimes were given", remedy="Name some (see `runtime list`), or pass --outdated."
        )
    shelf, _ = _shelf()
    known = {runtime.name: fits(runtime) for runtime in shelf.runtimes()}
    known |= {path.stem: False for path in shelf.damaged()}
    if missing := sorted(wanted - known.keys()):
        raise ConfigurationError(
            f"there is no runtime {', '.join(missing)} in {shelf.folder}",
            remedy="`deskconsole runtime list` says what is there.",
        )
    gone = [name for name, fit in known.items() if name in wanted or (outdated and not fit)]
    freed = sum(map(shelf.remove, gone))
    if json:
        from deskconsole.app.results import RuntimeRemoveResult

        print_json(RuntimeRemoveResult(gone, freed))
    else:
        say(f"{counted(len(gone), 'runtime')} removed, {counted(freed, 'byte')} free again")


def _shelf() -> tuple[RuntimeStore, Path]:
    from deskconsole.common.paths import Paths
    from deskconsole.runtimes.store import RuntimeStore

    cache = Paths.default().cache
    return RuntimeStore.below(cache), cache


def _packages(runtime: Runtime) -> str:
    return ", ".join(f"{name} {version}" for name, version in runtime.manifest.packages.items())


def _megabytes(runtime: Runtime) -> str:
    return f"{runtime.path.stat().st_size / 1e6:.1f} MB"


def _tell(runtime: Runtime, what: str, *, json: bool) -> None:
    from deskconsole.runtimes.store import fits

    if json:
        from deskconsole.app.results import RuntimeResult

        print_json(RuntimeResult.of(runtime))
        return
    say(f"{runtime.name} is {what}: Python {runtime.manifest.python}, {_packages(runtime)}")
    say(f"  {_megabytes(runtime)} in {runtime.path}")
    if not fits(runtime):
        say("  Today's agent needs other packages: hosts are not brought this one.")
