"""`scripts/bench NAME [--json]`: runs one benchmark, each in a file of its own beside this one."""

from __future__ import annotations

import argparse
import importlib
import json
import sys

# Imported only when asked for: each needs other parts of the project and of the system.
BENCHMARKS = {
    "codec": "bytes and CPU of the encodings on deterministic scenes, against the article's algorithm",
    "console": "a change's way from an X screen through sshd into the window, and the CPU of all on the way",
    "fleet": "a hundred previewed hosts on one console: its CPU, its memory, how soon a key is answered",
    "live": "the same screen served by us, by TigerVNC and by x11vnc: bytes, CPU, memory, delay, exactness",
    "upload": "45 MB by our SFTP and by plain sftp, to an sshd and to the Windows stand-in",
    "windows": "the way to a Windows host's first picture, step by step: bare, changed agent, coming back",
}
"""Module beside this one -> what it measures. A module has `measure(...) -> Mapping`, JSON throughout, and
`table(Mapping) -> str`."""


def main() -> int:
    """Prints a table or, with --json, one object."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures deskconsole.")
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, purpose in BENCHMARKS.items():
        command = commands.add_parser(name, help=purpose, description=purpose)
        command.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
        if name in {"console", "fleet", "live"}:
            command.add_argument(
                "--seconds", type=float, default=8.0, help="over which shares of CPU are taken (default: 8)"
            )
        if name == "fleet":
            command.add_argument("--hosts", type=int, default=100, help="how many (default: 100)")
        if name == "live":
            for choice in ("systems", "workloads"):
                command.add_argument(
                    f"--{choice}", default=argparse.SUPPRESS, help="some, with commas (default: all)"
                )
    arguments = parser.parse_args()
    benchmark = importlib.import_module(f".{arguments.name}", __package__)
    options = {name: value for name, value in vars(arguments).items() if name not in {"name", "json"}}
    result = benchmark.measure(**options)
    print(json.dumps(result, indent=2) if arguments.json else benchmark.table(result))
    return 0 if result.get("exact", True) else 1


if __name__ == "__main__":
    sys.exit(main())
