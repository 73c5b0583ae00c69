"""What the parts of the TUI tell each other. Figures are not told: they are pulled once a second."""

from __future__ import annotations

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


class ExaminationWentOn(Message):
    """An examining thread found something, or ended."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ExaminationWentOn)
