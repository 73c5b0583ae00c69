"""Reading the inventory of a real file."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from support.inventory_file import GROWN, names, refused, write


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


def test_many_hosts_are_read_at_once(path: Path) -> None:
    text = "".join(f'[[host]]\nname = "h{number}"\nport = {number + 1}\n\n' for number in range(1000))
    assert len(write(path, text).hosts) == 1000
    error = refused(path, f'{text}[[host]]\nname = "x"\nprot = 1\n')
    assert "line 4003: " in str(error)
