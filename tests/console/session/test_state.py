"""The table of states: every state can be reached, and every state but the settled ones leads to an end."""

from __future__ import annotations

import pytest

from deskconsole.session.state import MOVES, SETTLED, State, StateMachine


def reachable(start: State) -> set[State]:
    found: set[State] = set()
    todo = [start]
    while todo:
        state = todo.pop()
        for target in MOVES[state] - found:
            found.add(target)
            todo.append(target)
    return found


def test_every_state_is_in_the_table() -> None:
    assert set(MOVES) == set(State)


def test_every_state_can_be_reached() -> None:
    assert reachable(State.IDLE) == set(State) - {State.IDLE}


@pytest.mark.parametrize("state", list(State))
def test_closing_is_possible_from_everywhere(state: State) -> None:
    assert state is State.CLOSED or State.CLOSED in MOVES[state]


@pytest.mark.parametrize("state", sorted(SETTLED))
def test_a_settled_session_can_be_connected_again(state: State) -> None:
    assert State.CONNECTING in MOVES[state]


def test_a_move_outside_the_table_is_refused_and_changes_nothing() -> None:
    machine = StateMachine()
    with pytest.raises(ValueError, match="from idle to streaming"):
        machine.move(State.STREAMING)
    assert machine.state is State.IDLE
