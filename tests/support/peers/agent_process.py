"""A real agent for tests: `python -m deskagent serve` in a process of its own, with a token in a file."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from support.ports import free_port

AGENT = Path(__file__).parents[3] / "agent"


class AgentProcess:
    """An agent that serves on `port`; a context manager. It may be started again, on the same port."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        stderr: IO[str] | None = None,
    ) -> None:
        self.folder = folder
        self._stderr = stderr
        self.port = free_port()
        self.token = secrets.token_bytes(32)
        self.token_file = folder / "token"
        self.token_file.write_bytes(self.token)
        self._arguments = arguments
        self._environment = {**os.environ, **(environment or {}), "PYTHONPATH": str(AGENT)}
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return ("127.0.0.1", self.port)

    def start(self) -> None:
        """Returns once it listens."""
        command = [sys.executable, "-m", "deskagent", "serve", "--port", str(self.port)]
        command += ["--token-file", str(self.token_file), "--log-file", str(self.folder / "agent.log")]
        self.process = subprocess.Popen(
            [*command, *self._arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = json.loads(self.process.stdout.readline())["port"]

    def signal(self, number: signal.Signals) -> None:
        """Freezes it, thaws it, ends it."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        """Ends it, whatever state it is in."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None

    def connect(self) -> socket.socket:
        """A bare connection to it."""
        return socket.create_connection(self.address, timeout=60)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
