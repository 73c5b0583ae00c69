"""Protects what an elevated agent runs from, and its token, from the other programs of its user.

A program of that user has a medium integrity level and the same account. A mandatory label of the level High
keeps that program from writing, whatever the access list says; at the token also from reading. Without the
label such a program could have its own code run with an administrator's rights, or act through the agent.

Wine keeps no labels: they cannot be read back there. Nothing of this was seen on a real Windows.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from deskwin32.held_files import once_released

from ..parts import LISTING, MANIFEST, is_as_named, is_intact, listing, lying
from .security import label, set_label

NO_WRITE_UP = "NW"
"""The label of runtime and agent. They stay readable: an agent at `least`, or of another user, needs them."""

NO_ACCESS_UP = "NWNR"

_HIGH = {"HI", "SI", "S-1-16-12288", "S-1-16-16384"}
"""High and System, in both of SDDL's ways."""


class ProtectionFault(Exception):
    """The files of an elevated agent are open to others; `str` says why."""


class PartFault(Exception):
    """Files of a part are not those that were sent; `str` is the part's name."""


def protect_parts(root: Path, parts: list[str]) -> None:
    """Labels the parts that an agent runs from, and the folders above them.

    Raises ProtectionFault where Windows does not keep a label.
    """
    with _refusals():
        for folder in (root, root / "run"):  # a program that may write there can rename what is in it
            _protect(folder, NO_WRITE_UP, inherited=False)
        for part in parts:
            _protect_part(root / part)


def verify_parts(root: Path, parts: list[str]) -> None:
    """Compares each part with its list, by hashes, and removes files that it does not have: Python loads any.

    Raises PartFault. Measured under Wine: 1.6 s for the 1,050 files of a runtime.
    """
    for folder in (root / part for part in parts):
        if not (is_as_named(folder) and is_intact(folder, thorough=True)):
            # A console that probes takes a part without a list for incomplete, and sends it again.
            once_released(functools.partial((folder / LISTING).unlink, missing_ok=True))
            raise PartFault(folder.name)
        for name in dict(lying(folder)).keys() - listing(folder).keys() - {LISTING, MANIFEST}:
            once_released((folder / name).unlink)


def protect_folder(folder: Path) -> None:
    """Labels a new folder so that what will be in it can neither be read nor written by others.

    Raises ProtectionFault.
    """
    with _refusals():
        for path in list(_below(folder)):
            _protect(path, NO_ACCESS_UP)


def _protect_part(folder: Path) -> None:
    """Labels one part. A compiled file without a label may be anyone's and goes; Python makes it again."""
    # From the bottom upward: what a folder passes on to its files must not look like a label of their own.
    # The part itself comes last and says that all is done.
    for path in reversed(list(_below(folder))):
        if _is_protected(path, NO_WRITE_UP):
            continue
        if path.parent.name == "__pycache__":
            once_released(path.unlink)
            continue
        if path == folder:
            for made_meanwhile in folder.rglob("__pycache__/*"):
                once_released(made_meanwhile.unlink)
        _protect(path, NO_WRITE_UP)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ProtectionFault(f"Windows refused: {(error.strerror or str(error)).rstrip('.')}") from error


def _below(folder: Path) -> Iterator[Path]:
    """Yields the folder and all that is in it, what links lead to left out."""
    yield folder
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path))
            else:
                yield Path(entry.path)


def _protect(path: Path, policy: str, *, inherited: bool = True) -> None:
    flags = "OICI" if inherited and path.is_dir() else ""
    set_label(str(path), f"S:(ML;{flags};{policy};;;HI)")
    if not _is_protected(path, policy):
        raise ProtectionFault("Windows did not keep the label")


def _is_protected(path: Path, policy: str) -> bool:
    found = re.search(r"\(ML;(\w*);(\w*);;;([\w-]+)\)", label(str(path)))
    if found is None:
        return False
    _flags, policies, level = found.groups()
    wanted = {policy[at : at + 2] for at in range(0, len(policy), 2)}
    return level in _HIGH and wanted <= {policies[at : at + 2] for at in range(0, len(policies), 2)}
