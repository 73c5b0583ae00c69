"""The response times that a window shows."""

from __future__ import annotations

from deskconsole.viewer.messages import DoneTimes
from deskconsole.viewer.window_round_trips import WindowRoundTrips


def test_the_window_s_figures_are_percentiles_as_everywhere_else() -> None:
    times = WindowRoundTrips()
    assert times.text == "input done: no input yet    shown: nothing yet"
    times.done = DoneTimes(0.004, 0.009)
    times.shown(0.01)
    times.shown(0.03)
    assert times.text == "input done: 4 ms, p95 9 ms    shown: 10 ms, p95 30 ms"
    for _ in range(48):
        times.shown(0.02)
    assert times.text.endswith("shown: 20 ms, p95 20 ms")
