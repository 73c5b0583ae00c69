"""What a person at the command line reads and types around a login: banners, keys to forget, questions."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support.command_line import CommandLine
from support.peers.login_server import Interactive, serving
from support.screens.terminal import Terminal
from support.sshd import Sshd, fingerprint, keygen, public_line


def known(server: Sshd, key: Path) -> str:
    return f"[127.0.0.1]:{server.port} {public_line(key)}\n"


def test_a_reinstalled_host_has_its_key_forgotten_by_command(
    user: CommandLine, server: Sshd, tmp_path: Path
) -> None:
    user.know(server)
    old = keygen(tmp_path / "old")
    others = f"# mine\nother.example {public_line(old)}\n"
    user.known_hosts.write_text(others + known(server, old))
    said = user.run("undeploy", "lab").refusal(4)
    assert fingerprint(old) in said
    assert fingerprint(server.host_key) in said
    assert "`deskconsole hosts forget-key lab`" in said
    forgot = user.run("hosts", "forget-key", "lab")
    assert (forgot.code, forgot.stdout) == (0, "")
    assert forgot.stderr == f"lab: forgot {fingerprint(old)} (ssh-ed25519)\n"
    assert user.known_hosts.read_text() == others
    assert "is unknown and was not trusted" in user.run("undeploy", "lab").refusal(4)
    again = user.run("hosts", "forget-key", "lab")
    assert again.stderr == f"lab: no key is trusted for [127.0.0.1]:{server.port}\n"


def test_keys_in_the_users_own_file_stay_and_the_command_that_removes_them_is_told(
    user: CommandLine, server: Sshd, tmp_path: Path
) -> None:
    user.know(server)
    old = keygen(tmp_path / "old")
    user.known_hosts.write_text("")
    own = user.folder / "known_hosts"
    own.write_text(known(server, old))
    command = f"ssh-keygen -R '[127.0.0.1]:{server.port}' -f {own}"
    assert f"`{command}`" in user.run("undeploy", "lab").refusal(4)
    said = user.run("hosts", "forget-key", "lab")
    assert f"{fingerprint(old)} is still trusted by line 1 of {own}" in said.stderr
    assert f"  To remove it too: {command}\n" in said.stderr
    assert own.read_text() == known(server, old)


def test_forget_key_takes_several_names_and_prints_json(
    user: CommandLine, server: Sshd, tmp_path: Path
) -> None:
    user.know(server)
    user.add_host("elsewhere", address="elsewhere.example")
    listed = user.run("hosts", "forget-key", "lab", "elsewhere", "--json")
    assert listed.code == 0
    key = {"algorithm": "ssh-ed25519", "fingerprint": fingerprint(server.host_key)}
    assert json.loads(listed.stdout) == [
        {"host": "lab", "forgotten": [key], "left": []},
        {"host": "elsewhere", "forgotten": [], "left": []},
    ]


@pytest.mark.parametrize("line", ["[127.0.0.1]:{port},gate {key}", "[127.0.0.?]:{port} {key}"])
def test_a_line_that_stands_for_several_hosts_stays(
    line: str, user: CommandLine, server: Sshd, tmp_path: Path
) -> None:
    user.know(server)
    text = line.format(port=server.port, key=public_line(keygen(tmp_path / "old"))) + "\n"
    user.known_hosts.write_text(text)
    said = user.run("hosts", "forget-key", "lab")
    assert f"is still trusted by line 1 of {user.known_hosts}" in said.stderr
    assert user.known_hosts.read_text() == text


def test_a_hashed_name_is_forgotten_too(user: CommandLine, server: Sshd) -> None:
    user.know(server)
    subprocess.run(["ssh-keygen", "-H", "-f", user.known_hosts], check=True, capture_output=True)
    assert "127.0.0.1" not in user.known_hosts.read_text()
    assert "forgot" in user.run("hosts", "forget-key", "lab").stderr
    assert user.known_hosts.read_text() == ""


def test_a_banner_is_shown_and_is_no_escape_sequence(user: CommandLine, tmp_path: Path) -> None:
    banner = tmp_path / "banner"
    banner.write_bytes(b"Authorised use only.\n\x1b[2J\x1b]0;owned\x07\n")
    with Sshd(tmp_path / "banner-host", options={"Banner": str(banner)}) as server:
        user.know(server, identity_file=str(keygen(tmp_path / "stranger")))
        said = user.run("undeploy", "lab")
    assert said.code == 5
    assert said.stderr.startswith("lab: the server says:\n  Authorised use only.\n")
    assert "\x1b" not in said.stderr
    assert "; the server says: Authorised use only." in said.stderr


class Menu(Interactive):
    """Asks for a choice that may be seen, then for a word that may not."""

    rounds = (
        (
            "Bank",
            "Choose one:\n" + "\n".join(f" {number}. way {number}" for number in range(1, 9)),
            [("Option (1-8): ", True), ("Word: ", False)],
            ["3", "hush"],
        ),
    )


def test_a_menu_of_the_server_is_shown_on_a_terminal(user: CommandLine, tmp_path: Path) -> None:
    with serving(Menu) as port:
        home = tmp_path / "terminal"
        home.mkdir()
        more = {name: user.environment[name] for name in ("PATH",)}
        terminal = Terminal(home, "undeploy", f"me@127.0.0.1:{port}", size=(90, 30), more=more)
        try:
            terminal.until(lambda shown: "Trust it from now on?" in shown)
            terminal.type("y\n")
            shown = terminal.until(lambda shown: "Option (1-8):" in shown)
            assert "  Bank\n  Choose one:\n   1. way 1\n" in shown
            terminal.type("3\n")
            shown = terminal.until(lambda shown: "Word:" in shown)
            assert "Option (1-8): 3" in shown
            terminal.type("hush\n")
            shown = terminal.until(lambda shown: "deskconsole: " in shown)
            assert "hush" not in shown
            assert "Option (1-8): 3" in shown
        finally:
            terminal.close()
