"""A demo's host where no POSIX shell is: the agent as a child of this process, reached on loopback."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from deskconsole.bootstrap.facts import AgentOptions
from deskconsole.common.errors import ConfigurationError
from deskconsole.session.route import DirectRoute

_ALONE = 600.0
"""Seconds until it ends without a console: one that was killed leaves it behind."""


class ChildAgent:
    """An agent with a synthetic desktop; its owner closes it and deletes `folder`."""

    def __init__(self, folder: Path, options: AgentOptions) -> None:
        folder.mkdir(parents=True)
        token_file = folder / "token"
        self._token = secrets.token_bytes(32)
        token_file.write_bytes(self._token)
        words = ["serve", "--token-file", str(token_file), "--log-file", str(folder / "agent.log")]
        words += replace(options, idle_exit=_ALONE).words()
        # -c: the agent and its libraries may be on this process' path only.
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, json.dumps(sys.path), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        if self._process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        self._output = self._process.stdout
        self._port = 0

    def open_route(self) -> DirectRoute:
        """Waits until the agent listens; raises ConfigurationError where it never does."""
        if not self._port:
            try:
                self._port = int(json.loads(self._output.readline())["port"])
            except (ValueError, KeyError):
                raise ConfigurationError(
                    "an agent of the demo did not begin", remedy="Look whether a virus scanner stops Python."
                ) from None
        return DirectRoute(("127.0.0.1", self._port), self._token)

    def close(self) -> None:
        """Ends the agent."""
        self._process.kill()
        self._process.wait()
        self._output.close()


_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from deskagent.__main__ import main; sys.exit(main(sys.argv[2:]))"
)
