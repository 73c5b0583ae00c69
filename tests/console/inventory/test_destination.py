"""One text for where to log in: the same parser for the form, the commands, hosts.toml and jump hosts."""

from __future__ import annotations

import pytest

from deskconsole.common.errors import InvalidField
from deskconsole.inventory.destination import Destination, parse_destination


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("lab-01", Destination("lab-01")),
        ("lab-01:2222", Destination("lab-01", 2222)),
        ("root@127.0.0.1:46871", Destination("127.0.0.1", 46871, "root")),
        ("me@corp@host", Destination("host", None, "me@corp")),
        ("LAB\\ann@host:22", Destination("host", 22, "LAB\\ann")),
        ("Ann Lee@host", Destination("host", None, "Ann Lee")),
        ("::1", Destination("::1")),
        ("desk@::1", Destination("::1", None, "desk")),
        ("[::1]", Destination("::1")),
        ("[::1]:22", Destination("::1", 22)),
        ("desk@[::1]:21614", Destination("::1", 21614, "desk")),
        ("fe80::1%lo", Destination("fe80::1%lo")),
        ("desk@[fe80::1%lo]:21615", Destination("fe80::1%lo", 21615, "desk")),
        ("[::ffff:10.0.0.1]:22", Destination("::ffff:10.0.0.1", 22)),
        ("[10.0.0.1]:2222", Destination("10.0.0.1", 2222)),  # as known_hosts writes it
        ("ssh://host", Destination("host")),
        ("ssh://me@host:1/", Destination("host", 1, "me")),
        ("SSH://me@host", Destination("host", None, "me")),
        ("ssh://Ann%20Lee@host:22", Destination("host", 22, "Ann Lee")),
        ("ssh://me;fingerprint=x@host", Destination("host", None, "me")),
        ("ssh://me@[::1]:3/", Destination("::1", 3, "me")),
        ("ssh://[fe80::1%25eth0]:3", Destination("fe80::1%eth0", 3)),
        ("ssh://[fe80::1%eth0]", Destination("fe80::1%eth0")),
        ("odd[name]", Destination("odd[name]")),
    ],
)
def test_a_destination_is_taken_apart(text: str, meant: Destination) -> None:
    found = parse_destination(text)
    assert found == meant
    assert parse_destination(str(found)) == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("host:", "port must be a whole number from 1 to 65535, not ''"),
        ("host:ssh", "port must be a whole number from 1 to 65535, not 'ssh'"),
        ("host:0", "not 0"),
        ("host:99999", "not 99999"),
        ("host:" + "9" * 40, "port must be a whole number"),
        ("host:²", "not '²'"),
        (":22", "the address before the port is missing"),
        ("me@:22", "the address before the port is missing"),
        ("me@", "the address is missing"),
        ("ssh://", "the address is missing"),
        ("@host", "user must be a user name"),
        ("ssh://host/folder", "ssh:// takes no path"),
        ("[::1", "an address in brackets is written"),
        ("[::1]22", "an address in brackets is written"),
        ("[[::1]]:22", "an address in brackets is written"),
        ("[lab]", "brackets are for an IPv6 address"),
        ("[1::2::3]:22", "'1::2::3' is no IPv6 address"),
        ("10.0.0.1:22:33", "'10.0.0.1:22:33' is no IPv6 address"),
        ("fe80::1%eth0:22", "with a port one is written [::1]:22"),
    ],
)
def test_text_that_is_no_destination_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_destination(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 200
