"""What may stand in the fields of a host, and how a mistake is told."""

from __future__ import annotations

import pytest

from deskconsole.common.errors import InvalidField
from deskconsole.inventory.host import EXPECTED, FIELDS, Host, host_from, with_plain_name

FULL = {
    "name": "Lab 1",
    "address": "10.0.3.1",
    "port": 2222,
    "user": "LAB\\ada b",
    "identity_file": "~/.ssh/id lab",
    "jump": "ada@gate:22,inner",
    "display": 1,
    "x_display": ":0.0",
    "x_authority": "/run/user/1000/xauth",
    "python": "/opt/python 3/bin/python3",
    "folder": "/opt/of mine",
    "run_level": "highest",
    "control": "ask",
    "consent": "always",
    "keyboard": "position",
    "group": "lab, first floor",
    "autoconnect": True,
    "mac": "A0-b1-c2-d3-e4-f5",
    "wake_address": "10.0.3.255",
}


def test_every_field_can_be_given() -> None:
    assert tuple(FULL) == FIELDS
    host = host_from(FULL)
    assert {field: getattr(host, field) for field in FIELDS} == FULL
    assert host.target == "10.0.3.1"


def test_a_name_is_enough_and_is_the_address() -> None:
    assert host_from({"name": "lab-01"}) == Host(name="lab-01")
    assert host_from({"name": "lab-01"}).target == "lab-01"
    assert host_from({"name": "fe80::1%eth0"}).target == "fe80::1%eth0"


def test_every_field_has_a_text_of_the_values_it_accepts() -> None:
    assert tuple(EXPECTED) == FIELDS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", 7),
        ("name", "a" * 65),
        ("name", "lab\n"),
        ("name", "[red]"),
        ("name", "a/b"),
        ("name", " lab"),
        ("name", "lab "),
        ("name", "-oProxyCommand=x"),
        ("mac", "a0:b1:c2:d3:e4"),
        ("mac", "a0:b1:c2:d3:e4:f5:"),
        ("mac", "a0:b1-c2:d3:e4:f5"),
        ("mac", "00:00:00:00:00:00"),
        ("mac", "ff:ff:ff:ff:ff:ff"),
        ("wake_address", "-x"),
        ("address", "two words"),
        ("address", "-oProxyCommand=x"),
        ("address", "host\n"),
        ("address", "a" * 256),
        ("port", 0),
        ("port", 65536),
        ("port", 22.0),
        ("port", True),
        ("port", "22"),
        ("user", ""),
        ("user", "-l"),
        ("user", "a b "),
        ("identity_file", ["a"]),
        ("identity_file", "a\x00"),
        ("jump", "a, b"),
        ("jump", "-J"),
        ("display", -1),
        ("display", 65),
        ("x_display", "0"),
        ("x_display", ":"),
        ("x_display", ":0\n"),
        ("x_authority", ""),
        ("python", "-c"),
        ("python", "python\x1b[2J"),
        ("run_level", "admin"),
        ("run_level", ""),
        ("control", "yes"),
        ("consent", "maybe"),
        ("keyboard", "us"),
        ("group", "a\nb"),
        ("group", {"a": 1}),
    ],
)
def test_a_wrong_value_is_told_with_its_field(field: str, value: object) -> None:
    with pytest.raises(InvalidField) as caught:
        host_from({"name": "lab", field: value})
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field} must be {EXPECTED[field]}, not ")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("field", "remedy"),
    [
        ("prot", "Did you mean port?"),
        ("identity-file", "Did you mean identity_file?"),
        ("Address", "Did you mean address?"),
        ("colour", f"There are: {', '.join(FIELDS)}."),
    ],
)
def test_an_unknown_field_is_told_with_the_one_that_was_meant(field: str, remedy: str) -> None:
    with pytest.raises(InvalidField, match="is not a field of a host") as caught:
        host_from({"name": "lab", field: "x"})
    assert (caught.value.field, caught.value.remedy) == (field, remedy)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidField, match="never kept in a file") as caught:
        host_from({"name": "lab", "password": "hunter2"})
    assert "hunter2" not in f"{caught.value} {caught.value.remedy}"


def test_a_host_needs_a_name() -> None:
    with pytest.raises(InvalidField, match="has no name") as caught:
        host_from({"address": "10.0.0.1"})
    assert caught.value.field == "name"


def test_a_name_with_spaces_needs_an_address() -> None:
    with pytest.raises(InvalidField, match="has a space") as caught:
        host_from({"name": "Ada's desk"})
    assert caught.value.field == "address"


@pytest.mark.parametrize("source", ["name", "address"])
def test_user_and_port_in_the_address_are_put_into_their_fields(source: str) -> None:
    host = host_from({"name": "lab", source: "root@127.0.0.1:46871"})
    assert (host.target, host.user, host.port) == ("127.0.0.1", "root", 46871)
    assert host.name == ("lab" if source == "address" else "root@127.0.0.1:46871")


def test_a_name_beside_an_address_may_look_like_anything() -> None:
    assert host_from({"name": "a@b:c", "address": "10.0.0.1"}) == Host(name="a@b:c", address="10.0.0.1")


def test_the_same_said_twice_is_no_conflict() -> None:
    host = host_from({"name": "lab", "address": "ssh://root@[::1]:22", "user": "root", "port": 22})
    assert host == Host(name="lab", address="::1", user="root", port=22)


@pytest.mark.parametrize(
    ("beside", "sentence"),
    [
        ({"user": "ann"}, "the address says user root, the field user says ann"),
        ({"port": 2222}, "the address says port 22, the field port says 2222"),
    ],
)
def test_an_address_that_contradicts_a_field_is_told(beside: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidField, match=sentence) as caught:
        host_from({"name": "lab", "address": "root@10.0.0.1:22", **beside})
    assert caught.value.field == "address"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": "lab", "address": "[::1"}, "address", "an address in brackets is written"),
        ({"name": "lab:ssh"}, "name", "is also the address: port must be"),
        ({"name": "lab", "jump": "gate,door:0"}, "jump", "jump host 'door:0': port must be"),
    ],
)
def test_an_address_that_cannot_be_read_is_told_when_it_is_given(
    fields: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(InvalidField) as caught:
        host_from(fields)
    assert caught.value.field == field
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "name"), [("ssh://me@lab:22/", "me@lab:22"), ("desk@[::1]:22", "desk@::1:22"), ("lab", "lab")]
)
def test_a_typed_destination_gives_a_name_that_a_host_can_have(typed: str, name: str) -> None:
    host = host_from(with_plain_name({"name": typed}))
    assert host.name == name
    assert host_from({"name": "other", "address": typed}).target == host.target
