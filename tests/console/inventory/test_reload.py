"""What other programs write to hosts.toml while the console runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from support.inventory_file import names, write


def test_changes_of_another_program_are_read(path: Path) -> None:
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


def test_asking_for_a_reload_tells_a_mistake_again(path: Path) -> None:
    inventory = write(path, '[[host]]\nname = "a"\n')
    path.write_text('[[host]]\nname = "a"\nport = 0\n')
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="line 3"):
            inventory.reload()
    path.write_text('[[host]]\nname = "a"\n')
    assert not inventory.reload()
    assert not inventory.reload(), "it is right again"
