"""First contact with Windows hosts: bare ones by plain commands, others by our own Python."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from deskconsole.bootstrap.facts import HostFacts
from deskconsole.bootstrap.probe import probe
from deskconsole.common.errors import ConnectionFailed
from deskconsole.runtimes.listing import LISTING, listing
from deskconsole.runtimes.script_reader import READER_FILES
from deskconsole.runtimes.store import requirements_today
from support.windows.host import WindowsHost
from support.windows.login import host_of, log_in
from support.windows.python import windows_python

NAME = "Žofie Nováková"
RUNTIME = "runtime-00000000cafe"


def look(windows: WindowsHost, tmp_path: Path) -> HostFacts:
    """What the console finds."""
    with log_in(windows, tmp_path) as connection:
        return probe(connection, host_of(windows))


def ours(windows: WindowsHost) -> Path:
    """The folder of ours on the host, as a folder of this machine."""
    return windows.home / "AppData" / "Local" / "deskconsole"


@pytest.fixture(scope="module")
def odd_windows() -> Iterator[WindowsHost]:
    """A host whose default shell is PowerShell, of a user with a space and letters beyond ASCII."""
    with WindowsHost.start(user=NAME, shell="powershell") as host:
        yield host


def test_a_bare_host_tells_by_plain_commands(shared_windows: WindowsHost, tmp_path: Path) -> None:
    before = shared_windows.listing()
    facts = look(shared_windows, tmp_path)
    assert (facts.platform, facts.machine, facts.shell, facts.python) == ("Windows", "AMD64", "cmd", "")
    assert facts.user.rpartition("\\")[2] == shared_windows.user
    assert facts.root == rf"C:\users\{shared_windows.user}\AppData\Local\deskconsole"
    assert facts.free == pytest.approx(shutil.disk_usage(shared_windows.drive_c).free, rel=0.2)
    (session,) = facts.sessions
    assert (session.number, session.state, session.own) == (1, "active", True)
    assert shared_windows.listing() == before


def test_a_server_that_does_not_say_what_it_is_is_found_out(
    shared_windows: WindowsHost, tmp_path: Path
) -> None:
    with log_in(shared_windows, tmp_path) as connection:
        connection.server = "SSH-2.0-OpenSSH_9.5"
        assert probe(connection, host_of(shared_windows)).platform == "Windows"


def test_probing_through_powershell_finds_a_user_with_a_space(
    odd_windows: WindowsHost, tmp_path: Path
) -> None:
    facts = look(odd_windows, tmp_path)
    assert facts.shell == "powershell"
    assert facts.home == rf"C:\users\{NAME}"
    assert facts.user.rpartition("\\")[2] == NAME
    (session,) = facts.sessions
    assert (session.own, session.user) == (True, facts.user)
    assert odd_windows.refused_commands == []


def test_with_nobody_logged_on_nobody_is_named(
    make_windows: Callable[..., WindowsHost], tmp_path: Path
) -> None:
    windows = make_windows(logged_on=False)
    assert look(windows, tmp_path).sessions == ()
    windows.log_on()
    assert len(look(windows, tmp_path).sessions) == 1


def test_an_edition_without_query_leaves_open_who_is_logged_on(
    make_windows: Callable[..., WindowsHost], tmp_path: Path
) -> None:
    facts = look(make_windows(query=False), tmp_path)
    assert (facts.platform, facts.sessions) == ("Windows", ())


def test_without_sftp_the_remedy_is_named(make_windows: Callable[..., WindowsHost], tmp_path: Path) -> None:
    windows = make_windows(sftp=False)
    with pytest.raises(ConnectionFailed, match="has no SFTP") as caught:
        look(windows, tmp_path)
    assert "sshd_config" in caught.value.remedy


def test_a_shell_that_prints_where_sftp_begins_is_named_with_its_words(
    shared_windows: WindowsHost, tmp_path: Path
) -> None:
    shared_windows.change(autorun="Aktive Codepage: 65001.\r\n")
    try:
        with pytest.raises(ConnectionFailed, match=r"SFTP begins: Aktive Codepage: 65001\.$") as caught:
            look(shared_windows, tmp_path)
    finally:
        shared_windows.change(autorun="")
    assert "AutoRun" in caught.value.remedy
    assert "PowerShell profile" in caught.value.remedy


def test_a_script_answers_though_the_end_of_its_input_never_comes(
    shared_windows: WindowsHost, tmp_path: Path
) -> None:
    bring_python(shared_windows)
    shared_windows.change(stdin_ends=False)
    try:
        assert look(shared_windows, tmp_path).has(RUNTIME)
    finally:
        shared_windows.change(stdin_ends=True)
        shutil.rmtree(ours(shared_windows))


def test_our_own_python_tells_more(odd_windows: WindowsHost, tmp_path: Path) -> None:
    folder = bring_python(odd_windows)
    facts = look(odd_windows, tmp_path)
    assert facts.python == rf"AppData\Local\deskconsole\{RUNTIME}\python.exe"
    assert facts.python_version >= (3, 11)
    assert facts.has(RUNTIME)
    assert facts.sid.startswith("S-1-5-")
    assert facts.elevated is not None
    assert facts.root == rf"C:\users\{NAME}\AppData\Local\deskconsole"
    (session,) = facts.sessions
    assert (session.own, session.sid, session.user) == (True, facts.sid, facts.user)

    (folder / "runtime.json").write_bytes(msgspec.json.encode({"python": "3.13.1", "requirements": "other"}))
    old = look(odd_windows, tmp_path)
    assert (old.python, old.has(RUNTIME)) == ("", True), "it was built for another agent"

    (folder / "pythonw.exe").write_bytes(b"short")
    assert not look(odd_windows, tmp_path).has(RUNTIME)

    (folder / "python.exe").write_bytes(b"this is no program")
    broken = look(odd_windows, tmp_path)
    assert not broken.has(RUNTIME)
    assert broken.sid == "", "plain commands were left"
    assert len(broken.sessions) == 1


def bring_python(windows: WindowsHost) -> Path:
    """A Python in the place of a runtime, without packages; returns its folder."""
    folder = ours(windows) / RUNTIME
    shutil.copytree(windows_python(), folder)
    for name, content in READER_FILES.items():
        (folder / name).write_bytes(content)
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / LISTING).write_bytes(listing(files))
    manifest = {"python": "3.11.9", "requirements": requirements_today()}
    (folder / "runtime.json").write_bytes(msgspec.json.encode(manifest))
    return folder
