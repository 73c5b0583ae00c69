"""Requests of commands to a running console, and its answers."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest

from deskconsole.common.errors import ConfigurationError, ConnectionLost, StreamError
from deskconsole.local import messages, requests
from deskconsole.local.messages import ActOnHost, FailureReply, HostAction
from deskconsole.session.snapshot import Exactness, Snapshot
from deskconsole.session.state import State


def compared(snapshots: list[Snapshot], monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The answer of a console whose comparisons come to these snapshots."""
    fleet = SimpleNamespace(
        snapshot=lambda _host: Snapshot("cinema", State.STREAMING), session=lambda _host: None
    )
    monkeypatch.setattr(requests, "compare", lambda _sessions: [snapshots.pop(0)])
    return requests.answer(
        fleet,  # type: ignore[arg-type]
        ActOnHost("cinema", HostAction.COMPARE),
        lambda: None,
    ).value  # type: ignore[union-attr]


def test_the_comparison_of_a_film_has_a_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    none = Snapshot("cinema", State.STREAMING)
    exact = Snapshot("cinema", State.STREAMING, exactness=Exactness(7, True, "ab", 1.0))
    assert b'"exact":true' in compared([none, exact], monkeypatch)
    with pytest.raises(StreamError, match="cinema did not answer the comparison"):
        compared([none, none, exact], monkeypatch)


def test_a_locked_host_is_compared_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StreamError, match="cinema has no picture, locked"):
        compared([Snapshot("cinema", State.STREAMING, screen="locked")], monkeypatch)


def test_an_error_about_a_path_that_is_not_utf8_is_told() -> None:
    error = ConfigurationError("cannot write /home/\udcffann", remedy="Look at /home/\udcffann.")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        messages.send(ours, FailureReply.of(error))
        reply = messages.receive_reply(theirs)
    assert reply == FailureReply(error.code, "cannot write /home/?ann", "Look at /home/?ann.")


def test_a_host_whose_link_was_lost_is_not_called_off() -> None:
    lost = Snapshot("lab-01", State.RETRYING, reason="the link broke", remedy="Reconnecting automatically.")
    fleet = SimpleNamespace(snapshot=lambda _host: lost)
    with pytest.raises(ConnectionLost, match="the link broke"):
        requests.answer(
            fleet,  # type: ignore[arg-type]
            ActOnHost("lab-01", HostAction.REFRESH),
            lambda: None,
        )
