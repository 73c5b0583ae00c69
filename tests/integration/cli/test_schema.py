"""`deskconsole schema`, and that commands print what it says."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import msgspec
import numpy as np

from deskconsole.app.results import RESULTS
from support.command_line import CommandLine


def test_a_schema_is_printed_and_another_word_is_refused(user: CommandLine) -> None:
    schema = json.loads(user.run("schema", "hosts", "forget-key").stdout)
    assert schema["type"] == "array"
    assert "TrustedKey" in schema["$defs"]
    assert "runtime list" in user.run("schema", "hosts", "typo").refusal(2)


def test_commands_print_what_their_schemas_say(user: CommandLine, tmp_path: Path) -> None:
    before, after = tmp_path / "before.png", tmp_path / "after.png"
    cv2.imwrite(str(before), np.zeros((40, 60, 3), np.uint8))
    cv2.imwrite(str(after), np.full((40, 60, 3), 255, np.uint8))
    for command, arguments in {
        "hosts add": ("lab-01", "--address", "10.0.3.1", "--user", "ada"),
        "hosts edit": ("lab-01", "--group", "Räume"),
        "hosts": (),
        "hosts remove": ("lab-01",),
        "runtime list": (),
        "diff": (before, after, "-o", tmp_path / "marked.png"),
        "listen": ("--port", "0", "--seconds", "0.2"),
    }.items():
        said = user.run(*command.split(), *arguments, "--json")
        assert said.code == 0, said
        assert said.stdout.isascii()
        msgspec.json.decode(said.stdout, type=RESULTS[command], strict=True)
