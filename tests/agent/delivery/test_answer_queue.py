"""What waits for a console that reads slowly."""

from __future__ import annotations

from deskagent.delivery.answer_queue import AnswerQueue
from deskwire.control import Control, ControlState, Done, InputOutcome
from deskwire.message import Message
from deskwire.messages import Pong

FREE, YOURS = Control(ControlState.FREE), Control(ControlState.YOURS, grant=1)
ANNA, BOB = (Control(ControlState.OTHER, holder=name) for name in ("anna", "bob"))


def kept(*messages: Message) -> list[Message]:
    queue = AnswerQueue()
    for message in messages:
        queue.add(message)
    queue.check()
    return queue.take()


def test_consoles_that_take_control_from_each_other_all_the_time_do_not_cut_a_slow_one_off() -> None:
    assert kept(Pong(1), *[ANNA, FREE, BOB] * 2000) == [Pong(1), BOB]


def test_a_word_with_a_reason_and_an_answer_to_this_console_are_never_left_out() -> None:
    taken = Control(ControlState.OTHER, holder="bob", reason="bob took control")
    words = [YOURS, taken, FREE, Pong(1), BOB]
    assert kept(*words) == words
    assert kept(FREE, YOURS, FREE) == [YOURS, FREE]


def test_a_done_implies_the_ones_before_but_no_refusal() -> None:
    blocked = Done(2, InputOutcome.BLOCKED, "locked")
    assert kept(Done(1), blocked, Done(3), Done(4)) == [Done(1), blocked, Done(4)]
