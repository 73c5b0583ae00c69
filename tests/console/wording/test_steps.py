"""The words of the steps."""

from __future__ import annotations

import pytest

from deskconsole.common.progress import StepId
from deskconsole.wording.steps import step_words


@pytest.mark.parametrize("step", StepId)
def test_every_step_has_words(step: StepId) -> None:
    assert step_words(step)
    assert "{" not in step_words(step, "a thing")


def test_the_subject_is_in_the_words_of_its_step() -> None:
    assert step_words(StepId.WAIT_FOR_PROGRAM, "C:\\a b") == "waiting for a program that holds C:\\a b"
    assert step_words(StepId.UPLOAD_AGENT, "not about this") == "uploading the agent"
