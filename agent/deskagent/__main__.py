"""The agent's command line: `serve` for the console, `push` for the article's receiver."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import math
import os
import secrets
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deskwin32.held_files import once_released
from deskwire.hello import token_from_file
from deskwire.limits import size_fault
from deskwire.triggers import ARTICLE_MAX_SHARE, ARTICLE_MAX_SLICES

from . import __version__
from .capture.hidden_desktop import SCREENS, HiddenDesktop
from .capture.platforms import screen_opener
from .capture.source import Grabber, GrabberOpener
from .capture.synthetic import SCENES, SyntheticGrabber
from .capture.synthetic_desktop import SyntheticDesktop
from .computer import Computer, ComputerWatch, this_computer
from .consent.desktop_owner import is_another_users, user_at_desktop
from .consent.platforms import asker_opener, sign_opener
from .consent.policy import read_policy
from .control.client import ControlGate
from .control.desktop_lock import LockPurpose
from .control.host_consent import HostConsent
from .control.lock_platforms import desktop_lock
from .control.view_only import ViewOnlyGate
from .log_file import LimitedFileHandler

EXIT_USAGE = 2
EXIT_CANNOT_SERVE = 3
EXIT_PEER = 4

_LONGEST = 10_000_000
"""Seconds, a third of a year: what the system can wait for ends not far above it."""

_log = logging.getLogger("deskagent")


class UsageError(Exception):
    """An argument cannot be used; the text says which and why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb and returns the exit code."""
    options = _parser().parse_args(arguments)
    _set_up_logging(options.log_file)
    try:
        return int(options.run(options))
    except UsageError as error:
        print(f"deskagent: {error}", file=sys.stderr)
        return EXIT_USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deskagent", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    common = argparse.ArgumentParser(add_help=False, formatter_class=_Help)
    common.add_argument("--source", choices=("display", "synthetic"), default="display", help="what to show")
    common.add_argument("--scene", choices=SCENES, default=SCENES[0], help="what the synthetic desktop does")
    common.add_argument("--seed", type=int, default=1, help="number that the synthetic desktop grows from")
    common.add_argument(
        "--size", type=_size, default="1920x1080", metavar="WxH", help="pixels of the synthetic desktop"
    )
    common.add_argument(
        "--log-file", type=Path, metavar="FILE", help="where the log goes (default: standard error)"
    )

    common.add_argument("--screen", choices=SCREENS, default=SCREENS[0], help="what the synthetic desktop is")
    for word in ("hostname", "os-name", "user"):
        common.add_argument(f"--{word}", default="", help=f"{word} that the synthetic desktop tells")

    serve = verbs.add_parser(
        "serve", parents=[common], formatter_class=_Help, help="wait on loopback for a console with the token"
    )
    serve.add_argument(
        "--port", type=_port, default=0, help="0 takes a free one, told in the ready file and on stdout"
    )
    serve.add_argument(
        "--token-file",
        type=Path,
        required=True,
        metavar="FILE",
        help="32 bytes, or a secret of at least 16 characters; made with a random secret where there is none",
    )
    serve.add_argument(
        "--ready-file",
        type=Path,
        metavar="FILE",
        help="written when consoles can come: port, pid, version (default: none)",
    )
    serve.add_argument(
        "--idle-exit",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="end so long after the last console; 0 never does",
    )
    serve.add_argument(
        "--view-only", action="store_true", help="only show: neither input nor clipboard is ever loaded"
    )
    serve.add_argument(
        "--refuse-control", default="", metavar="REASON", help="as --view-only, with a reason for the console"
    )
    serve.add_argument(
        "--other-user",
        action="store_true",
        help="the desktop is not that of the user who logged in: that person is asked",
    )
    serve.set_defaults(run=_serve)

    push = verbs.add_parser(
        "push", parents=[common], formatter_class=_Help, help="send to the article's receiver"
    )
    push.add_argument("address", type=_address, metavar="HOST:PORT", help="where the receiver listens")
    push.add_argument("--no-identity", action="store_true", help="the dialect of the article's whole program")
    push.add_argument(
        "--display", type=int, default=0, help="1, 2, ... for one display; 0 is the whole desktop"
    )
    push.add_argument("--rate", type=float, default=30.0, help="frames a second at most")
    push.add_argument("--max-slices", type=int, default=ARTICLE_MAX_SLICES, help="more become a refresh")
    push.add_argument(
        "--max-share", type=float, default=ARTICLE_MAX_SHARE, help="more of the picture becomes a refresh"
    )
    push.add_argument(
        "--seconds", type=_seconds, default=None, help="how long to send (default: until interrupted)"
    )
    push.set_defaults(run=_push)
    return parser


class _Help(argparse.HelpFormatter):
    """Names the default of every option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        given = action.default not in (None, argparse.SUPPRESS) and action.nargs != 0
        if not action.option_strings or not given:
            return action.help
        return f"{action.help} (default: %(default)s)"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to {_LONGEST:.0f}")
    return seconds


def _size(text: str) -> tuple[int, int]:
    width, separator, height = text.partition("x")
    if not separator or not (width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; give it as 1920x1080")
    size = int(width), int(height)
    fault = size_fault(*size)
    if fault is not None:
        raise argparse.ArgumentTypeError(f"the synthetic desktop cannot be {fault}")
    return size


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give 0 to 65535")
    return int(text)


def _address(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdigit() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no address; give it as HOST:PORT")
    return host or "127.0.0.1", int(port)


def _set_up_logging(path: Path | None) -> None:
    handler = logging.StreamHandler() if path is None else LimitedFileHandler(path)
    logging.basicConfig(
        handlers=[handler],
        level=logging.INFO,
        format="%(asctime)s %(threadName)s %(levelname)s %(message)s",
    )


def _grabber_opener(
    options: argparse.Namespace,
    report: Callable[[str], None] = lambda _means: None,
    desktop: SyntheticDesktop | None = None,
) -> GrabberOpener:
    """Returns the opener of the displays of the chosen source; `report` hears by which means. `desktop`: a
    synthetic desktop that consoles act on."""
    if options.source == "synthetic":
        width, height = options.size

        def open_synthetic(number: int) -> Grabber:
            grabber = SyntheticGrabber(
                options.scene, options.seed, width, height, desktop=desktop, number=number
            )
            return grabber if options.screen == "live" else HiddenDesktop(grabber, options.screen)

        return open_synthetic
    return screen_opener(report)


def _token(path: Path) -> bytes:
    """Reads the token file, or makes one that only this user can read (on Windows: whom the folder's rights
    let read it, which its launcher sees to)."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise UsageError(f"cannot make the token file {path}: {error.strerror}") from None
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    try:
        return token_from_file(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot use the token file {path}: {error}") from None


def _serve(options: argparse.Namespace) -> int:
    from .delivery.server import Server, share_arenas
    from .ready_report import desktop_words

    share_arenas()
    token = _token(options.token_file)
    words: dict[str, object] = {"capture": ""}
    desktop = None
    if options.source == "synthetic" and not _only_shows(options):
        desktop = SyntheticDesktop(options.scene, *options.size)
    open_grabber = _grabber_opener(options, lambda means: words.update(capture=means), desktop)
    consent = _consent(options, desktop)
    try:
        gate = _gate(options, consent, desktop)
        server = Server(options.port, token, open_grabber, gate, consent, _computer(options))
    except OSError as error:
        print(f"deskagent: cannot listen on 127.0.0.1:{options.port}: {error}", file=sys.stderr)
        return EXIT_CANNOT_SERVE
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.close())
    words |= {"port": server.port, "pid": os.getpid(), "version": __version__}
    if sys.platform == "win32":
        from .capture.windows.system import windows_desktop

        words |= desktop_words(windows_desktop(), open_grabber)
    ready = json.dumps(words)
    if options.ready_file is not None:
        _write_whole(options.ready_file, ready)
    if sys.stdout is not None:  # pythonw has none.
        print(ready, flush=True)
    _log.info("serving: %s", ready)
    if options.refuse_control:
        _log.warning("control is refused: %s", options.refuse_control)
    server.serve(options.idle_exit or None)
    return 0


def _computer(options: argparse.Namespace) -> ComputerWatch:
    """Returns what consoles are told of this computer; a synthetic desktop's is as the options say."""
    if options.source == "synthetic":
        told = Computer(options.hostname, options.os_name, options.user)
        if told.os_name.startswith("Windows"):
            told = dataclasses.replace(told, platform="windows amd64")
        return ComputerWatch(told if any((told.hostname, told.os_name, told.user)) else this_computer(""))
    return ComputerWatch(this_computer(user_at_desktop()), user_at_desktop)


def _only_shows(options: argparse.Namespace) -> bool:
    return bool(options.view_only or options.refuse_control)


def _consent(options: argparse.Namespace, desktop: SyntheticDesktop | None = None) -> HostConsent:
    """Returns the asking of the person at the host, and the sign; a synthetic desktop has a sign only."""
    if desktop is not None:
        from .synthetic.sign import SyntheticSign

        return HostConsent(open_sign=lambda clicked: SyntheticSign(desktop, clicked))
    if options.source == "synthetic":
        return HostConsent()
    return HostConsent(
        policy=read_policy,
        is_other=lambda: options.other_user or is_another_users(),
        open_asker=asker_opener(),
        open_sign=sign_opener(),
        question=desktop_lock(LockPurpose.QUESTION),
    )


def _gate(
    options: argparse.Namespace, consent: HostConsent, desktop: SyntheticDesktop | None = None
) -> ControlGate:
    """Returns the gate of control. The code that acts is loaded only here, and only where it may act."""
    if _only_shows(options):
        return ViewOnlyGate(options.refuse_control or "the agent of this host only shows")
    from .control.desktop_control import ControlTools, DesktopControl

    if desktop is not None:
        from .synthetic.clipboard import SyntheticClipboard
        from .synthetic.device import SyntheticDevice

        tools = ControlTools(
            lambda: SyntheticDevice(desktop), open_clipboard=lambda: SyntheticClipboard(desktop)
        )
        return DesktopControl(tools, consent)
    from .clipboard.platforms import clipboard_opener
    from .input.platforms import device_opener

    tools = ControlTools(
        device_opener(),
        open_clipboard=clipboard_opener(),
        lock=desktop_lock(LockPurpose.CONTROL),
        question=desktop_lock(LockPurpose.QUESTION),
    )
    return DesktopControl(tools, consent)


def _write_whole(path: Path, text: str) -> None:
    """Writes a file of mode 0600, which is never seen half written."""
    part = path.with_name(path.name + ".part")
    with open(part, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    once_released(lambda: part.replace(path))


def _push(options: argparse.Namespace) -> int:
    from .article.push import PushError, push

    if not options.rate > 0:
        raise UsageError(f"--rate {options.rate} is no number of frames a second")
    try:
        counts = push(
            options.address,
            _grabber_opener(options),
            options.display,
            identity=not options.no_identity,
            rate=options.rate,
            max_slices=options.max_slices,
            max_share=options.max_share,
            seconds=options.seconds,
        )
    except PushError as error:
        print(f"deskagent: {error}", file=sys.stderr)
        return EXIT_PEER
    except KeyboardInterrupt:
        return 0
    _log.info("sent %d packets, %d slices, %d bytes", counts.packets, counts.slices, counts.sent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
