"""Percentiles of a few samples."""

from __future__ import annotations

from deskconsole.common.percentile import percentile


def test_a_percentile_is_the_smallest_sample_that_the_share_does_not_exceed() -> None:
    assert percentile([], 0.5) is None
    assert percentile([2, 1], 0.5) == 1
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(1, 51), 0.95) == 48
