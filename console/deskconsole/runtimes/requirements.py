"""The packages that the agent needs of a Python, read from the one list that is also locked and shipped."""

from __future__ import annotations

import functools
import importlib.resources
import re
from dataclasses import asdict, dataclass
from typing import Any

OLDEST_PYTHON = (3, 11)

_MODULES = {
    "backports.zstd": "backports.zstd",
    "dxcam": "dxcam",
    "msgspec": "msgspec",
    "mss": "mss",
    "numpy": "numpy",
    "opencv-python-headless": "cv2",
    "python-xlib": "Xlib",
}
_OTHER_NAMES = {
    "opencv-python-headless": ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")
}
"""Distributions that bring the same module."""
_HELPFUL = frozenset({"dxcam", "python-xlib"})
"""Without these the agent works too: it grabs by mss, and looks where it could be told."""

_LINE = re.compile(
    r"(?P<name>[\w.-]+)>=(?P<lowest>[\d.]+),<(?P<below>[\d.]+)"
    r"(?:\s*;\s*(?:python_version < '(?P<before>\d+\.\d+)'|sys_platform == '(?P<platform>\w+)'))?"
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One package: it does where `lowest <= version < below`; Pythons from `before` on need none.

    It is for hosts whose `sys.platform` is `platform`, or for all. One that is not `needed` is worth being
    brought along, and never a reason to refuse a host.
    """

    module: str
    distributions: tuple[str, ...]
    lowest: str
    below: str
    before: tuple[int, int] | None
    platform: str | None
    needed: bool

    def as_row(self) -> dict[str, Any]:
        """The requirement as the probing script takes it."""
        return asdict(self)


def requirements(platform: str) -> tuple[Requirement, ...]:
    """The agent's requirements on hosts whose `sys.platform` that is."""
    return tuple(row for row in _listed() if row.platform in (None, platform))


@functools.cache
def _listed() -> tuple[Requirement, ...]:
    """All lines of `deskagent/requirements.in`."""
    rows = []
    text = importlib.resources.files("deskagent").joinpath("requirements.in").read_text("utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"requirements.in: {line!r} is not in the form that is read here")
        name, before = match["name"], match["before"]
        major, _, minor = (before or "").partition(".")
        rows.append(
            Requirement(
                module=_MODULES[name],
                distributions=(name, *_OTHER_NAMES.get(name, ())),
                lowest=match["lowest"],
                below=match["below"],
                before=(int(major), int(minor)) if before else None,
                platform=match["platform"],
                needed=name not in _HELPFUL,
            )
        )
    return tuple(rows)


@functools.cache
def locked() -> bytes:
    """The locked list with hashes, as uv takes it. No index address is in it."""
    return importlib.resources.files("deskagent").joinpath("requirements.txt").read_bytes()
