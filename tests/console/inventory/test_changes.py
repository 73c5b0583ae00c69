"""Changes of hosts in a real file: what is written, and what of the file is kept."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from support.inventory_file import GROWN, names, write


def test_added_host_is_written_to_the_file(path: Path) -> None:
    inventory = Inventory.load(path)
    inventory.add(Host(name="a"))
    inventory.add(Host(name="b", address="10.0.0.2", port=22, display=2, group="g"))
    assert path.read_text() == (
        '[[host]]\nname = "a"\n\n'
        '[[host]]\nname = "b"\naddress = "10.0.0.2"\nport = 22\ndisplay = 2\ngroup = "g"\n'
    )
    assert Inventory.load(path).hosts == inventory.hosts
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(path.parent.iterdir()) == {path, path.with_name("hosts.toml.lock")}


def test_changed_host_keeps_the_comments_around_it(path: Path) -> None:
    inventory = write(path, GROWN)
    before = path.read_text()
    inventory.replace("lab-01", Host(name="lab-01", port=22, user="ada"))
    assert path.read_text() == before.replace(
        "port    = 2222      # not 22\n", 'port    = 22      # not 22\nuser = "ada"\n'
    )
    inventory.replace("lab-01", Host(name="window"))
    assert path.read_text() == before.replace("port    = 2222      # not 22\n", "").replace(
        'name = "lab-01" ', 'name = "window" '
    )


def test_replacing_a_host_by_itself_changes_no_byte(path: Path) -> None:
    inventory = write(path, GROWN)
    before = path.read_bytes()
    for host in inventory.hosts:
        inventory.replace(host.name, host)
    assert path.read_bytes() == before


def test_a_removed_host_leaves_the_comments_around_it(path: Path) -> None:
    inventory = write(path, GROWN)
    inventory.remove("lab-02")
    assert path.read_text() == (
        "# my hosts\n#   the lab first\n\n# the first one\n[[host]]   # by the window\n"
        'name = "lab-01"     # the fast one\nport    = 2222      # not 22\n\n'
        '# under the desk\n\n[[host]]\naddress = "10.0.3.3" # no name there\n# not at night\n'
        'name = "lab-03"\n# the end\n'
    )
    inventory.remove("lab-01")
    inventory.remove("lab-03")
    assert re.findall("#.*", path.read_text()) == [
        "# my hosts",
        "#   the lab first",
        "# the first one",
        "# under the desk",
        "# the end",
    ]
    assert inventory.hosts == ()


def test_line_ends_and_byte_order_mark_stay(path: Path) -> None:
    inventory = write(path, '\ufeff[[host]]\r\nname = "a"\r\n')
    inventory.add(Host(name="b"))
    inventory.replace("a", Host(name="a", port=1))
    assert path.read_bytes().decode() == (
        '\ufeff[[host]]\r\nname = "a"\r\nport = 1\r\n\r\n[[host]]\r\nname = "b"\r\n'
    )


def test_a_file_without_a_last_line_end_can_be_added_to(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"')
    inventory.replace("a", Host(name="a", port=1))
    inventory.add(Host(name="b"))
    assert names(Inventory.load(path)) == ["a", "b"]


def test_changes_of_an_editor_meanwhile_are_kept(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')
    path.write_text('# new\n[[host]]\nname = "z"\n[[host]]\nname = "a"\nuser = "ada"\n')
    inventory.add(Host(name="b"))
    assert names(inventory) == ["z", "a", "b"]
    assert inventory.get("a").user == "ada"
    assert path.read_text().startswith("# new\n")


@pytest.mark.parametrize("meanwhile", [b"[[host]\n", b'[[host]]\nname = "\xff"\n', b"[[host]]\nname = 1\n"])
def test_a_file_that_became_unreadable_is_not_written_to(path: Path, meanwhile: bytes) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')
    path.write_bytes(meanwhile)
    with pytest.raises(ConfigurationError, match=", line "):
        inventory.add(Host(name="b"))
    with pytest.raises(ConfigurationError, match=", line "):
        inventory.replace("a", Host(name="b"))
    with pytest.raises(ConfigurationError, match=", line "):
        inventory.remove("a")
    assert path.read_bytes() == meanwhile
    assert names(inventory) == ["a"]


def test_change_that_is_refused_changes_nothing(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n[[host]]\nname = "b"\n')
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="a host called 'a' already"):
        inventory.add(Host(name="a"))
    with pytest.raises(ConfigurationError, match="a host called 'a' already"):
        inventory.replace("b", Host(name="a"))
    with pytest.raises(ConfigurationError, match="no host called 'c'"):
        inventory.replace("c", Host(name="d"))
    with pytest.raises(ConfigurationError, match="no host called 'c'"):
        inventory.remove("c")
    with pytest.raises(ConfigurationError, match="port must be"):
        inventory.add(Host(name="d", port=70000))
    assert path.read_bytes() == before
    assert names(inventory) == ["a", "b"]


@pytest.mark.skipif(os.name != "posix", reason="links and modes are POSIX's")
def test_a_link_is_followed_and_the_mode_stays(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text('[[host]]\nname = "a"\n')
    real.chmod(0o640)
    path.parent.mkdir()
    path.symlink_to(real)
    Inventory.load(path).add(Host(name="b"))
    assert path.is_symlink()
    assert names(Inventory.load(real)) == ["a", "b"]
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    inventory = Inventory(tmp_path / "config" / "hosts.toml", ())
    with pytest.raises(ConfigurationError, match=r"hosts\.toml could not be (read|written): "):
        inventory.add(Host(name="a"))


def test_a_full_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="could not be written: No space left on device"):
        inventory.add(Host(name="b"))
    assert path.read_text() == '[[host]]\nname = "a"\n'
    assert set(path.parent.iterdir()) == {path, path.with_name("hosts.toml.lock")}


hosts = st.builds(
    Host,
    name=st.sampled_from(["a", "b", "c c", "quote\"'", "日本 1", "#1"]),
    address=st.sampled_from(["10.0.0.1", "host.example", "fe80::1%eth0"]),
    port=st.none() | st.integers(1, 65535),
    user=st.sampled_from([None, "ada", "DOM\\ada"]),
    identity_file=st.sampled_from([None, "~/.ssh/id", "C:\\keys\\id"]),
    display=st.integers(0, 64),
    group=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=64),
)


changes = st.lists(st.tuples(st.sampled_from(["add", "replace", "remove"]), hosts, hosts), max_size=8)


@given(changes=changes, crlf=st.booleans())
def test_any_changes_keep_the_comments_and_are_read_back(
    changes: list[tuple[str, Host, Host]], crlf: bool
) -> None:
    text = (
        '# one\n[[host]] # two\n# three\nname = "kept" # four\n# five\n\n'
        '# six\n[[host]]\nname = "a"\n# seven\n'
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hosts.toml"
        inventory = write(path, text.replace("\n", "\r\n") if crlf else text)
        expected = list(inventory.hosts)
        for change, host, other in changes:
            at = next((i for i, known in enumerate(expected) if known.name == host.name), None)
            try:
                if change == "add":
                    inventory.add(host)
                    expected.append(host)
                elif change == "replace":
                    inventory.replace(host.name, other)
                    assert at is not None
                    expected[at] = other
                else:
                    inventory.remove(host.name)
                    assert at is not None
                    del expected[at]
            except ConfigurationError:
                taken = {known.name for i, known in enumerate(expected) if change == "add" or i != at}
                new = host if change == "add" else other
                assert (at is None) != (change == "add") or (change == "replace" and new.name in taken)
            assert list(inventory.hosts) == expected
        assert list(Inventory.load(path).hosts) == expected
        written = path.read_bytes().decode()
        for word in ("one", "two", "three", "four", "five", "six", "seven"):
            assert written.count(f"# {word}") == 1
        if crlf:
            assert written.count("\n") == written.count("\r\n")
