"""The steps to the first picture, as a user sees them."""

from __future__ import annotations

from deskconsole.progress import Progress
from deskconsole.session.steps import StepOutcome, Steps


def test_each_step_ends_where_the_next_begins_and_keeps_its_time() -> None:
    steps = Steps()
    steps.begin("connecting")
    steps.begin("connecting")
    steps.progress(Progress("uploading the agent", 10, 100, 5.0))
    steps.progress(Progress("uploading the agent", 60, 100, 7.0))
    connecting, uploading = steps.now()
    assert (connecting.name, connecting.outcome) == ("connecting", StepOutcome.DONE)
    assert (uploading.done, uploading.total, uploading.rate) == (60, 100, 7.0)
    assert uploading.outcome is StepOutcome.RUNNING
    assert steps.now()[1].seconds >= uploading.seconds
    assert steps.now()[0] == connecting


def test_the_step_that_failed_is_told_from_those_that_were_done() -> None:
    steps = Steps()
    steps.begin("connecting")
    steps.begin("probing")
    steps.end(StepOutcome.FAILED)
    assert [step.outcome for step in steps.now()] == [StepOutcome.DONE, StepOutcome.FAILED]
    steps.restart()
    assert steps.now() == ()
