"""Running uv, which fetches packages and Pythons for other systems; with progress, and ended when cancelled.

What uv says when it fails is read here, once: its callers put it into sentences of their own.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import uv

from .package_index import index_environment

WITHIN = 600.0
"""Seconds for one run of uv."""
_LOOK_EVERY = 0.2
_CLEARED_WITHIN = 10.0

_UNREACHABLE = (
    "error sending request",
    "dns error",
    "could not connect",
    "client error (connect)",
    "network connectivity",
)
_DISK_FULL = ("(os error 28)", "(os error 112)")
"""Texts of Linux and macOS, and of Windows."""


@dataclass(frozen=True, slots=True)
class UvResult:
    """The end of a run of uv."""

    code: int
    log: str
    """Its output."""

    @property
    def unreachable(self) -> bool:
        """True if it failed because nothing answered where it wanted to fetch from."""
        return any(words in self.log.lower() for words in _UNREACHABLE)

    @property
    def disk_full(self) -> bool:
        """True if it failed because this machine's disk is full."""
        return any(words in self.log for words in _DISK_FULL)

    @property
    def reason(self) -> str:
        """uv's own words for what failed and why."""
        # uv writes `error: what`, then `  cause: why`, from the outermost to the innermost.
        said = re.findall(r"^\s*(?:error|cause): (.+)$", self.log, re.MULTILINE)
        return "; ".join(said[:2]) or "uv gave no reason"


def run_uv(
    arguments: Sequence[str],
    scratch: Path,
    cache: Path,
    look: Callable[[], None],
    environment: Mapping[str, str] | None = None,
) -> UvResult:
    """Runs uv in `scratch`, calls `look` five times a second, and ends uv when that raises.

    What was downloaded stays in `cache/uv`, or where the user's own UV_CACHE_DIR says. `environment` comes on
    top of the user's own variables.
    """
    log = scratch / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [uv.find_uv_bin(), *arguments],
            cwd=scratch,  # no pyproject.toml of some other project above the working directory
            env={
                "UV_CACHE_DIR": str(cache / "uv"),
                **os.environ,
                **index_environment(),
                **(environment or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            deadline = time.monotonic() + WITHIN
            while time.monotonic() < deadline:
                look()
                try:
                    process.wait(_LOOK_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    continue
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return UvResult(process.returncode, log.read_text("utf-8", "replace"))


def clear_downloads(scratch: Path, cache: Path) -> None:
    """Deletes what uv keeps in `cache/uv`; not the user's UV_CACHE_DIR.

    What cannot be deleted within seconds, because another run of uv uses it, stays.
    """
    deadline = time.monotonic() + _CLEARED_WITHIN

    def look() -> None:
        if time.monotonic() > deadline:
            raise TimeoutError("another run of uv uses its downloads")

    if "UV_CACHE_DIR" not in os.environ:
        with contextlib.suppress(OSError):
            run_uv(["cache", "clean"], scratch, cache, look)
