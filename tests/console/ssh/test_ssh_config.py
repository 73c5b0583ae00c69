"""What an address means to the SSH configuration, read by the real ssh program."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.ssh.expansion import known_hosts_paths
from deskconsole.ssh.ssh_config import parse_jump, resolve


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(
        """
Match originalhost lab user admin
  Port 4444
Host lab
  HostName lab.example.org
  Port 2222
  User student
  IdentityFile ~/keys/%h
  IdentityFile /keys/of-%r
  IdentitiesOnly yes
  IdentityAgent /run/agent.sock
  HostKeyAlias the-lab
  ProxyJump door@gate:2200,second
  UserKnownHostsFile /one /two
  GlobalKnownHostsFile none
  ConnectTimeout 7
Host piped
  ProxyCommand nc -X 5 %h %p # 100%%
"""
    )
    return path


def test_everything_that_the_configuration_says(config: Path) -> None:
    target = resolve("lab", label="Lab 1", ssh_config=config)
    assert (target.label, target.address, target.port, target.user) == (
        "Lab 1",
        "lab.example.org",
        2222,
        "student",
    )
    assert target.identity_files == (Path.home() / "keys/lab.example.org", Path("/keys/of-student"))
    assert target.identities_only
    assert target.agent == "/run/agent.sock"
    assert target.jump == "door@gate:2200,second"
    assert target.known_hosts == (Path("/one"), Path("/two"))
    assert target.key_names == ("the-lab",)
    assert target.connect_timeout == 7


def test_the_host_s_own_fields_go_first_and_take_part_in_matching(config: Path) -> None:
    target = resolve("lab", user="admin", identity_file="/mine", jump="elsewhere", ssh_config=config)
    assert target.port == 4444
    assert target.user == "admin"
    assert target.identity_files[0] == Path("/mine")
    assert target.jump == "elsewhere"
    assert resolve("lab", port=5, ssh_config=config).port == 5


def test_a_proxy_command_has_its_tokens_filled_in(config: Path) -> None:
    assert resolve("piped", port=77, ssh_config=config).proxy_command == "nc -X 5 piped 77 # 100%"


def test_the_user_before_the_address(config: Path) -> None:
    assert resolve("me@somewhere", ssh_config=config).user == "me"


def test_ipv6_address_is_resolved_in_brackets(config: Path) -> None:
    target = resolve("::1", port=2222, ssh_config=config)
    assert target.where == "[::1]:2222"
    assert target.key_names[0] == "[::1]:2222"


@pytest.mark.parametrize("address", ["-V", "-oProxyCommand=touch x", "two words", "line\nbreak", "nul\0"])
def test_what_cannot_be_an_address(address: str, config: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the address of lab"):
        resolve(address, label="lab", ssh_config=config)


@pytest.mark.parametrize(("user", "jump"), [("-l", None), (None, "-J"), (None, "a b")])
def test_what_cannot_be_a_user_or_a_jump_host(user: str | None, jump: str | None, config: Path) -> None:
    with pytest.raises(ConfigurationError):
        resolve("lab", user=user, jump=jump, ssh_config=config)


def test_a_jump_host_may_be_written_like_any_destination(config: Path) -> None:
    """ssh itself refuses `-J ssh://me@[::1]:3/` and `-J ::1`."""
    for jump, meant in [
        ("ssh://me@[::1]:3/", "me@[::1]:3"),
        ("::1", "[::1]"),
        ("me@[fe80::1%lo]:2,gate", "me@[fe80::1%lo]:2,gate"),
    ]:
        assert resolve("somewhere", jump=jump, ssh_config=config).jump == meant


def test_jump_none_means_no_jump_host(config: Path) -> None:
    assert resolve("lab", jump="none", ssh_config=config).jump == ""


@pytest.mark.parametrize(
    "hop", ["", "host:", "host:port", "host:0", "host:70000", "a@", "1:2:3", "[::1", "@a"]
)
def test_text_that_is_no_jump_host_is_refused(hop: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a jump host"):
        parse_jump(hop)


def test_without_an_ssh_program_the_usual_files_count_and_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, config: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    target = resolve("lab", user="ann", ssh_config=config)
    assert (target.address, target.port, target.user, target.jump) == ("lab", 22, "ann", "")
    assert Path.home() / ".ssh" / "id_ed25519" in target.identity_files
    assert [path.name for path in target.known_hosts] == ["known_hosts", "ssh_known_hosts"]
    (warning,) = target.warnings
    assert warning.startswith(
        "there is no ssh program on this computer, so the SSH configuration is not read"
    )


def test_the_machine_s_folder_of_windows_is_read_as_windows_ssh_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROGRAMDATA", "/machine")
    found = known_hosts_paths("__PROGRAMDATA__/ssh/ssh_known_hosts __PROGRAMDATA__/ssh/ssh_known_hosts2")
    assert found == (Path("/machine/ssh/ssh_known_hosts"), Path("/machine/ssh/ssh_known_hosts2"))
