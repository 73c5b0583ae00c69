"""`deskconsole record`, `play` and `export`: a host's stream kept in a file, shown again, made a film."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deskconsole.app.output_place import OutputPlace
from deskconsole.common.counted import counted
from deskconsole.common.errors import ConfigurationError

from .many import run_on_each
from .options import Direct, Display, Json, TokenFile, seconds_option
from .output_words import HostsAndFile, hosts_and_place, output_option
from .own_sessions import OwnSessions
from .running import ChosenHost, Own
from .selection import AllHosts, InGroup
from .terminal import heard_unless, is_asking, print_json, say, say_error

if TYPE_CHECKING:
    from deskconsole.app.parallel import Cancellation
    from deskconsole.app.results import RecordResult
    from deskconsole.local.client import RunningConsole
    from deskconsole.session.events import Event

RecordingFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A recording that `record` has made.", show_default=False)
]


def record(
    words: HostsAndFile = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    output: Annotated[
        OutputPlace | None,
        output_option("FILE.deskrec; or a folder, which has no suffix and may be new."),
    ] = None,
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    seconds: Annotated[
        float | None, seconds_option("Stop after so long (90, 10m, 2h), else at Ctrl+C.")
    ] = None,
    ring: Annotated[
        float | None,
        seconds_option("Of one host: keep only the last minutes (10m), in memory, until they are wanted."),
    ] = None,
    begin: Annotated[
        bool, typer.Option("--begin", help="Begin as f9 does in the running console, and return.")
    ] = False,
    end: Annotated[
        bool, typer.Option("--end", help="End the recordings that a running console makes of the hosts.")
    ] = False,
    own: Own = False,
    json: Json = False,
) -> None:
    """Record the streams of hosts into files.

    Recordings are exact, have the times of all changes, and end at Ctrl+C or after --seconds. With --ring
    nothing is written until Enter is pressed, SIGUSR1 comes, or the command ends: then the last minutes are.
    Later ones go into files of their own.

    A running console that is connected to a host records it in its own session; --display and --own make
    one for this command. With --begin the console records into its own folder, as by its key f9, until the
    session ends. There is one recording of a host at a time: --end ends it, whatever began it; with --group
    and --all those that run.

    \b
    Examples:
      deskconsole record lab-01 lab-01.deskrec
      deskconsole record --group lab -o recordings --seconds 10m
      deskconsole record lab-01 -o recordings --ring 10m
      deskconsole record --all --end
    """
    if begin or end:
        from .console_recordings import begin_or_end

        others: dict[str, object] = {"begin": begin and end, "output": output, "direct": direct}
        others |= {"display": display, "seconds": seconds, "ring": ring, "own": own}
        begin_or_end(words, group, everything, others, end=end, show=_say_recorded, json=json)
        return
    from deskconsole.recording.new_file import SUFFIX, recording_file, require_recording_name

    if ring is not None and ring < 1:
        raise ConfigurationError("--ring is at least 1 second")
    hosts, place = hosts_and_place(words, output, {SUFFIX}, "deskconsole record lab-01 lab-01.deskrec")
    require_recording_name(place.path, folder=place.is_folder)
    sessions = OwnSessions(direct, token_file, display)
    chosen = sessions.choose(hosts, group, everything, own=own)
    if ring is not None and chosen.several:
        raise ConfigurationError("--ring is for one host", remedy="Give the command once for each host.")
    if chosen.several:
        place.require_folder("recordings of several hosts")
    if place.is_folder:
        place.make_folder()
    if ring is not None:
        _record_ring(sessions, chosen.hosts[0], place.path, ring, seconds, json=json)
        return

    def work(one: ChosenHost, cancellation: Cancellation) -> RecordResult:
        file = recording_file(place.path, one.name)
        if (console := one.live_in) is not None:
            return _recorded_there(console, one.name, file, seconds, cancellation)
        from deskconsole.app.recording import record_session
        from deskconsole.app.results import RecordResult

        with sessions.of(one.host, cancellation, tell=but_failed_recording(heard_unless(json))) as session:
            done = record_session(session, file, seconds)
        return RecordResult(one.name, str(file), done.seconds, done.packets, done.size)

    # All at the same time: what happens on one host may be the cause of what happens on another.
    jobs = len(chosen.hosts)
    run_on_each(
        chosen.hosts,
        work,
        _say_recorded,
        several=chosen.several,
        jobs=jobs,
        json=json,
        until_interrupted=True,
    )


def _recorded_there(
    console: RunningConsole, host: str, file: Path, seconds: float | None, cancellation: Cancellation
) -> RecordResult:
    """Has a running console record a host, until the time is over or Ctrl+C."""
    import msgspec

    from deskconsole.app.results import RecordResult
    from deskconsole.local.messages import RecordHost

    answer = console.record(RecordHost(host, str(file.absolute()), seconds), cancellation.add)
    return msgspec.json.decode(answer.value, type=RecordResult)


def _record_ring(
    sessions: OwnSessions,
    chosen: ChosenHost,
    output: Path,
    ring: float,
    seconds: float | None,
    *,
    json: bool,
) -> None:
    from deskconsole.app.parallel import Cancellation

    from .enter_key import enter_pressed

    wanted = threading.Event()
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, lambda _number, _frame: wanted.set())

    def is_wanted() -> bool:
        # A password that is asked for is not to be read here.
        pressed = not is_asking() and enter_pressed()
        signalled = wanted.is_set()
        wanted.clear()
        return pressed or signalled

    kept = print_json if json else _say_recorded
    if not json and sys.stdin is not None and sys.stdin.isatty():
        say("Enter writes the last minutes into a file, Ctrl+C does too and ends")
    if (console := chosen.live_in) is not None:
        from .last_minutes import kept_there

        kept_there(console, chosen.name, output, ring, seconds, wanted=is_wanted, kept=kept)
        return
    from deskconsole.app.recording import record_ring

    with sessions.of(chosen.host, Cancellation(), tell=_but_recording(heard_unless(json))) as session:
        record_ring(session, output, ring, seconds, wanted=is_wanted, kept=kept, failed=say_error)


def _but_recording(tell: Callable[[Event], None]) -> Callable[[Event], None]:
    """Tells events but those of the last minutes: the command tells each file itself."""
    from deskconsole.session.events import LastMinutesEnded, LastMinutesKept, LastMinutesSaved

    def told(event: Event) -> None:
        if not isinstance(event, LastMinutesKept | LastMinutesSaved | LastMinutesEnded):
            tell(event)

    return told


def but_failed_recording(tell: Callable[[Event], None]) -> Callable[[Event], None]:
    """Tells events but the one that a recording failed: the command ends with that sentence."""
    from deskconsole.session.events import RecordingEnded

    def told(event: Event) -> None:
        if not (isinstance(event, RecordingEnded) and event.failure is not None):
            tell(event)

    return told


def _say_recorded(result: RecordResult) -> None:
    from deskconsole.common.figures import duration, size

    what = f"{duration(result.seconds)}, {counted(result.packets, 'packet')}, {size(result.bytes)}"
    say(f"{result.host}: {what} saved in {result.file}")


def play(
    file: RecordingFile,
    *,
    speed: Annotated[float, typer.Option(min=0.1, max=100.0, help="Times as fast.")] = 1.0,
    begin: Annotated[float, seconds_option("Begin so long after its beginning (90, 10m).", "--from")] = 0.0,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Begin in full screen.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="No window: read it to the end, one JSON object on stdout.")
    ] = False,
) -> None:
    """Show a recording in a window.

    \b
    Examples:
      deskconsole play lab-01.deskrec
      deskconsole play lab-01.deskrec --from 60 --speed 4
    """
    from deskconsole.app.playing import check_recording, play_recording
    from deskconsole.common.paths import Paths
    from deskconsole.common.settings import Settings
    from deskconsole.picture.opencv import require_opencv

    require_opencv()
    if json:
        print_json(check_recording(file))
        return
    paths = Paths.default()
    pictures = Settings.load(paths.settings).pictures_in(paths)
    fault = play_recording(file, begin=begin, speed=speed, fullscreen=fullscreen, pictures=pictures)
    if fault:
        say(fault)


def export(
    file: RecordingFile,
    output: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="FILE.mp4, .gif or .webp, or a folder for pictures.",
            show_default=False,
        ),
    ],
    *,
    rate: Annotated[float, typer.Option(min=0.1, max=60.0, help="Pictures a second.")] = 10.0,
    begin: Annotated[float, seconds_option("Begin so long after its beginning (90, 10m).", "--from")] = 0.0,
    end: Annotated[float | None, seconds_option("End so long after its beginning (90, 10m).", "--to")] = None,
    json: Json = False,
) -> None:
    """Make a film, an animation or pictures of a recording.

    \b
    Examples:
      deskconsole export lab-01.deskrec lab-01.mp4
      deskconsole export lab-01.deskrec lab-01.gif --from 60 --to 70
      deskconsole export lab-01.deskrec pictures --rate 1
    """
    from deskconsole.app.exporting import export_recording
    from deskconsole.picture.opencv import require_opencv

    from .progress_bars import progress_bar

    require_opencv()
    with progress_bar("making pictures", quiet=json) as told:
        result = export_recording(file, output, rate, begin=begin, end=end, told=told)
    if json:
        print_json(result)
        return
    say(f"{output}: {counted(result.frames, 'picture')}, {result.width}x{result.height}")
    if result.fault:
        say(result.fault)
