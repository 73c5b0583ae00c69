"""`scripts/bench NAME [--json]`: runs one benchmark, each in a file of its own beside this one."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Imported only when asked for: each needs other parts of the project and of the system.
BENCHMARKS = {
    "codec": "bytes and CPU of the encodings on recorded and drawn frames, against the article's algorithm",
    "connect-all": "a hundred hosts connected by one key through a real sshd: seconds, CPU, answers to keys",
    "command": "a command through the running console, with the start of Python",
    "console": "a change's way from an X screen through sshd into the window, and the CPU of all on the way",
    "control": "a key in the window until its effect is seen, beside TigerVNC; what moves cost; stuck keys",
    "first": "windows before a photograph, from the first byte until they are seen and until they are exact",
    "fleet": "a hundred previewed hosts on one console: its CPU, its memory, how soon a key is answered",
    "live": "the same screen served by us and by others, live: bytes, CPU, memory, delay, exactness",
    "morning": "a hundred hosts connected at once, 97 of them off: how soon that is told, what waiting costs",
    "profile": "where the time of ours goes, function by function, under the workloads of `live`",
    "record": "frames of the workloads of `live`, kept in a folder for `codec --folder`",
    "wall": "30 hosts on the TUI's wall: CPU, how soon a key is answered; 100 hosts until all are on it",
    "recording": "recording beside the stream, playing at ten times the speed, a jump in an hour's file",
    "upload": "45 MB by our SFTP and by plain sftp, to an sshd and to the Windows stand-in",
    "wall-window": "thirty tiles in one window, five pictures a second each: the CPU of console and window",
    "windows": "the way to a Windows host's first picture, step by step: bare, changed agent, coming back",
}
"""Module beside this one (with `_` for `-`) -> what it measures. A module has `measure(...) -> Mapping`, JSON
throughout, and `table(Mapping) -> str`."""

_WORKLOADS = {"help": "some of those in docs/performance.md, with commas (default: all)"}
_SECONDS = {"type": float, "help": "over which shares of CPU are taken (default: 8)"}
_OPTIONS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "codec": {
        "--workloads": {"help": "real programs, with commas, or none (default: all)"},
        "--scenes": {"help": "drawn scenes, with commas, or none (default: all)"},
        "--folder": {"help": "where the frames were recorded (default: they are recorded now)"},
    },
    "connect-all": {
        "--hosts": {"type": int, "help": "how many (default: 100)"},
        "--runs": {"type": int, "help": "the median of so many (default: 1)"},
    },
    "command": {"--runs": {"type": int, "help": "how often each command runs (default: 20)"}},
    "console": {"--seconds": _SECONDS},
    "control": {
        "--keys": {"type": int, "help": "how many for each system (default: 60)"},
        "--runs": {"type": int, "help": "how often (default: 1)"},
        "--ways": {"help": "some of direct, ssh, film, narrow, with commas, or none (default: all)"},
        "--cuts": {"type": int, "help": "how often a window is cut off while keys are held (default: 50)"},
    },
    "first": {
        "--systems": {"help": "some of those of `live`, with commas"},
        "--link": {"help": "one, such as 10mbit,50ms (default: none, a wide and a narrow one)"},
    },
    "fleet": {"--seconds": _SECONDS, "--hosts": {"type": int, "help": "how many (default: 100)"}},
    "live": {
        "--seconds": _SECONDS,
        "--systems": {"help": "some of those in docs/performance.md, with commas (default: all)"},
        "--workloads": _WORKLOADS,
        "--runs": {"type": int, "help": "medians of so many (default: 1)"},
        "--link": {"help": "a narrow link between all, such as 10mbit,50ms: each way, with 256 kB of buffer"},
    },
    "morning": {
        "--seconds": {"type": float, "help": "over which the waiting is measured (default: 300)"},
        "--hosts": {"type": int, "help": "how many (default: 100)"},
    },
    "wall-window": {"--seconds": _SECONDS, "--hosts": {"type": int, "help": "how many (default: 30)"}},
    "profile": {"--seconds": _SECONDS, "--workloads": _WORKLOADS},
    "wall": {"--seconds": _SECONDS},
    "record": {
        "--folder": {"help": "where half a gigabyte a workload goes"},
        "--workloads": _WORKLOADS,
    },
}
"""What a benchmark's `measure` takes besides."""


def main() -> int:
    """Prints a table or, with --json, one object."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures deskconsole.")
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, purpose in BENCHMARKS.items():
        command = commands.add_parser(name, help=purpose, description=purpose)
        command.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
        command.add_argument("--output", type=Path, metavar="FILE", help="keep the object in a file as well")
        for option, settings in _OPTIONS.get(name, {}).items():
            command.add_argument(option, default=argparse.SUPPRESS, **settings)
    arguments = parser.parse_args()
    benchmark = importlib.import_module(f".{arguments.name.replace('-', '_')}", __package__)
    general = {"name", "json", "output"}
    options = {name: value for name, value in vars(arguments).items() if name not in general}
    result = benchmark.measure(**options)
    if arguments.output is not None:
        arguments.output.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2) if arguments.json else benchmark.table(result))
    return 0 if result.get("exact", True) else 1


if __name__ == "__main__":
    sys.exit(main())
