"""The stages of connecting, for those who want to know how far it came and what was met on the way."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Stage(StrEnum):
    """The stages in their order; a jump host goes through all of them before the host behind it begins."""

    NAME = "name"
    PORT = "port"
    HOST_KEY = "host key"
    AUTHENTICATION = "authentication"


OnStage = Callable[[Stage, str], None]
"""Told of each stage that was passed, on the connecting thread, and in a sentence what was met there. The
sentence may hold a server's words."""


def unwatched(stage: Stage, sentence: str) -> None:
    """Does nothing: for callers that show no stages."""
