"""Messages: requests of screens to the application, and news from threads.

A screen asks by a message for all that changes what is on top: another screen, a dialog, leaving. The
application alone handles these. What is done to hosts is a call of the `Controller`. Figures are no messages:
they are pulled once a second.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message


class EventsArrived(Message):
    """A session thread left events to be collected."""

    def can_replace(self, message: Message) -> bool:
        """One is as good as many: collecting takes all there are."""
        return isinstance(message, EventsArrived)


class QuestionsChanged(Message):
    """A question came, or one was withdrawn."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, QuestionsChanged)


class ExaminationAdvanced(Message):
    """An examining thread found something, or ended."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ExaminationAdvanced)


class HostOpened(Message):
    """Show everything about a host."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class HistoryOpened(Message):
    """Show the history of statistics of a host, or of all."""

    def __init__(self, name: str | None) -> None:
        super().__init__()
        self.name = name


class WallOpened(Message):
    """Show the pictures of the hosts that these words choose, with the cursor on one of them.

    `names` are those of now, in the order of their tiles.
    """

    def __init__(self, words: str, names: tuple[str, ...], selected: str | None) -> None:
        super().__init__()
        self.words = words
        self.names = names
        self.selected = selected


class PictureOpened(Message):
    """Show a host's picture alone, as large as the terminal is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class DeployOpened(Message):
    """Show the way to a host step by step."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class DoctorOpened(Message):
    """Examine a host."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class HostFormOpened(Message):
    """Show the form of a host, or an empty one for a new host."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.name = name


class ImportOpened(Message):
    """Show the hosts that the SSH configuration names."""


class RemoveAsked(Message):
    """Ask whether to take a host off the list."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class UndeployAsked(Message):
    """Ask whether to remove the agent and its files from a host."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class PictureAsked(Message):
    """Save the picture of a host in a file."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class BulkAsked(Message):
    """Do something to many hosts: the action of this name (`bulk_actions.py`)."""

    def __init__(self, action: str, names: Sequence[str]) -> None:
        super().__init__()
        self.action = action
        self.names = names


class BulkReportOpened(Message):
    """Show how far the last action on many hosts has come."""


class ControlToggled(Message):
    """Take control of a host, or give it back; ask before it is taken from another console."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class TypingOpened(Message):
    """Type into a host from the terminal."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class PasteAsked(Message):
    """Ask whether to type a text into a host, from the screen that sends this."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name = name
        self.text = text


class ChordsOpened(Message):
    """Show the keys that a terminal cannot send."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class ClipFetchAsked(Message):
    """Copy the text of the host's clipboard into the terminal's clipboard."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class ClipPutAsked(Message):
    """Ask for a text, and put it into the host's clipboard."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class ShellAsked(Message):
    """Leave the terminal to a shell on a host."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class RemoteDesktopAsked(Message):
    """Open a host in the Remote Desktop client of this computer."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class WakeAsked(Message):
    """Send the packet that wakes a host."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class DemoChosen(Message):
    """Show the demo instead of the empty list."""


class InterruptPressed(Message):
    """ctrl+c was pressed where it copies; `hint` says how to leave all the same."""

    def __init__(self, hint: str) -> None:
        super().__init__()
        self.hint = hint


class WallWindowOpened(Message):
    """Show these hosts as tiles of a window."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names
