"""The person at a host, for tests: is asked, answers when the test says so, and sees a sign."""

from __future__ import annotations

import queue
from collections.abc import Callable

from deskagent.consent.question import Answer, Question
from deskwire.geometry import Rectangle


class Person:
    """An Asker and a Sign; `answers` are taken one for each question."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.cancelled = 0
        self.gone = False
        self.text = ""
        self.area: Rectangle | None = None
        self.click: Callable[[], None] = lambda: None

    def ask(self, question: Question) -> Answer:
        self.questions.append(question)
        return self.answers.get(timeout=60)

    def cancel(self) -> None:
        self.cancelled += 1
        self.answers.put(Answer.NO)

    def show(self, text: str) -> None:
        self.text = text
        self.area = Rectangle(100, 0, 200, 20)

    def hide(self) -> None:
        self.text = ""
        self.area = None

    def close(self) -> None:
        self.hide()

    def opened_sign(self, clicked: Callable[[], None]) -> Person:
        """Opens the sign."""
        self.click = clicked
        return self
