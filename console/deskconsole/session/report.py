"""A snapshot as plain data for `--json`: the names are those of docs/statistics.md."""

from __future__ import annotations

from typing import Any

from .snapshot import Snapshot


def report(snapshot: Snapshot) -> dict[str, Any]:
    """What a command prints of one host. `exact` is None until the pictures were compared."""
    figures = snapshot.statistics
    width, height = snapshot.size or (None, None)
    return {
        "host": snapshot.host,
        "state": snapshot.state.value,
        "since": snapshot.since,
        "reason": snapshot.reason,
        "remedy": snapshot.remedy,
        "screen": snapshot.screen,
        "screen_reason": snapshot.screen_reason,
        "platform": snapshot.platform,
        "agent": snapshot.agent,
        "session": snapshot.session,
        "user": snapshot.user,
        "width": width,
        "height": height,
        "picture_at": snapshot.picture_at,
        "watch": snapshot.watch,
        "lossy_share": snapshot.lossy_share,
        "exact": None if snapshot.exactness is None else snapshot.exactness.exact,
        "exact_packet": None if snapshot.exactness is None else snapshot.exactness.packet,
        "digest": None if snapshot.exactness is None else snapshot.exactness.digest,
        "statistics": {
            "slices": figures.slices,
            "packets": figures.packets,
            "updates": figures.updates,
            "refreshes": dict(figures.refreshes),
            "received": figures.received,
            "saved_against_refreshes": figures.saved_against_refreshes,
            "saved_against_raw": figures.saved_against_raw,
            "saved_share": figures.saved_share,
            "slices_per_second": figures.slices_per_second,
            "updates_per_second": figures.updates_per_second,
            "bytes_per_second": figures.bytes_per_second,
            "round_trip": figures.round_trip,
            "reconnects": figures.reconnects,
            "previews": figures.previews,
            "preview_bytes": figures.preview_bytes,
        },
    }
