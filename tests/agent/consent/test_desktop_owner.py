"""Whose desktop an X server shows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

import pwd

from deskagent.consent.desktop_owner import is_another_users, user_at_desktop
from support.xvfb import Xvfb


def session(folder: Path, name: str = "1", **values: object) -> Path:
    (folder / name).write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return folder


def test_the_server_of_this_user_is_its_own_and_an_unknown_one_is_not(tmp_path: Path) -> None:
    with Xvfb(64, 48) as xvfb:
        assert not is_another_users(xvfb.display, tmp_path)
        assert not is_another_users(f"{xvfb.display}.0", tmp_path)
    assert is_another_users("", tmp_path)
    assert is_another_users("farhost:0", tmp_path)


def test_the_login_session_of_that_display_tells(tmp_path: Path) -> None:
    own = session(tmp_path, UID=os.getuid(), DISPLAY=":4711")
    assert not is_another_users(":4711", own)
    others = session(tmp_path, UID=os.getuid() + 1, DISPLAY=":4711")
    assert is_another_users(":4711", others)


def test_the_session_that_its_user_has_left_and_one_that_cannot_be_read_tell_nothing(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    for name in ("1", "3"):
        session(tmp_path, name, UID=os.getuid(), DISPLAY=":4711", STATE="closing")
    session(tmp_path, "2", UID=os.getuid() + 1, DISPLAY=":4711", STATE="active")
    assert is_another_users(":4711", tmp_path)
    session(tmp_path, "2", UID=os.getuid(), DISPLAY=":4711", STATE="active")
    assert not is_another_users(":4711", tmp_path)


def test_the_authority_file_tells_where_no_session_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = tmp_path / "authority"
    authority.touch()
    monkeypatch.setenv("XAUTHORITY", str(authority))
    assert not is_another_users(":4711", tmp_path / "none")


def test_the_person_at_the_desktop_has_a_name_until_the_session_is_left(tmp_path: Path) -> None:
    person = pwd.getpwnam("nobody")
    own = session(tmp_path, UID=person.pw_uid, DISPLAY=":4711", STATE="active")
    assert user_at_desktop(":4711.0", own) == "nobody"
    assert user_at_desktop(":4712", own) == ""
    session(tmp_path, UID=person.pw_uid, DISPLAY=":4711", STATE="closing")
    assert user_at_desktop(":4711", own) == ""


def test_a_greeter_is_no_person_and_a_user_without_a_name_is_none_either(tmp_path: Path) -> None:
    assert user_at_desktop(":4711", session(tmp_path, UID=0, DISPLAY=":4711")) == ""
    assert user_at_desktop(":4711", session(tmp_path, UID=2_000_000_011, DISPLAY=":4711")) == ""
