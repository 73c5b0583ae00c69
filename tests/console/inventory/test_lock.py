"""The lock that consoles and commands share to change hosts.toml."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deskconsole.common import file_lock
from deskconsole.common.errors import ConfigurationError
from deskconsole.common.file_lock import locked
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from support.inventory_file import write


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


def test_lock_that_is_never_released_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as that of a console that was stopped by Ctrl-Z in the middle of a change."""
    inventory = write(path, '[[host]]\nname = "a"\n')
    monkeypatch.setattr("deskconsole.inventory.inventory.briefly", lambda: file_lock.briefly(0.0))
    with (
        locked(path.with_name("hosts.toml.lock"), pytest.fail),
        pytest.raises(ConfigurationError, match="another program has kept it locked"),
    ):
        inventory.add(Host(name="b"))
    assert path.read_text() == '[[host]]\nname = "a"\n'
