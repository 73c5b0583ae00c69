"""The figures of `live` for a terminal: one table a workload, ratios, and which targets are met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_COLUMNS = {
    "kB/s": "kB_s",
    "server": "server_cpu",
    "viewer": "viewer_cpu",
    "X from": "served_x_cpu",
    "X to": "shown_x_cpu",
    "p50 ms": "p50",
    "p95 ms": "p95",
    "srv MB": "server_mb",
    "view MB": "viewer_mb",
    "frames": "offered",
    "shown": "shown",
    "exact s": "exact_after",
    "wrong": "wrong_pixels",
}
_MAYBE = {
    "PSNR": "psnr",
    "SSIM": "ssim",
    "colour": "psnr_colour",
    "queue kB": "most_waiting_kb",
    "queue ms": "most_waiting_ms",
}
_RATIOS = ("kB_s", "server_cpu", "viewer_cpu", "p50", "p95")


def table(result: Mapping[str, Any]) -> str:
    """All of it."""
    head = (
        f"{result['width']} x {result['height']}, {result['seconds']:g} s each, medians of {result['runs']}"
    )
    lines = [f"{head}; CPU in % of a core" + (f"; link {result['link']}" if result["link"] else "")]
    for workload, rows in result["workloads"].items():
        lines += ["", *_workload(workload, rows)]
    return "\n".join([*lines, "", *verdicts(result["targets"])])


def _workload(workload: str, rows: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    columns = _COLUMNS | {
        name: key for name, key in _MAYBE.items() if any(key in row for row in rows.values())
    }
    yield f"{workload:26}" + "".join(f"{name:>9}" for name in columns)
    for system, row in rows.items():
        yield f"  {system:24}" + "".join(f"{_cell(row.get(key)):>9}" for key in columns.values())
    for way in ("", "-ssh"):
        ours = rows.get(f"ours{way}")
        for peer in (f"tigervnc-jpeg8{way}", f"tigervnc-lossless{way}"):
            if ours is not None and peer in rows:
                cells = "".join(
                    f"{_ratio(ours, rows[peer], key) if key in _RATIOS else '':>9}"
                    for key in columns.values()
                )
                pair = f"ours{way} / {peer.removeprefix('tigervnc-').removesuffix('-ssh')}"
                yield f"  {pair:24}{cells}"


def _ratio(ours: Mapping[str, Any], peer: Mapping[str, Any], key: str) -> str:
    return f"{ours[key] / peer[key]:.2f}x" if peer[key] else "-"


def _cell(value: Any) -> str:
    if value is None:
        return "never"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
    return str(value)


def verdicts(judged: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """One line a target and workload."""
    judged = list(judged)
    met = sum(one["met"] for one in judged)
    yield f"targets: {met} of {len(judged)} met" if judged else "targets: nothing to compare with"
    for one in judged:
        name = f"{one['target']}, {one['workload']}, {one['system']}"
        against = "" if one["against"] is None else f"({_cell(one['figure'])} to {_cell(one['against'])})"
        sign = ">=" if "at least" in one["target"] else "<="
        verdict = "met   " if one["met"] else "MISSED"
        yield f"  {verdict} {name:64}{_cell(one['value']):>9} {sign} {one['limit']:<7g} {against}"
