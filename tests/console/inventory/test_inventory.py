"""The inventory on a real file: what is read, what is refused with its line, what of the file is kept."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskconsole.common import file_lock
from deskconsole.common.errors import ConfigurationError
from deskconsole.common.file_lock import locked
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory

GROWN = """\
# my hosts
#   the lab first

# the first one
[[host]]   # by the window
name = "lab-01"     # the fast one
port    = 2222      # not 22

# under the desk
[[ "host" ]]
  name = 'lab-02'
  group = \"\"\"\\
    x\"\"\"

[[host]]
address = "10.0.3.3" # no name there
# not at night
name = "lab-03"
# the end
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "hosts.toml"


def write(path: Path, text: str | bytes) -> Inventory:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Inventory.load(path)


def refused(path: Path, text: str | bytes) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        write(path, text)
    return caught.value


def names(inventory: Inventory) -> list[str]:
    return [host.name for host in inventory.hosts]


def test_a_missing_file_and_an_empty_one_hold_no_hosts(path: Path) -> None:
    assert Inventory.load(path).hosts == ()
    assert not path.parent.exists()
    assert write(path, "").hosts == ()
    assert write(path, "# soon\n").hosts == ()


def test_hosts_keep_the_order_of_the_file(path: Path) -> None:
    inventory = write(path, GROWN)
    assert names(inventory) == ["lab-01", "lab-02", "lab-03"]
    assert inventory.get("lab-01") == Host(name="lab-01", port=2222)
    assert inventory.get("lab-03").target == "10.0.3.3"


def test_a_host_that_is_not_there_is_told_with_the_nearest(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "lab-01"\n')
    with pytest.raises(ConfigurationError, match="no host called 'lab-1'") as caught:
        inventory.get("lab-1")
    assert caught.value.remedy == "Did you mean 'lab-01'?"


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ('[[host]]\nname = "a"\nport = 70000\n', 3, "port"),
        ('[[host]]\nname = "a"\n\n[[host]]\nname = "b"\n\n# x\nport = "22"\n', 8, "port"),
        ('# one\n[[host]]\nname = "a"\n# two\nprot = 22\n', 5, "prot"),
        ('[[host]]\nname = "a"\n[[host]]\n# nobody\naddress = "b"\n', 3, "name"),
        ('[[host]]\nname = "a"\n\n[[host]]\nport = 1\nname = "a"\n', 6, "name"),
        ("[[host]]\nname = 7\n", 2, "name"),
        ('[[host]]\n"name" = "a"\n"port" = 0\n', 3, "port"),
        ('[[host]]\nname = "a"\ngroup = """\n[[host]]\nport = 1\n"""\n', 3, "group"),
        ('[[host]]\nname = "a"\ngroup = "g"\n[[host]]\nname = """\\\n  b"""\nport = 0\n', 7, "port"),
        ('[[host]]\nname = "a"\njump = [\n  "x",\n  "y",\n]\nuser = "u"\n', 3, "jump"),
        ('[[host]]\nname = "a"\n[host.ssh]\nport = 1\n', 3, "ssh"),
        ('[[host]]\nname = "a"\nssh.port = 1\n', 3, "ssh"),
        ('[[host]]\nname = "a"\n[[host.more]]\nx = 1\n', 3, "more"),
        ('[[host]]\nname = "my desk"\n', 1, "address"),
        ('\r\n[[host]]\r\nname = "a"\r\nuser = ""\r\n', 4, "user"),
        ('\ufeff[[host]]\nname = "a"\ndisplay = -1\n', 3, "display"),
        ('[[host]]\nname = "a"\nwhen = 2026-01-01\n', 3, "when"),
        ('theme = "x"\n[[host]]\nname = "a"\n', 1, "theme"),
        ('[[host]]\nname = "a"\n\n[hosts]\nx = 1\n', 4, "hosts"),
        ('# x\n[[hosts]]\nname = "a"\n', 2, "hosts"),
        ('# x\n\n[host]\nname = "a"\n', 3, "host"),
        ('# x\nhost = [{ name = "a" }]\n', 2, "host"),
        ("host = 1\n", 1, "host"),
        ('[[host]]\nname = "a"\nport = \n', 3, "value"),
        ('[[host]]\nname = "a\nport = 1\n', 2, "character"),
        ('[[host]]\nname = "a"\nname = "b"\n', 3, "overwrite"),
        ('[[host]\nname = "a"\n', 1, "']]'"),
        ("[[host]]\nname = lab\n", 2, "value"),
        ('[[host]]\nname = """a', 2, "unterminated"),
        (b'[[host]]\nname = "caf\xe9"\n', 2, "UTF-8"),
        (b"\xff\xfe[\x00[\x00", 1, "UTF-8"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_field(
    path: Path, text: str | bytes, line: int, field: str
) -> None:
    error = refused(path, text)
    found = re.match(rf"{re.escape(str(path))}, line (\d+)[:,] ", str(error))
    assert found, str(error)
    assert int(found[1]) == line
    assert field in str(error)
    assert "\n" not in str(error)
    assert error.exit_code == 2
    assert path.read_bytes() == (text if isinstance(text, bytes) else text.encode())


def test_a_host_with_a_mistake_is_named(path: Path) -> None:
    error = refused(path, '[[host]]\nname = "lab-01"\nport = 70000\n')
    assert str(error).endswith(
        "line 3: host 'lab-01': port must be a whole number from 1 to 65535, not 70000"
    )


def test_the_first_host_of_a_taken_name_is_pointed_at(path: Path) -> None:
    error = refused(path, '[[host]]\nname = "a"\n[[host]]\nname = "a"\n')
    assert "'a' is taken by the host in line 2" in str(error)


def test_a_folder_in_the_place_of_the_file_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="is not a regular file"):
        Inventory.load(path)


def test_many_hosts_are_read_at_once(path: Path) -> None:
    text = "".join(f'[[host]]\nname = "h{number}"\nport = {number + 1}\n\n' for number in range(1000))
    assert len(write(path, text).hosts) == 1000
    error = refused(path, f'{text}[[host]]\nname = "x"\nprot = 1\n')
    assert "line 4003: " in str(error)


def test_what_was_added_is_on_the_disk(path: Path) -> None:
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


def test_a_changed_host_keeps_the_words_around_it(path: Path) -> None:
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


def test_what_an_editor_wrote_meanwhile_is_kept(path: Path) -> None:
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


def test_what_cannot_be_done_changes_nothing(path: Path) -> None:
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


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    with pytest.raises(ConfigurationError, match="is not a regular file"):
        Inventory.load(path)


def test_two_consoles_that_add_hosts_at_once_lose_none(path: Path) -> None:
    """Each adds its own, in a process of its own; every one that was said to be in the file is in it."""
    program = (
        "import sys; from pathlib import Path; from deskconsole.inventory.host import Host\n"
        "from deskconsole.inventory.inventory import Inventory\n"
        "inventory = Inventory.load(Path(sys.argv[1]))\n"
        "sys.stdin.readline()\n"
        "for number in range(8): inventory.add(Host(name=f'{sys.argv[2]}-{number}'))\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, path, name], stdin=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    for writer in writers:
        writer.communicate(b"\n", timeout=60)
        assert writer.returncode == 0
    assert len(Inventory.load(path).hosts) == 24


def test_what_another_program_writes_is_taken_over(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')
    assert not inventory.reload()
    path.write_text('[[host]]\nname = "a"\n[[host]]\nname = "b"\n')
    assert inventory.reload()
    assert [host.name for host in inventory.hosts] == ["a", "b"]
    inventory.add(Host(name="c"))
    assert not inventory.reload(), "its own change is no news"


def test_a_mistake_that_another_program_writes_is_told_once_and_changes_nothing(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')
    path.write_text('[[host]]\nname = "a"\nport = 0\n')
    with pytest.raises(ConfigurationError, match="line 3"):
        inventory.reload()
    assert not inventory.reload(watching=True)
    assert [host.name for host in inventory.hosts] == ["a"]
    path.write_text('[[host]]\nname = "a"\nport = 22\n')
    assert inventory.reload()
    assert inventory.hosts[0].port == 22


def test_a_watched_file_is_read_once_its_writer_is_done(path: Path) -> None:
    """An editor may empty the file first and fill it then: no host is lost in between."""
    inventory = write(path, '[[host]]\nname = "a"\n')
    assert not inventory.reload(watching=True)
    path.write_text("")
    assert not inventory.reload(watching=True)
    assert names(inventory) == ["a"]
    path.write_text('[[host]]\nname = "a"\n[[host]]\nname = "b"\n')
    assert not inventory.reload(watching=True)
    assert inventory.reload(watching=True)
    assert names(inventory) == ["a", "b"]


def test_a_file_that_is_replaced_by_another_is_seen(path: Path) -> None:
    """Many editors write a new file and give it the old one's name; its time may be older."""
    inventory = write(path, '[[host]]\nname = "a"\n')
    new = path.with_name("hosts.toml.new")
    new.write_text('[[host]]\nname = "b"\n')
    os.utime(new, (1, 1))
    new.replace(path)
    assert inventory.reload()
    assert names(inventory) == ["b"]


def test_a_file_that_is_gone_leaves_the_list_as_it_was(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')
    aside = path.rename(path.with_name("hosts.toml~"))
    assert not inventory.reload(watching=True)
    with pytest.raises(ConfigurationError, match="is gone"):
        inventory.reload(watching=True)
    assert not inventory.reload(watching=True), "told once"
    with pytest.raises(ConfigurationError, match="is gone"):
        inventory.reload()
    with pytest.raises(ConfigurationError, match="is gone"):
        inventory.add(Host(name="b"))
    assert names(inventory) == ["a"]
    aside.rename(path)
    inventory.add(Host(name="b"))
    assert names(Inventory.load(path)) == ["a", "b"]


def test_a_mistake_is_told_again_to_who_asks_for_a_reload(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')
    path.write_text('[[host]]\nname = "a"\nport = 0\n')
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="line 3"):
            inventory.reload()
    path.write_text('[[host]]\nname = "a"\n')
    assert not inventory.reload()
    assert not inventory.reload(), "it is right again"


@pytest.mark.parametrize("kind", ["folder", "device"])
def test_what_is_no_file_is_refused_with_its_name(path: Path, kind: str) -> None:
    path.parent.mkdir(parents=True)
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(ConfigurationError, match=r"hosts\.toml could not be read: it is not a regular file"):
        Inventory.load(path)


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_two_names_of_one_file_share_one_lock(path: Path, tmp_path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    with locked(path.with_name("hosts.toml.lock"), pytest.fail):
        pass
    Inventory.load(link).add(Host(name="b"))
    assert not link.with_name("link.toml.lock").exists()
    assert inventory.reload()


def test_a_lock_that_is_never_given_back_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as that of a console that was stopped by Ctrl-Z in the middle of a change."""
    inventory = write(path, '[[host]]\nname = "a"\n')
    monkeypatch.setattr("deskconsole.inventory.inventory.briefly", lambda: file_lock.briefly(0.0))
    with (
        locked(path.with_name("hosts.toml.lock"), pytest.fail),
        pytest.raises(ConfigurationError, match="another program has kept it locked"),
    ):
        inventory.add(Host(name="b"))
    assert path.read_text() == '[[host]]\nname = "a"\n'


ROOMS = """\
# the rooms
[[group]]
name = "room B"   # the large one
autoconnect = true

[[host]]
name = "b1"
group = "room B"

[[ 'group' ]]
name = "office"

[[host]]
name = "ada"
group = "office"
autoconnect = true

[[host]]
name = "eve"
group = "office"
# the end
"""


def test_hosts_are_connected_at_the_start_by_themselves_or_with_their_group(path: Path) -> None:
    inventory = write(path, ROOMS)
    assert [host.name for host in inventory.autoconnect] == ["b1", "ada"]
    path.write_text(ROOMS.replace('name = "office"\n\n', 'name = "office"\nautoconnect = true\n\n', 1))
    inventory.reload()
    assert [host.name for host in inventory.autoconnect] == ["b1", "ada", "eve"]


def test_changes_of_hosts_keep_the_groups(path: Path) -> None:
    inventory = write(path, ROOMS)
    inventory.remove("b1")
    inventory.replace("ada", Host(name="ada", group="office"))
    inventory.add(Host(name="b2", group="room B", autoconnect=True))
    inventory.add(Host(name="b3", group="room B"))
    written = path.read_text()
    assert written == ROOMS.replace('[[host]]\nname = "b1"\ngroup = "room B"\n\n', "").replace(
        'group = "office"\nautoconnect = true\n', 'group = "office"\n'
    ) + (
        '\n[[host]]\nname = "b2"\ngroup = "room B"\nautoconnect = true\n'
        '\n[[host]]\nname = "b3"\ngroup = "room B"\n'
    )
    assert [host.name for host in Inventory.load(path).autoconnect] == ["b2", "b3"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[group]]\nautoconnect = true\n", "line 1: the group has no name"),
        (
            '[[group]]\nname = "a"\nautoconnect = "yes"\n',
            "line 3: group 'a': autoconnect must be true or false",
        ),
        ('[[group]]\nname = "a"\nauto_connect = true\n', "Did you mean autoconnect?"),
        ("[[group]]\nname = 7\n", "line 2: name must be a text of at most 64 characters, not 7"),
        (
            '[[group]]\nname = "a"\n[[group]]\nname = "a"\n',
            "line 4: name 'a' is taken by the group in line 2",
        ),
        ('[[groups]]\nname = "a"\n', "Did you mean [[group]]?"),
        ('[group]\nname = "a"\n', "line 1: group is not written as [[group]]"),
        ('[[host]]\nname = "a"\n[[group]]\nname = "a"\n[[host]]\nname = "b"\nport = 0\n', "line 7: host 'b'"),
    ],
)
def test_a_mistake_in_a_group_is_told_with_its_line(path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        write(path, text)
    assert said in f"{caught.value} {caught.value.remedy}"
