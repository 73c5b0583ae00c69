"""The hosts that an SSH configuration names, as hosts of the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.ssh.aliases import host_of, read_aliases


def test_names_are_read_and_patterns_left_out(tmp_path: Path) -> None:
    (tmp_path / "more").write_text('Host "last one" beta\n')
    (tmp_path / "config").write_text(
        "Host alpha beta\n  User ada\nHost = gamma !delta *.example.org\nInclude more\nInclude none\n"
    )
    assert read_aliases(tmp_path / "config") == ("alpha", "beta", "gamma", "last one")
    assert read_aliases(tmp_path / "none") == ()


def test_an_alias_is_the_address_where_it_cannot_be_the_name() -> None:
    assert (host_of("alpha", "lab").name, host_of("alpha").address, host_of("alpha", "lab").group) == (
        "alpha",
        "",
        "lab",
    )
    assert (host_of("a/b").name, host_of("a/b").address) == ("a-b", "a/b")


def test_an_alias_that_says_a_port_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="the alias box:2 cannot be a host here"):
        host_of("box:2")
