"""Opens a host in the Remote Desktop client of this computer, through SSH as everything else.

The client gets a port of this computer's loopback; behind it, in a tunnel, is the host's own port.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from deskconsole.common.errors import (
    Cancelled,
    ConfigurationError,
    ConnectionFailed,
    ConnectionLost,
    ForwardingRefused,
)
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection, connect
from deskconsole.ssh.local_port import LocalPort
from deskconsole.ssh.prompts import Questions, SecretRequest
from deskconsole.ssh.secrets import Secrets

RDP_PORT = 3389

_FIRST_USE = 30.0
"""Seconds that a client has to connect after its program ended: some hand the work to one that runs."""

_EARLY = 10.0
"""Seconds in which a client that fails has shown no desktop; later a normal end may have any exit code."""

_LOOK = 0.2
"""Seconds between two looks at whether the client has ended."""

_ENDING = 5.0
"""Seconds that a client has to end when it is told to."""

_FREERDP = ("xfreerdp3", "xfreerdp", "sdl-freerdp3", "sdl-freerdp", "wlfreerdp3", "wlfreerdp")


class RdpCommand(NamedTuple):
    """The command line of a client. `reads_password`: it takes the password as a line of its stdin."""

    words: list[str]
    reads_password: bool = False


def rdp_command(
    label: str,
    user: str,
    port: int,
    *,
    platform: str = sys.platform,
    find: Callable[[str], str | None] = shutil.which,
) -> RdpCommand:
    """The command for the first client that is there. Raises ConfigurationError where there is none."""
    place = f"127.0.0.1:{port}"
    if platform == "win32":
        return RdpCommand([find("mstsc.exe") or "mstsc.exe", f"/v:{place}"])
    if platform == "darwin":
        address = f"rdp://full%20address=s:{quote(place)}&username=s:{quote(user)}"
        return RdpCommand(["open", "-W", address])
    for name in _FREERDP:
        if program := find(name):
            # Through the tunnel the name in the certificate cannot be right; SSH has proved who the host is.
            words = [program, f"/v:{place}", f"/u:{user}", f"/t:{label}", "/cert:ignore"]
            return RdpCommand([*words, "/dynamic-resolution", "/from-stdin:force"], reads_password=True)
    for name, option in (("remmina", "-c"), ("krdc", "")):
        if program := find(name):
            address = f"rdp://{quote(user, safe='')}@{place}"
            return RdpCommand([program, *filter(None, (option, address))])
    raise ConfigurationError(
        "there is no Remote Desktop client on this computer",
        remedy="Install FreeRDP (freerdp3-x11 or freerdp2-x11) or Remmina.",
    )


def open_remote_desktop(
    host: Host,
    questions: Questions,
    paths: Paths,
    *,
    cancelled: threading.Event,
    secrets: Secrets | None = None,
    opened: Callable[[str], None] = lambda _client: None,
) -> None:
    """Shows the host in a client, and returns when that has ended.

    `opened` is told the client's program once it runs. Raises ConfigurationError where there is no client,
    ConnectionFailed where the host is not reached or has no Remote Desktop, Cancelled.
    """
    rdp_command(host.name, "", 0)  # before anything is asked
    with connect(
        host, questions, known_hosts=paths.known_hosts, cancelled=cancelled, secrets=secrets
    ) as connection:
        _require_service(connection, host)
        user = connection.description.rpartition("@")[0]
        with LocalPort(connection, RDP_PORT) as local:
            command = rdp_command(host.name, user, local.port)
            password = None
            if command.reads_password:
                password = questions.secret(_password_of(host, user))
                if password is None:
                    raise Cancelled("opening the Remote Desktop was cancelled")
            _run(command, password, cancelled, opened)
            local.wait_until_unused(0 if command.reads_password else _FIRST_USE, cancelled)


def _require_service(connection: Connection, host: Host) -> None:
    try:
        connection.open_tunnel(RDP_PORT).close()
    except (ConnectionLost, ForwardingRefused):
        raise
    except ConnectionFailed:
        raise ConnectionFailed(
            f"{host.name} has no Remote Desktop: nothing listens at its port {RDP_PORT}",
            remedy="Switch Remote Desktop on there (Windows Home has none); on Linux install xrdp.",
        ) from None


def _password_of(host: Host, user: str) -> SecretRequest:
    return SecretRequest(
        host=host.name, kind="password", prompt=f"Password of {user} for Remote Desktop:", account=user
    )


def _run(
    command: RdpCommand, password: str | None, cancelled: threading.Event, opened: Callable[[str], None]
) -> None:
    """Runs the client to its end, or until `cancelled`.

    Raises ConfigurationError where it cannot be started, ConnectionFailed where it fails at once.
    """
    try:
        client = subprocess.Popen(
            command.words,
            stdin=subprocess.DEVNULL if password is None else subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise ConfigurationError(
            f"{command.words[0]} cannot be started: {error.strerror}", remedy="Install it again."
        ) from None
    try:
        if client.stdin is not None and password is not None:
            with contextlib.suppress(
                OSError
            ):  # one that has ended already reads nothing; its exit code tells
                client.stdin.write(f"{password}\n".encode())
            with contextlib.suppress(OSError):
                client.stdin.close()
        opened(command.words[0])
        began = time.monotonic()
        while not cancelled.is_set():
            try:
                client.wait(_LOOK)
            except subprocess.TimeoutExpired:
                continue
            if client.returncode and time.monotonic() - began < _EARLY:
                raise ConnectionFailed(
                    f"{command.words[0]} ended with exit code {client.returncode}",
                    remedy="The password may be wrong, or the host's Remote Desktop refuses this user.",
                )
            return
    finally:
        _end(client)


def _end(client: subprocess.Popen[bytes]) -> None:
    """Ends a client that runs yet, as after Ctrl+C: without the tunnel it shows nothing any more."""
    client.terminate()
    try:
        client.wait(_ENDING)
    except subprocess.TimeoutExpired:
        client.kill()
        client.wait()
