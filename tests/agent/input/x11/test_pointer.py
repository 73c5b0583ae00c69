"""The pointer of a console acts on a real X server, and nothing stays down."""

from __future__ import annotations

import functools
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from deskagent.input.device import DeviceGone, InputBlocked
from deskagent.input.injector import Injector
from deskagent.input.platforms import device_opener
from deskwire.control import ChordName, Key
from deskwire.keys import BY_CODE, BY_NAME, CONTROL
from deskx11.connection import connect
from deskx11.xkb import CONTROL_MASK
from support.input_log import InputLog, held_keycodes
from support.typed_file import TypedFile
from support.xvfb import Xvfb, wait_for


def test_the_pointer_is_where_it_was_put(screen: Xvfb, host: Injector) -> None:
    places = random.Random(1)
    with closing(connect()) as display:

        def is_at(place: tuple[int, int]) -> bool:
            found = display.screen().root.query_pointer()
            return bool((found.root_x, found.root_y) == place)

        for _ in range(200):
            place = places.randrange(800), places.randrange(600)
            host.move(*place)
            # The server takes the request first and moves the pointer up to a millisecond later.
            wait_for(functools.partial(is_at, place), what=f"the pointer at {place}")


def test_a_click_has_its_place(host: Injector, log: InputLog) -> None:
    for number in (1, 2, 3, 4, 5):
        host.button(number, down=True, x=10 * number, y=20)
        host.button(number, down=False, x=10 * number, y=20)
    clicks = [(1, 10, 20), (2, 20, 20), (3, 30, 20), (8, 40, 20), (9, 50, 20)]
    assert log.events("button down", 5) == clicks
    assert log.events("button up", 5) == clicks


def test_the_wheel_turns_by_notches_and_keeps_parts_of_them(host: Injector, log: InputLog) -> None:
    host.wheel(0, 3 * 120, 5, 6)
    host.wheel(-2 * 120, 0, 5, 6)
    for _ in range(4):
        host.wheel(0, 30, 5, 6)
    host.wheel(0, 90, 5, 6)
    host.wheel(0, -120, 5, 6)
    down, left, up = (5, 5, 6), (6, 5, 6), (4, 5, 6)
    assert log.events("button down", 7) == [down, down, down, left, left, down, up]


def test_a_word_is_marked_by_dragging(screen: Xvfb, host: Injector, tmp_path: Path) -> None:
    screen.run(
        "xterm", "-geometry", "40x4+0+400", "-e", "sh", "-c", f"printf word; touch {tmp_path}/up; sleep 99"
    )
    wait_for((tmp_path / "up").exists)
    screen.wait_for_window("^sh$|xterm")
    wait_for(lambda: screen.screenshot()[400:420, :40].std() > 0, what="the word")
    host.button(1, down=True, x=3, y=410)
    for x in range(3, 200, 20):
        host.move(x, 410)
    host.button(1, down=False, x=200, y=410)
    marked = wait_for(lambda: screen.call("xclip", "-o", "-selection", "primary"), what="a selection")
    assert marked.strip() == "word"


def test_a_grab_of_the_server_does_not_stop_it(host: Injector, log: InputLog) -> None:
    other = connect()
    try:
        other.grab_server()
        other.sync()
        host.button(1, down=True, x=7, y=8)
        host.button(1, down=False, x=7, y=8)
        other.ungrab_server()
        other.sync()
    finally:
        other.close()
    assert log.events("button down", 1) == [(1, 7, 8)]


def test_a_menu_takes_keys_and_clicks(screen: Xvfb, host: Injector, terminal: TypedFile) -> None:
    host.key(Key(1, 1, BY_NAME["ctrl"].code, down=True))
    host.button(1, down=True, x=100, y=100)

    def menu() -> bool:
        return bool(screen.screenshot()[330:390, :200].any())

    wait_for(menu, what="xterm's menu, which is longer than it")
    host.button(1, down=False, x=700, y=550)
    host.key(Key(1, 1, BY_NAME["ctrl"].code, down=False))
    # It takes keys until it is gone.
    wait_for(lambda: not menu(), what="the menu's end")
    host.move(200, 100)
    host.type("after")
    assert terminal.expect("after") == "after"
    assert held_keycodes() == []


def test_nothing_is_down_after_any_sequence(host: Injector, log: InputLog) -> None:
    chance = random.Random(2)
    codes = sorted(BY_CODE)
    for _ in range(20):
        for _ in range(25):
            down = chance.random() < 0.6
            if chance.random() < 0.2:
                host.button(chance.randint(1, 5), down=down, x=3, y=4)
            else:
                text = chance.choice(["", "a", "@", "é", "Ω"]) if down else ""
                key = Key(1, 1, chance.choice(codes), down, text, locks=chance.choice([0, 0, 1]))
                host.key(key)
        host.release_all()
        assert held_keycodes() == []
        assert not host.held


HOLDS = """
import os, signal
from deskagent.input.injector import Injector
from deskagent.input.platforms import device_opener
from deskwire.control import Key
host = Injector(device_opener()())
for code in (0x1D, 0x38, 0x1E):
    host.key(Key(1, 1, code, down=True))
host.button(1, down=True, x=5, y=5)
host.type("ż你")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_agent_held_is_released_by_the_next(screen: Xvfb, log: InputLog) -> None:
    before = screen.call("xmodmap", "-pke")
    agent = Path(__file__).parents[4] / "agent"
    done = subprocess.run(
        (sys.executable, "-c", HOLDS), env={**os.environ, "PYTHONPATH": str(agent)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert len(held_keycodes()) == 4
    host = Injector(device_opener()())
    host.release_all()
    assert held_keycodes() == []
    wait_for(lambda: screen.call("xmodmap", "-pke") == before, what="the map from before")
    host.close()


def test_alt_alone_does_not_open_a_menu_when_everything_goes_up(host: Injector, log: InputLog) -> None:
    host.key(Key(1, 1, BY_NAME["alt"].code, down=True))
    host.release_all()
    alt, ctrl = 64, 37
    assert [number for number, _, _ in log.events("key down", 2)] == [alt, ctrl]
    assert [number for number, _, _ in log.events("key up", 2)] == [ctrl, alt]


def test_a_host_without_xtest_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(64, 64, options=("-extension", "XTEST")) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        with pytest.raises(DeviceGone, match="the X server has no XTEST, by which programs type and click"):
            device_opener()()


def test_a_server_that_goes_away_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(64, 64) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        host = Injector(device_opener()())
        host.move(1, 1)
        screen.kill()
        with pytest.raises(DeviceGone, match="the X server is gone"):
            host.move(2, 2)
        host.close()


def test_a_key_that_the_host_has_not_is_refused_in_words(host: Injector) -> None:
    with pytest.raises(InputBlocked, match="the host's keyboard has no key 0x7f"):
        host.key(Key(1, 1, 0x7F, down=True))
    assert held_keycodes() == []


def test_ctrl_alt_del_is_three_keys(host: Injector, log: InputLog) -> None:
    host.chord(ChordName.CTRL_ALT_DEL)
    ctrl, alt, delete = 37, 64, 119
    assert [number for number, _, _ in log.events("key down", 3)] == [ctrl, alt, delete]
    assert [number for number, _, _ in log.events("key up", 3)] == [delete, alt, ctrl]


def test_a_key_that_is_held_stays_held_through_a_chord(host: Injector) -> None:
    ctrl = 37
    host.key(Key(1, 1, CONTROL, down=True))
    host.chord(ChordName.CTRL_ALT_DEL)
    assert held_keycodes() == [ctrl, -CONTROL_MASK]


def test_the_screen_is_locked_by_the_desktops_own_program(
    host: Injector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "xdg-screensaver"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    host.chord(ChordName.LOCK)
    assert (tmp_path / "said").read_text() == "lock\n"


def test_a_desktop_that_cannot_be_locked_says_so(
    host: Injector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputBlocked, match="this desktop has no program that locks the screen"):
        host.chord(ChordName.LOCK)


def test_a_program_that_locks_slowly_keeps_no_input_waiting(
    host: Injector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "xdg-screensaver"
    program.write_text("#!/bin/sh\nexec /bin/sleep 15\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    began = time.monotonic()
    with pytest.raises(InputBlocked, match="has not answered yet"):
        host.chord(ChordName.LOCK)
    assert time.monotonic() - began < 10
