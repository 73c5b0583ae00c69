"""Texts that the application shows for a moment: answers to keys, and the worst of the newest events."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Literal

from textual.app import App

from deskconsole.common.safe_text import safe_text

from .text.log_line import LONGEST, LogLine
from .text.toasts import Toasts
from .user_keys import UserKeys


class Notifications:
    """Shows texts and events as Textual's toasts, none of them twice."""

    def __init__(self, app: App[Any], keys: UserKeys) -> None:
        self._app = app
        self._keys = keys
        self._toasts = Toasts()
        self._said = ("", "")

    def say(
        self, text: str, host: str = "", *, severity: Literal["information", "warning"] = "information"
    ) -> None:
        """Shows a text for a moment, below the name of the host that it is about."""
        if self._said == (host, text):  # not twice, one above the other
            self._app.clear_notifications()
        self._said = (host, text)
        self._app.notify(safe_text(text, LONGEST), title=safe_text(host, 64), severity=severity, markup=False)

    def add(self, lines: Iterable[LogLine]) -> None:
        """Takes events, of which `show` shows the worst."""
        self._toasts.add(lines)

    def show(self) -> None:
        """Shows the worst of what has just happened, in the place of the toast before."""
        toast = self._toasts.take(time.monotonic())
        if toast is not None:
            severity: Literal["error", "warning"] = "error" if toast.line.severity == "error" else "warning"
            self._app.clear_notifications()
            self._app.notify(
                toast.text(self._keys.key_of("log")), title=toast.line.host, severity=severity, markup=False
            )
