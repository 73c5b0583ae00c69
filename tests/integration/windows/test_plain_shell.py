"""The stand-in's PowerShell takes only commands that mean the same in cmd.exe."""

from __future__ import annotations

import pytest

from winhost.plain_shell import NotPlain, Plain, interpret


@pytest.mark.parametrize(
    ("command", "meaning"),
    [
        ("query user", Plain("query user")),
        (r"AppData\Local\x\python.exe -I -X utf8 -", Plain(r"AppData\Local\x\python.exe -I -X utf8 -")),
        ("cmd /c dir AppData", Plain("cmd /c dir AppData")),
        ("echo a $env:os $env:NONE", Plain(said="a\r\nWindows_NT\r\n")),
    ],
)
def test_plain_commands(command: str, meaning: Plain) -> None:
    assert interpret(command, {"OS": "Windows_NT"}) == meaning


@pytest.mark.parametrize(
    "command",
    ["a|b", "a & b", "a 'b'", "a > b", "a $b", "a; b", "(a)", "{a}", "`a", "a @b", "a # b", "dir", "", "set",
     "prog %OS%", "runtime/python.exe x"],
)  # fmt: skip
def test_commands_that_are_not_plain(command: str) -> None:
    with pytest.raises(NotPlain):
        interpret(command, {})
