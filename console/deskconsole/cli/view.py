"""`deskconsole view`, `stats` and `shot`: hosts, seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deskconsole.app.output_place import OutputPlace
from deskconsole.common.errors import ConfigurationError
from deskconsole.picture.image_file import SUFFIXES, ImageFormat

from .fleet import Figures, as_figures, asked_picture, measured
from .many import run_on_each
from .options import Direct, Display, Json, TokenFile, seconds_option
from .output_words import HostsAndFile, hosts_and_place, output_option
from .own_sessions import OwnSessions
from .running import ChosenHost, Own
from .selection import JOBS, AllHosts, HostNames, InGroup, Jobs
from .terminal import heard_unless, say

if TYPE_CHECKING:
    from deskconsole.app.parallel import Cancellation


def view(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Begin in full screen.")] = False,
    control: Annotated[
        bool, typer.Option("--control", help="Control the host: keys and pointer go there.")
    ] = False,
    seconds: Annotated[float | None, seconds_option("Close after this time.")] = None,
    own: Own = False,
    json: Annotated[
        bool, typer.Option("--json", help="With --seconds: no window, one JSON object a host at the end.")
    ] = False,
) -> None:
    """Show the desktops of hosts, each in a window.

    The command ends when they are closed. Right Ctrl in the window takes control of the host, and gives it
    back. With --json --seconds S no window is opened: the stream runs for S seconds, and its figures are
    printed.

    A running console that is connected to a host shows its own window of it, on the same display. One that
    was open already comes to the front, and stays open when the command ends. --display and --own make a
    session for this command.

    \b
    Examples:
      deskconsole view lab-01
      deskconsole view alice@10.0.3.7 --display 1 --fullscreen
      deskconsole view lab-01 --json --seconds 10
    """
    if json and seconds is None:
        raise ConfigurationError("--json needs --seconds: figures are printed when they are over")
    if json and (control or fullscreen):
        raise ConfigurationError(
            f"{'--control' if control else '--fullscreen'} needs a window, and --json opens none",
            remedy="Leave one of both out.",
        )
    sessions = OwnSessions(direct, token_file, display)
    chosen = sessions.choose(hosts, group, everything, own=own)
    if control and chosen.several:
        raise ConfigurationError(
            "--control is for one host", remedy="Right Ctrl in a window takes control of its host."
        )
    if not json:
        from .sessions import require_window

        require_window()

    def work(one: ChosenHost, cancellation: Cancellation) -> Figures | None:
        if json:
            return measured(sessions, one, seconds, cancellation)
        if (console := one.shown_in) is not None:
            from deskconsole.local.messages import ViewHost

            console.ask(ViewHost(one.name, fullscreen, control, seconds), cancellation.add)
            return None
        from deskconsole.app.waiting import wait_for_closed_window, wait_for_picture
        from deskconsole.common.paths import Paths
        from deskconsole.common.settings import Settings

        paths = Paths.default()
        # An agent reached directly has no name to remember its window by.
        places = paths.window_places if direct is None else None
        pictures = Settings.load(paths.settings).pictures_in(paths)
        with sessions.of(
            one.host, cancellation, tell=heard_unless(json), places=places, pictures=pictures
        ) as session:
            session.view(fullscreen=fullscreen, control=control)
            wait_for_picture(session)
            wait_for_closed_window(session, seconds)
        return None

    jobs = len(chosen.hosts)
    run_on_each(chosen.hosts, work, lambda _: None, several=chosen.several, jobs=jobs, json=json)


def stats(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    seconds: Annotated[
        float | None, seconds_option("How long to count: else 5, or 0 where a console has counted.")
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Nothing is counted: the figures of the last days are printed.")
    ] = False,
    days: Annotated[
        int, typer.Option(min=1, max=400, metavar="N", help="With --history: today and the days before it.")
    ] = 30,
    csv: Annotated[bool, typer.Option("--csv", help="With --history: CSV on stdout.")] = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Count what the streams of hosts cost, without a window.

    Of a host that a running console is connected to, the figures are those of the console's session.

    With --history the figures that the consoles of this computer kept are printed: of all hosts a sum each,
    or of each HOST day by day.

    \b
    Examples:
      deskconsole stats lab-01
      deskconsole stats lab-01 --seconds 60 --json
      deskconsole stats --group lab
      deskconsole stats --history
      deskconsole stats --history lab-01 lab-02 --days 7 --csv
    """
    from .host_table import print_figures

    if history:
        from .history import show_history

        show_history(hosts, group, days, as_csv=csv, json=json)
        return
    if csv:
        raise ConfigurationError("--csv needs --history", remedy="Figures of now are printed with --json.")
    sessions = OwnSessions(direct, token_file, display)
    chosen = sessions.choose(hosts, group, everything, own=own)
    found: list[Figures] = []

    def work(one: ChosenHost, cancellation: Cancellation) -> Figures:
        return measured(sessions, one, seconds, cancellation)

    try:
        run_on_each(chosen.hosts, work, found.append, several=chosen.several, jobs=jobs, json=json)
    finally:
        print_figures(found, chosen)


def shot(
    words: HostsAndFile = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    output: Annotated[
        OutputPlace | None,
        output_option("FILE.png, .webp or .jpg; or a folder, which has no such suffix and may be new."),
    ] = None,
    kind: Annotated[
        ImageFormat | None, typer.Option("--format", help="The format, whatever suffix the file has.")
    ] = None,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Save one exact picture of each host's desktop.

    The file's name says whether it is a PNG, a WebP or a JPEG, which is not quite exact. Only where a film
    plays and the link is too slow for it, it is the newest picture, and `exact` is false. In a folder the
    pictures are named by host and time. A running console takes those of the hosts that it is connected to.

    \b
    Examples:
      deskconsole shot lab-01 lab-01.png
      deskconsole shot lab-01 -o pictures
      deskconsole shot --group lab -o pictures --format webp
    """
    from deskconsole.app.shot_target import ShotTarget

    hosts, place = hosts_and_place(words, output, SUFFIXES, "deskconsole shot lab-01 lab-01.png")
    sessions = OwnSessions(direct, token_file, display)
    chosen = sessions.choose(hosts, group, everything, own=own)
    target = ShotTarget(place, kind, several=chosen.several)

    def work(one: ChosenHost, cancellation: Cancellation) -> Figures:
        if (console := one.live_in) is not None:
            figures, picture = asked_picture(console, one.name, target.format.value, place.path, cancellation)
            return {**figures, "file": str(target.write(one.name, picture))}
        from deskconsole.app.screenshot import save_screenshot

        with sessions.of(one.host, cancellation) as session:
            return as_figures(save_screenshot(session, target))

    def show(figures: Figures) -> None:
        said = f"{figures['host']}: {figures['width']}x{figures['height']} saved in {figures['file']}"
        if not figures["exact"]:
            from deskconsole.wording.events import NEARLY_EXACT

            said += f"; {NEARLY_EXACT}"
        say(said)

    run_on_each(chosen.hosts, work, show, several=chosen.several, jobs=jobs, json=json)
