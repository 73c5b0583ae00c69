"""Groups of hosts in a real file."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from support.inventory_file import write

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
