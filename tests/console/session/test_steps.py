"""The steps to the first picture, as a user sees them."""

from __future__ import annotations

from deskconsole.common.progress import Progress, StepId
from deskconsole.session.steps import StepOutcome, Steps


def test_each_step_ends_where_the_next_begins_and_keeps_its_time() -> None:
    steps = Steps()
    steps.begin(StepId.CONNECT)
    steps.begin(StepId.CONNECT)
    steps.progress(Progress(StepId.UPLOAD_AGENT, 10, 100, 5.0))
    steps.progress(Progress(StepId.UPLOAD_AGENT, 60, 100, 7.0))
    connecting, uploading = steps.now()
    assert (connecting.id, connecting.outcome) == (StepId.CONNECT, StepOutcome.DONE)
    assert (uploading.done, uploading.total, uploading.rate) == (60, 100, 7.0)
    assert uploading.outcome is StepOutcome.RUNNING
    assert steps.now()[1].seconds >= uploading.seconds
    assert steps.now()[0] == connecting


def test_the_step_that_failed_is_told_from_those_that_were_done() -> None:
    steps = Steps()
    steps.begin(StepId.CONNECT)
    steps.begin(StepId.PROBE)
    steps.end(StepOutcome.FAILED)
    assert [step.outcome for step in steps.now()] == [StepOutcome.DONE, StepOutcome.FAILED]
    steps.restart()
    assert steps.now() == ()


def test_what_fails_before_a_deploy_has_a_word_for_it_is_the_deploys() -> None:
    steps = Steps()
    steps.begin(StepId.PROBE)
    steps.begin(StepId.DEPLOY)
    steps.end(StepOutcome.FAILED)
    assert [(step.id, step.outcome) for step in steps.now()] == [
        (StepId.PROBE, StepOutcome.DONE),
        (StepId.DEPLOY, StepOutcome.FAILED),
    ]


def test_a_deploys_first_word_names_its_step() -> None:
    steps = Steps()
    steps.begin(StepId.DEPLOY)
    steps.progress(Progress(StepId.UPLOAD_AGENT, 1, 2))
    assert [step.id for step in steps.now()] == [StepId.UPLOAD_AGENT]
