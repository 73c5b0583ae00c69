"""`deskconsole record` and `play`: a host's stream kept in a file, and shown again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import Direct, Display, HostOrNone, Json, TokenFile, seconds_option
from .terminal import counted, heard_unless, print_json, say

RecordingFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A recording that `record` has made.", show_default=False)
]


def record(
    host: HostOrNone = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the recording goes.")],
    direct: Direct = None,
    token_file: TokenFile = None,
    display: Display = None,
    seconds: Annotated[float | None, seconds_option("Stop after so long; else Ctrl+C stops.")] = None,
    json: Json = False,
) -> None:
    """Keep a host's stream in a file, exact and with its times, until Ctrl+C.

    \b
    Examples:
      deskconsole record lab-01 -o lab-01.deskrec
      deskconsole record lab-01 -o lab-01.deskrec --seconds 600
    """
    from deskconsole.app.recording import record_session
    from deskconsole.app.results import RecordResult

    from .sessions import route_to, running_session

    found, route = route_to(host, direct, token_file, display)
    with running_session(found, route, tell=heard_unless(json)) as session:
        recorder = record_session(session, output, found.display, seconds)
    result = RecordResult(found.name, str(output), recorder.seconds, recorder.packets, recorder.size)
    if json:
        print_json(result)
    else:
        say(f"{output}: {result.seconds:.1f} s, {result.packets} packets, {result.bytes} bytes")


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
    from deskconsole.picture.opencv import require_opencv

    from .sessions import require_window

    require_opencv()
    if json:
        print_json(check_recording(file))
        return
    require_window()
    fault = play_recording(file, begin=begin, speed=speed, fullscreen=fullscreen)
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
    json: Json = False,
) -> None:
    """Make a film, an animation or a folder of pictures of a recording.

    \b
    Examples:
      deskconsole export lab-01.deskrec lab-01.mp4
      deskconsole export lab-01.deskrec pictures --rate 1
    """
    from deskconsole.app.exporting import export_recording
    from deskconsole.picture.opencv import require_opencv

    require_opencv()
    result = export_recording(file, output, rate)
    if json:
        print_json(result)
        return
    say(f"{output}: {counted(result.frames, 'picture')}, {result.width}x{result.height}")
    if result.fault:
        say(result.fault)
