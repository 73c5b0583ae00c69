"""What is shown of a command that failed: its last words, not what merely stands behind them."""

from __future__ import annotations

import pytest

from deskconsole.bootstrap.script import last_words
from deskconsole.ssh.command import CommandResult


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        ("first\nlast\n\n", "last"),
        ("#< CLIXML\n<Objs Version=\"1.1.0.1\"><Obj S=\"progress\"/></Objs>\n", "it said this"),
        ("access denied\n#< CLIXML\n<Objs Version=\"1.1.0.1\"></Objs>\n", "access denied"),
        ("line 3: Missing end of this function\nsay() {\n^~~~~^\n", "line 3: Missing end of this function"),
        ("    1/0\n    ~^~\nZeroDivisionError: division by zero\n", "ZeroDivisionError: division by zero"),
        ("^\n", "it said this"),
    ],
)  # fmt: skip
def test_the_last_words_are_words(stderr: str, words: str) -> None:
    assert last_words(CommandResult(1, b"it said this\n", stderr.encode())) == words


def test_a_command_that_said_nothing_is_told_by_its_code() -> None:
    assert "exit code 7" in last_words(CommandResult(7, b"", b"#< CLIXML\n<Objs></Objs>\n"))
