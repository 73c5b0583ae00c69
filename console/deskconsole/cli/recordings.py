"""`deskconsole record`, `play` and `export`: a host's stream kept in a file, shown again, made a film."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deskconsole.common.errors import ConfigurationError

from .options import Direct, Display, HostOrNone, Json, TokenFile, seconds_option
from .running import Own, choose
from .terminal import counted, heard_unless, is_asking, print_json, say, say_error

if TYPE_CHECKING:
    from deskconsole.app.results import RecordResult
    from deskconsole.local.client import RunningConsole
    from deskconsole.recording.ring import KeptRing
    from deskconsole.session.events import Event

RecordingFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A recording that `record` has made.", show_default=False)
]


def record(
    host: HostOrNone = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the recording goes; or a folder.")
    ],
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    seconds: Annotated[
        float | None, seconds_option("Stop after so long (90, 10m, 2h), else at Ctrl+C.")
    ] = None,
    ring: Annotated[
        float | None, seconds_option("Keep only the last minutes (10m), in memory, until they are wanted.")
    ] = None,
    own: Own = False,
    json: Json = False,
) -> None:
    """Keep a host's stream in a file, exact and with its times, until Ctrl+C.

    With --ring nothing is written until Enter is pressed, SIGUSR1 comes, or the command ends: then the last
    minutes are. Later ones go into files of their own.

    A running console that is connected to the host records it in its own session; --ring, --display and --own
    make one for this command.

    \b
    Examples:
      deskconsole record lab-01 -o lab-01.deskrec
      deskconsole record lab-01 -o lab-01.deskrec --seconds 10m
      deskconsole record lab-01 -o recordings --ring 10m
    """
    from deskconsole.app.recording import record_ring, record_session
    from deskconsole.app.results import RecordResult
    from deskconsole.recording.new_file import recording_file, require_recording_name

    from .enter_key import enter_pressed
    from .sessions import route_to, running_session

    if ring is not None and ring < 1:
        raise ConfigurationError("--ring is at least 1 second")
    require_recording_name(output)
    if host is not None and direct is None and display is None and ring is None:
        one = choose([host], None, everything=False, own=own).hosts[0]
        if (console := one.live_in) is not None:
            _tell(_recorded_there(console, one.name, output, seconds), json=json)
            return
    found, route = route_to(host, direct, token_file, display)
    if ring is None:
        file = recording_file(output, found.name)
        with running_session(found, route, tell=but_failed_recording(heard_unless(json))) as session:
            done = record_session(session, file, seconds)
        _tell(RecordResult(found.name, str(file), done.seconds, done.packets, done.size), json=json)
        return

    wanted = threading.Event()
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, lambda _number, _frame: wanted.set())

    def is_wanted() -> bool:
        # A password that is asked for is not to be read here.
        pressed = not is_asking() and enter_pressed()
        signalled = wanted.is_set()
        wanted.clear()
        return pressed or signalled

    def kept(made: KeptRing) -> None:
        _tell(RecordResult(found.name, str(made.file), made.seconds, made.packets, made.size), json=json)

    with running_session(found, route, tell=_but_recording(heard_unless(json))) as session:
        record_ring(session, output, ring, seconds, wanted=is_wanted, kept=kept, failed=say_error)


def _recorded_there(console: RunningConsole, host: str, output: Path, seconds: float | None) -> RecordResult:
    """Has a running console record a host, until the time is over or Ctrl+C."""
    import msgspec

    from deskconsole.app.results import RecordResult
    from deskconsole.local.messages import RecordHost
    from deskconsole.recording.new_file import recording_file

    file = recording_file(output, host).absolute()
    answer = console.record(RecordHost(host, str(file), seconds))
    return msgspec.json.decode(answer.value, type=RecordResult)


def _but_recording(tell: Callable[[Event], None]) -> Callable[[Event], None]:
    """Tells events but those of a recording: the last minutes are kept in no file until they are wanted."""
    from deskconsole.session.events import RecordingEnded, RecordingStarted

    def told(event: Event) -> None:
        if not isinstance(event, RecordingStarted | RecordingEnded):
            tell(event)

    return told


def but_failed_recording(tell: Callable[[Event], None]) -> Callable[[Event], None]:
    """Tells events but the one that a recording failed: the command ends with that sentence."""
    from deskconsole.session.events import RecordingEnded

    def told(event: Event) -> None:
        if not (isinstance(event, RecordingEnded) and event.failure is not None):
            tell(event)

    return told


def _tell(result: RecordResult, *, json: bool) -> None:
    if json:
        print_json(result)
    else:
        say(f"{result.file}: {result.seconds:.1f} s, {result.packets} packets, {result.bytes} bytes")


def play(
    file: RecordingFile,
    *,
    speed: Annotated[float, typer.Option(min=0.1, max=100.0, help="Times as fast.")] = 1.0,
    begin: Annotated[float, seconds_option("Begin so long after its beginning.", "--from")] = 0.0,
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

    from .sessions import require_window

    require_opencv()
    if json:
        print_json(check_recording(file))
        return
    require_window()
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
    begin: Annotated[float, seconds_option("Begin so long after its beginning.", "--from")] = 0.0,
    end: Annotated[float | None, seconds_option("End so long after its beginning.", "--to")] = None,
    json: Json = False,
) -> None:
    """Make a film, an animation or a folder of pictures of a recording.

    \b
    Examples:
      deskconsole export lab-01.deskrec lab-01.mp4
      deskconsole export lab-01.deskrec lab-01.gif --from 60 --to 70
      deskconsole export lab-01.deskrec pictures --rate 1
    """
    from deskconsole.app.exporting import export_recording
    from deskconsole.picture.opencv import require_opencv

    require_opencv()
    result = export_recording(file, output, rate, begin=begin, end=end)
    if json:
        print_json(result)
        return
    say(f"{output}: {counted(result.frames, 'picture')}, {result.width}x{result.height}")
    if result.fault:
        say(result.fault)
