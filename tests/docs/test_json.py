"""docs/json.md: an example for every command, which its schema accepts and which leaves nothing out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deskconsole.app.results import RESULTS

TEXT = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")


def examples() -> dict[str, str]:
    """By command."""
    found: dict[str, str] = {}
    for title, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL):
        (example,) = re.findall(r"```json\n(.*?)\n```", body, re.DOTALL)
        found |= dict.fromkeys(title.split(", "), example)
    return found


def test_every_command_with_json_has_an_example() -> None:
    assert set(examples()) == set(RESULTS)


@pytest.mark.parametrize("command", RESULTS)
def test_an_example_is_what_the_schema_says(command: str) -> None:
    example = examples()[command]
    value: Any = msgspec.json.decode(example, type=RESULTS[command], strict=True)
    assert json.loads(msgspec.json.encode(value)) == json.loads(example), "unknown or missing"
    schema = msgspec.json.schema(RESULTS[command])
    assert schema["$defs"]
