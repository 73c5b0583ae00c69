"""hosts.toml as a test wants it."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
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
"""A file that grew by hand: comments, tables and names written in different ways."""


def write(path: Path, text: str | bytes) -> Inventory:
    """Writes the file and reads it."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Inventory.load(path)


def refused(path: Path, text: str | bytes) -> ConfigurationError:
    """The error that reading this text raises."""
    with pytest.raises(ConfigurationError) as caught:
        write(path, text)
    return caught.value


def names(inventory: Inventory) -> list[str]:
    """The names of the hosts, in their order."""
    return [host.name for host in inventory.hosts]
