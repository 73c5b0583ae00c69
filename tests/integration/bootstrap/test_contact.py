"""First contact with hosts of every temper: noisy, without Python, with an old one, with odd paths."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.launch import launch
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.remove import remove
from deskconsole.common.errors import BootstrapError, UnsupportedHost
from support.bootstrap_host import OPTIONS, agents, listing, open_connection, ssh_host
from support.xvfb import Xvfb


def fake_python(folder: Path, name: str, answer: str) -> Path:
    """A program called like a Python that answers every question alike."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\nprintf '%s' '{answer}'\n")
    program.chmod(0o755)
    return program


def bare_path(folder: Path) -> str:
    """A PATH with the shell's usual programs, but no Python."""
    folder.mkdir(exist_ok=True)
    for name in ("uname", "sh", "cat"):
        (folder / name).symlink_to(Path("/usr/bin", name))
    return str(folder)


def test_login_noise_and_odd_letters_in_the_home_hurt_nothing(tmp_path: Path) -> None:
    noise = (
        "case $SSH_ORIGINAL_COMMAND in *sftp-server*) ;; "
        "*) echo 'Welcome!'; printf 'no newline, \\033]0;title\\007 {\"free\": 1}'; echo oops >&2;; esac"
    )
    folder = tmp_path / "a b's höme"
    folder.mkdir()
    with ssh_host(tmp_path / "sshd", environment={"HOME": str(folder)}, prelude=noise) as (server, host):
        try:
            with open_connection(server, host) as connection:
                facts = probe(connection, host)
                assert facts.home == str(folder)
                deployed = deploy(connection, facts)
                launched = launch(connection, facts, deployed, host, OPTIONS)
                assert agents(folder) == [launched.pid]
                assert remove(connection, facts).left == ()
        finally:
            assert agents(folder) == []
    assert listing(folder) == set()


def test_a_login_script_that_reads_what_is_sent_is_named(tmp_path: Path) -> None:
    reading = "case $SSH_ORIGINAL_COMMAND in /bin/sh) read line; read line;; esac"
    with (
        ssh_host(tmp_path / "sshd", prelude=reading) as (server, host),
        open_connection(server, host) as connection,
        pytest.raises(UnsupportedHost, match="a login script of this user reads") as told,
    ):
        probe(connection, host)
    assert ".bashrc" in told.value.remedy


def test_a_host_without_python_says_so(tmp_path: Path) -> None:
    path = bare_path(tmp_path / "bin")
    with (
        ssh_host(tmp_path / "sshd", environment={"PATH": path}) as (server, host),
        open_connection(server, host) as connection,
    ):
        with pytest.raises(UnsupportedHost, match="lab-01 has no Python") as caught:
            probe(connection, host)
        assert "3.11" in caught.value.remedy


def test_a_host_whose_python_is_too_old_says_its_version(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    path = bare_path(folder)
    fake_python(folder, "python3", "3.8.10 /usr/bin/python3.8")
    with (
        ssh_host(tmp_path / "sshd", environment={"PATH": path}) as (server, host),
        open_connection(server, host) as connection,
        pytest.raises(UnsupportedHost, match=r"3\.8\.10 .* too old: 3\.11 or newer"),
    ):
        probe(connection, host)


def test_an_old_python_and_things_that_are_none_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    path = bare_path(folder)
    fake_python(folder, "python3.14", "command not found")
    fake_python(folder, "python3.13", "3.x.y")
    fake_python(folder, "python3", "2.7.18 ")
    (folder / "python").symlink_to(sys.executable)
    with (
        ssh_host(tmp_path / "sshd", environment={"PATH": path}) as (server, host),
        open_connection(server, host) as connection,
    ):
        facts = probe(connection, host)
    assert facts.python_version == sys.version_info[:3]


def test_the_python_of_the_settings_is_taken_whatever_its_name(tmp_path: Path) -> None:
    odd = tmp_path / "$(touch oops) 'é\"!"
    odd.symlink_to(sys.executable)
    with ssh_host(tmp_path / "sshd", environment={"PATH": "/usr/bin:/bin"}) as (server, host):
        set_up = msgspec.structs.replace(host, python=str(odd))
        with open_connection(server, set_up) as connection:
            facts = probe(connection, set_up)
            assert facts.python == str(odd)
            assert listing(server.home) == set()


def test_a_wrong_python_in_the_settings_is_named(tmp_path: Path) -> None:
    with ssh_host(tmp_path / "sshd") as (server, host):
        set_up = msgspec.structs.replace(host, python="~/nowhere/python3")
        with (
            open_connection(server, set_up) as connection,
            pytest.raises(UnsupportedHost, match="no Python at ~/nowhere/python3"),
        ):
            probe(connection, set_up)


@pytest.mark.parametrize(
    "answer",
    ["no json", "[1]", '{"free": "much"}', '{"error": 7}', "[" * 100_000, '{"free": ' + "9" * 5_000 + "}"],
    ids=["no-json", "no-object", "wrong-type", "odd-refusal", "deep", "long-number"],
)
def test_a_host_that_answers_anything_is_told_so(tmp_path: Path, answer: str) -> None:
    folder = tmp_path / "bin"
    path = bare_path(folder)
    (folder / "sed").symlink_to("/usr/bin/sed")
    (tmp_path / "answer").write_text(answer)
    liar = folder / "python3"
    liar.write_text(
        "#!/bin/sh\n"
        'case "$*" in *version_info*) printf "3.11.2 $0"; exit;; esac\n'
        """marker=$(sed -n "s/^answer(main, '\\(deskconsole-[0-9a-f]* \\)'.*/\\1/p")\n"""
        f"""printf '\\n%s' "$marker"; cat '{tmp_path / "answer"}'; echo\n"""
    )
    liar.chmod(0o755)
    with (
        ssh_host(tmp_path / "sshd", environment={"PATH": path}) as (server, host),
        open_connection(server, host) as connection,
        pytest.raises(BootstrapError, match="answered the probe script with something else"),
    ):
        probe(connection, host)


def test_a_windows_host_behind_a_server_of_cygwin_is_told_what_it_needs(tmp_path: Path) -> None:
    # Stands where cmd.exe would: /bin/sh is unknown to it, %OS% is not. Files are shown as on POSIX.
    windows = (
        'case "$SSH_ORIGINAL_COMMAND" in *sftp-server*) exec $SSH_ORIGINAL_COMMAND;; '
        'echo*) echo "deskconsole Windows_NT \\$env:OS"; exit 0;; esac; '
        "echo \"'/bin/sh' is not recognized as an internal or external command,\" >&2; exit 1"
    )
    with (
        ssh_host(tmp_path / "sshd", prelude=windows) as (server, host),
        open_connection(server, host) as connection,
        pytest.raises(UnsupportedHost, match="lab-01 is a Windows host") as caught,
    ):
        probe(connection, host)
    assert "Cygwin" in caught.value.remedy


def test_a_host_that_runs_no_commands_is_quoted(tmp_path: Path) -> None:
    refusal = "echo 'This account is only for file transfer.'; exit 1"
    with (
        ssh_host(tmp_path / "sshd", prelude=refusal) as (server, host),
        open_connection(server, host) as connection,
        pytest.raises(UnsupportedHost, match="only for file transfer"),
    ):
        probe(connection, host)


def test_a_display_that_a_process_uses_is_found(tmp_path: Path) -> None:
    with (
        Xvfb() as screen,
        ssh_host(tmp_path / "sshd") as (server, host),
        open_connection(server, host) as connection,
    ):
        facts = probe(connection, host)
        assert screen.environment["DISPLAY"] in [found.display for found in facts.displays]
