"""Logins of several hosts at once, to real sshd's, answered in the console's dialogs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import paramiko
import pytest
from textual.pilot import Pilot

from deskconsole.common.errors import DeskconsoleError, HostKeyError
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.ssh.connection import connect
from deskconsole.ssh.identities import KeyFile
from deskconsole.ssh.secrets import OpenedKeys, Secrets
from deskconsole.tui.app import Outcome
from deskconsole.tui.screens.host_keys import ChangedKeyScreen, TrustListScreen, TrustScreen
from deskconsole.tui.screens.question import SecretScreen
from support.screens.display_fleet import NOW, DisplayFleet, Running
from support.screens.piloting import console, screen_text, until, until_screen
from support.screens.questions import asked_by
from support.sshd import Sshd, fingerprint, keygen, public_line

NAMES = [f"lab-{number:02}" for number in range(1, 7)]


class Logins:
    """Hosts that log in on threads of their own, as sessions do, and ask by the questions of the console."""

    def __init__(self, folder: Path) -> None:
        self.known_hosts = folder / "known_hosts"
        self.keys = OpenedKeys()
        self.outcomes: dict[str, str] = {}
        self._threads: list[threading.Thread] = []

    def fleet(self) -> DisplayFleet:
        states = {name: Snapshot(name, state=State.CONNECTING, since=NOW) for name in NAMES}
        return DisplayFleet(tuple(Host(name=name) for name in NAMES), states)

    def begin(
        self,
        fleet: DisplayFleet,
        server: Sshd,
        name: str,
        *,
        identity_file: str | None = None,
        jump: str | None = None,
    ) -> None:
        host = Host(name=name, address="127.0.0.1", port=server.port, identity_file=identity_file, jump=jump)

        def body() -> None:
            assert fleet.questions is not None
            try:
                connect(
                    host,
                    fleet.questions,
                    known_hosts=self.known_hosts,
                    cancelled=threading.Event(),
                    ssh_config=server.client_config,
                    secrets=Secrets(self.keys),
                ).close()
            except DeskconsoleError as error:
                self.outcomes[name] = type(error).__name__
            else:
                self.outcomes[name] = "in"

        self._threads.append(threading.Thread(target=body))
        self._threads[-1].start()

    async def over(self, pilot: Pilot[Outcome]) -> dict[str, str]:
        """How they ended."""
        await until(pilot, lambda: not any(thread.is_alive() for thread in self._threads))
        return self.outcomes


@pytest.fixture
def logins(tmp_path: Path) -> Logins:
    return Logins(tmp_path / "console")


@pytest.fixture
def make_sshd(tmp_path: Path) -> Iterator[Callable[[str], Sshd]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(Sshd(tmp_path / name))


async def asked(pilot: Pilot[Outcome], kind: type[object], number: int = 1) -> None:
    """Until so many wait for an answer, in a dialog of this kind."""
    await asked_by(pilot, number)
    await until_screen(pilot, kind)


async def test_one_passphrase_lets_every_host_in_and_a_wrong_one_is_asked_for_again_once(
    running: Running,
    logins: Logins,
    make_sshd: Callable[[str], Sshd],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, key = make_sshd("host"), keygen(tmp_path / "locked", passphrase="open sesame")
    server.authorize(key)
    server.user_known_hosts.write_text(server.known_hosts_line)
    tried: list[str | None] = []
    really = KeyFile.open

    def counting(file: KeyFile, passphrase: str | None) -> paramiko.PKey:
        tried.append(passphrase)
        return really(file, passphrase)

    monkeypatch.setattr(KeyFile, "open", counting)
    fleet = logins.fleet()
    async with running(fleet) as pilot:
        for name in NAMES[:5]:
            logins.begin(fleet, server, name, identity_file=str(key))
        await asked(pilot, SecretScreen, 5)
        assert all(name in screen_text(pilot) for name in NAMES[:5])
        await pilot.press(*"wrong", "enter")
        await asked(pilot, SecretScreen, 5)
        assert "That was not accepted. Attempt 2." in screen_text(pilot)
        await pilot.press(*"open", "space", *"sesame", "enter")
        assert await logins.over(pilot) == dict.fromkeys(NAMES[:5], "in")
        # A host that comes later is not asked at all.
        logins.begin(fleet, server, NAMES[5], identity_file=str(key))
        assert await logins.over(pilot) == dict.fromkeys(NAMES, "in")
    assert tried == ["wrong", "open sesame"], "deriving a key takes long: once for each passphrase"
    assert "sesame" not in repr(logins.keys)


async def test_a_key_file_that_was_replaced_is_opened_again(
    running: Running, logins: Logins, make_sshd: Callable[[str], Sshd], tmp_path: Path
) -> None:
    server, key = make_sshd("host"), keygen(tmp_path / "locked", passphrase="first")
    server.authorize(key)
    server.user_known_hosts.write_text(server.known_hosts_line)
    fleet = logins.fleet()
    async with running(fleet) as pilot:
        logins.begin(fleet, server, "lab-01", identity_file=str(key))
        await asked(pilot, SecretScreen)
        await pilot.press(*"first", "enter")
        assert (await logins.over(pilot))["lab-01"] == "in"
        key.unlink()
        key.with_name("locked.pub").unlink()
        server.authorize(keygen(key, passphrase="second"))
        logins.begin(fleet, server, "lab-02", identity_file=str(key))
        await asked(pilot, SecretScreen)
        await pilot.press(*"second", "enter")
        assert (await logins.over(pilot))["lab-02"] == "in"


async def test_keys_that_are_ticked_are_stored_and_the_others_are_not_trusted(
    running: Running, logins: Logins, make_sshd: Callable[[str], Sshd]
) -> None:
    servers = {name: make_sshd(name) for name in NAMES[:3]}
    fleet = logins.fleet()
    async with running(fleet, size=(140, 40)) as pilot:
        for name, server in servers.items():
            logins.begin(fleet, server, name)
        await asked(pilot, TrustListScreen, 3)
        lines = screen_text(pilot).splitlines()
        rows = {name: next(line for line in lines if f"] {name}" in line) for name in servers}
        for name, server in servers.items():
            assert f"127.0.0.1:{server.port}" in rows[name]
            assert fingerprint(server.host_key) in rows[name]
        order = sorted(servers, key=lambda name: lines.index(rows[name]))
        await pilot.press("space", "down", "space", "enter")
        outcomes = await logins.over(pilot)
    assert outcomes == {order[0]: "in", order[1]: "in", order[2]: "HostKeyError"}
    stored = logins.known_hosts.read_text().splitlines()
    assert sorted(stored) == sorted(servers[name].known_hosts_line.strip() for name in order[:2])


async def test_an_old_key_is_forgotten_and_the_new_one_is_asked_about(
    running: Running, logins: Logins, make_sshd: Callable[[str], Sshd], tmp_path: Path
) -> None:
    server, old = make_sshd("host"), keygen(tmp_path / "old")
    line = f"[127.0.0.1]:{server.port} {public_line(old)}\n"
    logins.known_hosts.parent.mkdir()
    logins.known_hosts.write_text(f"# mine\n{line}other.example {public_line(old)}\n")
    fleet = logins.fleet()
    async with running(fleet) as pilot:
        logins.begin(fleet, server, "lab-01")
        await asked(pilot, ChangedKeyScreen)
        assert fingerprint(old) in screen_text(pilot)
        assert fingerprint(server.host_key) in screen_text(pilot)
        await pilot.press("right", "enter")
        await asked(pilot, TrustScreen)
        assert logins.known_hosts.read_text() == f"# mine\nother.example {public_line(old)}\n"
        await pilot.press("escape")
        assert await logins.over(pilot) == {"lab-01": HostKeyError.__name__}
        logins.begin(fleet, server, "lab-01")
        await asked(pilot, TrustScreen)
        await pilot.press("right", "enter")
        assert await logins.over(pilot) == {"lab-01": "in"}
    assert logins.known_hosts.read_text().endswith(server.known_hosts_line)


async def test_a_key_that_the_users_own_file_has_is_not_the_consoles_to_forget(
    running: Running, logins: Logins, make_sshd: Callable[[str], Sshd], tmp_path: Path
) -> None:
    server, old = make_sshd("host"), keygen(tmp_path / "old")
    line = f"[127.0.0.1]:{server.port} {public_line(old)}\n"
    server.user_known_hosts.write_text(line)
    fleet = logins.fleet()
    async with running(fleet) as pilot:
        logins.begin(fleet, server, "lab-01")
        assert await logins.over(pilot) == {"lab-01": HostKeyError.__name__}
        assert not console(pilot).controller.questions.waiting()
    assert server.user_known_hosts.read_text() == line


async def test_cancelling_a_host_behind_a_jump_host_withdraws_the_question_about_that(
    running: Running, logins: Logins, make_sshd: Callable[[str], Sshd]
) -> None:
    gate, server = make_sshd("gate"), make_sshd("host")
    server.client_config.write_text(
        f"Host gate\n  Port {gate.port}\n  HostName 127.0.0.1\n" + server.client_config.read_text()
    )
    fleet = logins.fleet()
    async with running(fleet) as pilot:
        logins.begin(fleet, server, "lab-01", jump="gate")
        await asked(pilot, TrustScreen)
        assert console(pilot).controller.questions.hosts() == {"lab-01"}
        fleet.states["lab-01"] = Snapshot("lab-01", state=State.CLOSED, since=NOW)
        console(pilot).controller.pull()
        assert await logins.over(pilot) == {"lab-01": HostKeyError.__name__}
