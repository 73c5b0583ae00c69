"""Every kind of event has a sentence."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from deskconsole.common import errors
from deskconsole.common.errors import ConnectionLost, DeskconsoleError
from deskconsole.session.events import KINDS, Event, Failure, decode, encode
from deskconsole.wording.events import wording

_VALUES = {
    "failure": Failure.of(ConnectionLost("the connection broke", remedy="Look at the cable.")),
    "after": 2.5,
    "reason": "a reason",
    "state": "locked",
    "packet": 1234,
    "asked": "check",
    "through": "",
    "text": "said by a server",
    "fingerprint": "SHA256:abc",
    "fingerprints": ("SHA256:abc",),
    "account": "alice@lab-01",
    "agents": 1,
    "files": 2,
    "span": 600.0,
    "size": 3,
    "holder": "ben@desk",
    "length": 5,
    "count": 37,
    "client": "xfreerdp3",
    "file": "pictures/lab-01.png",
    "mac": "52:54:00:12:34:56",
    "seconds": 2.0,
}


def sample(kind: type[Event]) -> Event:
    needed = [one.name for one in msgspec.structs.fields(kind) if one.required and one.name != "host"]
    values: dict[str, Any] = {name: _VALUES[name] for name in needed}
    return kind(host="lab-01", at=1.0, **values)


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_kind_has_a_sentence_and_survives_the_log(kind: type[Event]) -> None:
    event = sample(kind)
    assert decode(encode(event)) == event
    text, severity = wording(event)
    assert text[0].islower()
    assert "\n" not in text
    assert severity in {"info", "warning", "error"}
    for name in ("reason", "text", "fingerprint", "account", "holder"):
        if hasattr(event, name):
            assert str(getattr(event, name)) in text


def test_a_failure_is_told_with_its_remedy() -> None:
    (told, severity) = wording(sample(KINDS["LinkLost"]))
    assert told == "lost, reconnecting: the connection broke. Look at the cable."
    assert severity == "warning"


def test_every_error_has_a_code_of_its_own() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len({kind.code for kind in kinds if issubclass(kind, DeskconsoleError)}) == len(kinds)
    assert errors.NobodyLoggedOn.code == "nobody-logged-on"
