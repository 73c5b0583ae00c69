"""A session's status: what a patch may change, and what another state begins with."""

from __future__ import annotations

from dataclasses import fields
from typing import get_type_hints

import pytest

from deskconsole.common.errors import LaunchError
from deskconsole.common.progress import Progress, StepId
from deskconsole.picture.preview import PreviewPicture
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.session.status import SessionStatus, StateDetails, StatusPatch

KNOWN = {"PreviewPicture": PreviewPicture}


def test_a_patch_has_the_fields_of_a_snapshot_with_their_types() -> None:
    whole = get_type_hints(Snapshot, localns=KNOWN)
    for kind in (StateDetails, StatusPatch):
        patch = get_type_hints(kind, localns=KNOWN)
        assert patch == {name: whole[name] for name in patch}


def test_details_begin_with_what_a_new_snapshot_has() -> None:
    fresh = Snapshot("lab")
    assert all(getattr(StateDetails(), one.name) == getattr(fresh, one.name) for one in fields(StateDetails))


def test_another_state_forgets_the_details_of_the_last_and_keeps_the_rest() -> None:
    one = SessionStatus("lab")
    one.update(agent="abc")
    progress = Progress(StepId.WAIT_FOR_USER, 1, 2)
    one.move(State.CONNECTING, StateDetails(reason="why", attempt=3, progress=progress))
    assert (one.now.state, one.now.reason, one.now.attempt) == (State.CONNECTING, "why", 3)
    one.update(lossy=7)
    assert one.now.reason == "why"
    one.move(State.PROBING)
    assert (one.now.reason, one.now.attempt, one.now.progress) == ("", 0, None)
    assert (one.now.agent, one.now.lossy) == ("abc", 7)


def test_an_error_says_the_reason_and_the_remedy() -> None:
    assert StateDetails.of(LaunchError("no", remedy="Try.")) == StateDetails(reason="no", remedy="Try.")
    assert StateDetails.of(None) == StateDetails()


def test_a_move_that_the_table_lacks_changes_nothing() -> None:
    one = SessionStatus("lab")
    before = one.now
    with pytest.raises(ValueError, match="cannot go"):
        one.move(State.STREAMING, StateDetails(reason="why"))
    assert one.now is before
