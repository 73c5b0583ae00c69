"""asyncssh servers for tests of passwords and menus: for those, OpenSSH's needs a user of the machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import asyncssh


class Server(asyncssh.SSHServer):
    """Lets the password `right` in, unless a test's server says otherwise."""

    connection: asyncssh.SSHServerConnection

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connection = conn

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return False

    async def validate_password(self, username: str, password: str) -> bool:
        return password == "right"


class Interactive(Server):
    """Asks the rounds of a test, each (name, instruction, prompts) with the answers that are right."""

    rounds: Sequence[tuple[str, str, list[tuple[str, bool]], list[str]]] = ()

    def __init__(self) -> None:
        self._left = list(self.rounds)

    def password_auth_supported(self) -> bool:
        return False

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        name, instruction, prompts, self._right = self._left.pop(0)
        return name, instruction, "", prompts

    def validate_kbdint_response(
        self, username: str, responses: Sequence[str]
    ) -> bool | tuple[str, str, str, list[tuple[str, bool]]]:
        if list(responses) != self._right:
            return False
        return self.get_kbdint_challenge(username, "", "") if self._left else True


@contextmanager
def serving(
    server: Callable[[], Server], key: asyncssh.SSHKey | None = None, version: str = ""
) -> Iterator[int]:
    """asyncssh's server in a thread, with that host key or one of its own; yields its port.

    `version`: how it introduces itself.
    """
    loop = asyncio.new_event_loop()
    host_key = key or asyncssh.generate_private_key("ssh-ed25519")
    servers: list[Server] = []

    def make() -> Server:
        servers.append(server())
        return servers[-1]

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            make, "127.0.0.1", 0, server_host_keys=[host_key], server_version=version or ()
        )

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(60)

    async def stop() -> None:
        acceptor.close()
        await asyncio.sleep(0)  # who was accepted just now gets his server
        # A transport that is open when its loop is closed complains later, in some other test.
        for one in servers:
            one.connection.abort()
            await one.connection.wait_closed()
        await acceptor.wait_closed()

    try:
        yield acceptor.get_port()
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
