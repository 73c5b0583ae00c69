"""The agent asks WMI for nothing: on a Windows where that never answers, it comes up all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

AGENT = Path(__file__).parents[2] / "agent"

BLOCKING = """
import threading

def exec_query(query):
    threading.Event().wait()
"""

AS_ON_WINDOWS = """
import os, sys, _wmi
assert _wmi.exec_query
here = sys.platform
sys.platform = "win32"
import deskagent
sys.platform = here
import platform
{use}
print("told", flush=True)
os._exit(0)
"""


@pytest.mark.parametrize(
    "use",
    [
        # What every instance of mss does, and what it leads to on Windows.
        "platform.system()",
        # Python 3.11 has none, and asks WMI for nothing.
        "getattr(platform, '_get_machine_win32', platform.machine)()",
        "\ntry:\n    platform._wmi_query('OS', 'Version')\nexcept (OSError, AttributeError):\n    pass",
        "from deskagent.delivery.server import Server\nServer(0, bytes(32), lambda number: None)",
    ],
    ids=["mss", "machine", "version", "server"],
)
def test_wmi_that_never_answers_holds_nothing_up(tmp_path: Path, use: str) -> None:
    (tmp_path / "_wmi.py").write_text(BLOCKING)
    done = subprocess.run(
        [sys.executable, "-c", AS_ON_WINDOWS.format(use=use)],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{AGENT}"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == b"told", done.stderr


def test_nothing_of_the_agent_asks_what_leads_to_wmi() -> None:
    asking = [
        str(file.relative_to(AGENT))
        for file in AGENT.rglob("*.py")
        if "import platform" in file.read_text() or "from platform" in file.read_text()
    ]
    assert asking == []
