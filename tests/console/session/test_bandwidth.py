"""Who gets what of the fleet's budget: a table of fleets, and what must hold of any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskconsole.session.bandwidth import CPU_SHARE, PREVIEWS, SLOWEST, Claim, Priority, share_out, stretched

FULL, TYPED_INTO, SELECTED, WATCHED, TILE, VISIBLE, ELSEWHERE, UNSEEN = Priority


def fleet(full: int = 0, selected: int = 0, visible: int = 0, elsewhere: int = 0) -> list[Claim]:
    numbers = {FULL: full, SELECTED: selected, VISIBLE: visible, ELSEWHERE: elsewhere}
    return [
        Claim(f"{kind.name}-{n}", kind, 12_000) for kind, number in numbers.items() for n in range(number)
    ]


@pytest.mark.parametrize(
    ("claims", "limit", "stretch", "expected"),
    [
        pytest.param(fleet(), 0, 1, {}, id="nobody"),
        pytest.param(fleet(selected=1), 0, 1, {SELECTED: (1, 0)}, id="one host"),
        pytest.param(
            fleet(0, 1, 20, 79), 0, 1, {SELECTED: (1, 0), VISIBLE: (2, 0), ELSEWHERE: (5, 0)}, id="a hundred"
        ),
        pytest.param(
            fleet(0, 1, 20, 979),
            0,
            1,
            {SELECTED: (1, 0), VISIBLE: (2, 0), ELSEWHERE: (15, 0)},
            id="a thousand: those that are not seen become slower",
        ),
        pytest.param(
            fleet(1, 1, 20, 78), 0, 1, {FULL: (1, 0), SELECTED: (1, 0)}, id="a viewer without a budget"
        ),
        pytest.param(
            fleet(1, 1, 20, 78),
            2_000_000,
            1,
            {FULL: (1, 1_600_000), SELECTED: (1, 0), VISIBLE: (2, 0), ELSEWHERE: (5, 0)},
            id="a viewer gets the rest",
        ),
        pytest.param(
            fleet(2, 1, 20, 77),
            200_000,
            1,
            {FULL: (1, 75_000), SELECTED: (1, 0), VISIBLE: (10, 0), ELSEWHERE: (75, 0)},
            id="two viewers of a narrow budget",
        ),
        pytest.param(
            fleet(0, 1, 20, 79), 0, 4, {SELECTED: (1, 0), VISIBLE: (10, 0), ELSEWHERE: (20, 0)}, id="no CPU"
        ),
    ],
)
def test_bandwidth_is_shared_by_priority(
    claims: list[Claim], limit: int, stretch: float, expected: dict[Priority, tuple[float, int]]
) -> None:
    shares = share_out(claims, limit, stretch)
    assert set(shares) == {claim.name for claim in claims}
    got = {claim.priority: (shares[claim.name].interval, shares[claim.name].rate) for claim in claims}
    assert {priority: got[priority] for priority in expected} == expected


@given(
    numbers=st.tuples(*[st.integers(0, 300)] * 4),
    limit=st.one_of(st.just(0), st.integers(1, 10**8)),
    stretch=st.floats(1, 30),
)
def test_previews_keep_to_the_budget_and_whoever_is_looked_at_comes_first(
    numbers: tuple[int, int, int, int], limit: int, stretch: float
) -> None:
    claims = fleet(*numbers)
    shares = share_out(claims, limit, stretch)
    previews = [claim for claim in claims if claim.priority is not FULL]
    intervals = {claim.priority: shares[claim.name].interval for claim in previews}
    spent = sum(claim.preview_bytes / shares[claim.name].interval for claim in previews)
    # However little there is, none of them is forgotten altogether.
    least = sum(claim.preview_bytes / SLOWEST for claim in previews)
    assert spent <= (limit or PREVIEWS) + least + 1
    assert all(0.1 <= interval <= SLOWEST for interval in intervals.values())
    full = [shares[claim.name].rate for claim in claims if claim.priority is FULL]
    assert all(rate >= 1 for rate in full) if limit else not any(full)
    assert not limit or sum(full) + spent <= limit + least + len(full) + 1


def test_previews_slow_down_while_the_console_is_busy_and_come_back() -> None:
    stretch = 1.0
    for _ in range(40):
        stretch = stretched(stretch, CPU_SHARE * 1.5)
    assert stretch == 30
    assert stretched(stretch, CPU_SHARE * 0.9) == stretch
    for _ in range(40):
        stretch = stretched(stretch, CPU_SHARE * 0.5)
    assert stretch == 1


def test_the_picture_of_a_host_that_is_typed_into_comes_within_a_moment() -> None:
    claims = [Claim("typed", TYPED_INTO), *(Claim(f"host {number}", ELSEWHERE) for number in range(20))]
    shares = share_out(claims, 0, stretch=4)
    assert (shares["typed"].interval, shares["host 1"].interval) == (0.2, 20)
    assert share_out(claims, 20_000)["typed"].interval > 0.2
