"""The loop of a window's process: what the console said, what its user does, when to draw."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import cv2
import msgspec

from deskconsole.common.errors import ViewerError

from .inbox import Inbox, ThreadedInbox
from .input_outbox import InputOutbox
from .messages import CLOSED_BY_HAND, Closed, CloseWindow
from .toolkit_window import ToolkitWindow

To = TypeVar("To", bound=msgspec.Struct)


class WindowLoop(ABC, Generic[To]):
    """Runs one window until it is closed, on the main thread. `To` is what the console says to it."""

    def __init__(
        self, inbox: Inbox[To] | ThreadedInbox[To], outbox: InputOutbox, toolkit: ToolkitWindow
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._toolkit = toolkit
        self._closed_by_key = False

    def run(self) -> None:
        """Returns when the window was closed, by its user or by the console; reports `Closed` at the end."""
        # A second thread would save half a millisecond of a whole picture, and spin for longer than that.
        cv2.setNumThreads(1)
        try:
            reason = self._until_closed()
        except ViewerError as error:
            reason = str(error)
        self._end()
        self._toolkit.close()
        self._outbox.put(Closed(reason, self._drawn))

    def _until_closed(self) -> str:
        """Returns why the window is to close; raises ViewerError where it would show something wrong."""
        reason = ""
        while not reason:
            pause = self._toolkit.pause(self._due)
            waiting = self._inbox.wait(pause, self._toolkit.surface.fileno())
            self._toolkit.rest(self._listen)
            if waiting:
                self._before_messages()
                for message in self._inbox.take():
                    if isinstance(message, CloseWindow):
                        reason = "the console closed it"
                    else:
                        self._handle(message)
            if not self._toolkit.is_open or reason:
                continue
            self._listen()
            self._draw()
            if self._toolkit.is_due:
                reason = self._poll(time.monotonic())
            if self._closed_by_key:
                reason = CLOSED_BY_HAND
        return reason

    @property
    @abstractmethod
    def _due(self) -> float | None:
        """When there is something to do at the latest, by the monotonic clock; None: not before a message."""

    @property
    @abstractmethod
    def _drawn(self) -> int:
        """Number of times that the window was drawn."""

    @abstractmethod
    def _listen(self) -> None:
        """Handles the display's events, also while the window rests."""

    @abstractmethod
    def _handle(self, message: To) -> None:
        """Takes what the console says."""

    @abstractmethod
    def _draw(self) -> None:
        """Brings what has changed on the screen."""

    @abstractmethod
    def _poll(self, now: float) -> str:
        """Lets the toolkit work and reads a key; returns why the window is to close, or nothing."""

    def _before_messages(self) -> None:  # most have nothing to do
        """Is called when messages of the console wait."""

    def _end(self) -> None:
        """Is called when the loop has ended, before the window goes."""
