"""Mistakes in hosts.toml: what is refused, with its line."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.inventory import Inventory
from support.inventory_file import refused


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


def test_folder_in_place_of_the_file_is_an_error(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="is not a regular file"):
        Inventory.load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    with pytest.raises(ConfigurationError, match="is not a regular file"):
        Inventory.load(path)


@pytest.mark.parametrize("kind", ["folder", "device"])
def test_device_or_folder_in_place_of_the_file_is_refused(path: Path, kind: str) -> None:
    path.parent.mkdir(parents=True)
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(ConfigurationError, match=r"hosts\.toml could not be read: it is not a regular file"):
        Inventory.load(path)
