"""Keys, text and pointer on the Windows stand-in: a window of the tests' own and a notepad receive them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from Xlib.display import Display

from deskwire.control import Button, Chord, ChordName, ControlState, InputOutcome, Key, Typing
from deskwire.keys import BY_NAME, KEYS, LOCK_KEYS
from support.peers.acting_console import ActingConsole
from support.windows.desktop_agent import DesktopAgent
from support.windows.host import WindowsHost
from support.windows.input_desk import DEVICE, LEFT, TOP, InputDesk, characters, keys
from support.windows.login import log_in
from support.windows.program import put_agent
from support.xvfb import wait_for

# The first run on a machine builds the stand-in and its runtime.
pytestmark = pytest.mark.timeout(600)

SIDELESS = {0xA0: 0x10, 0xA1: 0x10, 0xA2: 0x11, 0xA3: 0x11, 0xA4: 0x12, 0xA5: 0x12}
"""Windows tells a program of Shift, Ctrl and Alt without their side, which the scan code has."""


@pytest.fixture(scope="module")
def host() -> Iterator[WindowsHost]:
    with WindowsHost.start() as host:
        put_agent(host)
        yield host


@pytest.fixture(scope="module")
def agent(host: WindowsHost) -> Iterator[DesktopAgent]:
    with DesktopAgent(host) as agent:
        yield agent


@pytest.fixture(scope="module")
def one_desk(host: WindowsHost) -> Iterator[InputDesk]:
    desk = InputDesk(host)
    yield desk
    desk.close()


@pytest.fixture
def desk(one_desk: InputDesk) -> InputDesk:
    """The desk with nothing held and the tests' window in front."""
    one_desk.call("release_all")
    if not one_desk.in_front:
        one_desk.click(1, LEFT + 200, TOP + 150)
        one_desk.wait_for_event("left up")
        one_desk.in_front = True
        # Wine hears of a new focus from its display, and forgets then which keys are held.
        time.sleep(0.3)
    one_desk.received()
    return one_desk


def test_every_key_arrives_once_with_its_codes(desk: InputDesk) -> None:
    for key in KEYS:
        desk.call("press", code=key.code, down=True)
        desk.call("press", code=key.code, down=False)
    expected = []
    for key in KEYS:
        # Windows has Num Lock with the prefix that no keyboard sends, and Pause under Num Lock's code.
        scan, extended = key.code & 0xFF, int(key.code >= 0xE000)
        match key.name:
            case "num lock":
                extended = 1
            case "pause":
                scan, extended = 0x45, 0
            case _:
                pass
        virtual_key = SIDELESS.get(key.virtual_key, key.virtual_key)
        expected += [(what, virtual_key, scan, extended) for what in ("down", "up")]
    assert keys(desk.received()) == expected
    for code in LOCK_KEYS:
        desk.call("press", code=code, down=True)
        desk.call("press", code=code, down=False)
    assert desk.value("device.keyboard()[1]") == 0


def test_a_held_key_is_repeated_by_each_press(desk: InputDesk) -> None:
    desk.press("a", "a", "a")
    desk.release("a")
    events = desk.received()
    assert [what for what, *_ in keys(events)] == ["down", "down", "down", "up"]
    assert characters(events) == "aaa"


def test_shift_ctrl_and_the_second_shift_act(desk: InputDesk) -> None:
    desk.press("right shift")
    desk.tap("a", "1")
    desk.release("right shift")
    desk.press("ctrl")
    desk.tap("a")
    desk.release("ctrl")
    assert characters(desk.received()) == "A!\x01"


def test_alt_print_and_ctrl_pause_have_the_codes_of_a_keyboard(desk: InputDesk) -> None:
    desk.press("alt", "print")
    desk.release("print", "alt")
    desk.press("ctrl", "pause")
    desk.release("ctrl", "pause")  # by what was pressed, though Ctrl is up by now
    pressed = [each for each in keys(desk.received()) if each[1] not in {0x11, 0x12}]
    assert pressed == [
        ("down", 0x2C, 0x54, 0), ("up", 0x2C, 0x54, 0), ("down", 0x03, 0x46, 1), ("up", 0x03, 0x46, 1)
    ]  # fmt: skip


def test_characters_arrive_as_they_are_though_shift_is_held(desk: InputDesk) -> None:
    desk.press("shift")
    desk.call("write", text="é€中😀ß")
    desk.release("shift")
    assert characters(desk.received()) == "é€中😀ß"


def test_text_in_notepad_has_its_characters_and_line_ends(desk: InputDesk) -> None:
    desk.click_notepad()
    desk.call("write", text="grüße €, 你好 😀")
    desk.tap("enter", "x")
    assert desk.notepad("x") == "grüße €, 你好 😀\r\nx"


def test_a_drag_selects_in_notepad(desk: InputDesk) -> None:
    desk.click_notepad()
    desk.call("write", text="0123456789" * 12)
    whole = desk.notepad("9")
    desk.host.move_pointer(420, 52)
    desk.call("button", number=1, down=True, x=420, y=52)
    desk.call("move", x=500, y=200)
    desk.call("button", number=1, down=False, x=660, y=400)
    desk.call("write", text="|")
    kept = desk.notepad("|").removesuffix("|")
    assert kept
    assert kept != whole
    assert whole.startswith(kept)


def test_buttons_arrive_at_their_place(desk: InputDesk) -> None:
    for number in range(1, 6):
        desk.click(number, LEFT + 40, TOP + 60)
    expected = (("left", 0), ("middle", 0), ("right", 0), ("side", 1), ("side", 2))
    assert [tuple(event.values()) for event in desk.received()] == [
        (f"{name} {what}", 40, 60, number) for name, number in expected for what in ("down", "up")
    ]


def test_the_left_button_clicks_though_the_user_has_swapped_them(desk: InputDesk) -> None:
    desk.host.swap_buttons(True)
    try:
        desk.click(1, LEFT + 50, TOP + 60)
        desk.click(3, LEFT + 50, TOP + 60)
    finally:
        desk.host.swap_buttons(False)
    assert [event["event"] for event in desk.received()] == ["left down", "left up", "right down", "right up"]


def test_the_wheel_turns_both_ways_and_by_fractions(desk: InputDesk) -> None:
    for right, down in ((0, -120), (0, 120), (0, 30), (240, 0), (-30, 0)):
        desk.call("wheel", right=right, down=down, x=LEFT + 100, y=TOP + 100)
    assert [tuple(event.values()) for event in desk.received()] == [
        ("wheel", 120), ("wheel", -120), ("wheel", -30), ("horizontal wheel", 240), ("horizontal wheel", -30)
    ]  # fmt: skip


def test_the_pointer_goes_to_each_pixel_at_two_sizes(desk: InputDesk) -> None:
    random = Random(7)
    with closing(Display(desk.host.display)) as display:
        for width, height in ((1280, 720), (1024, 768)):
            desk.host.resize(width, height)
            corners = [(x, y) for x in (0, width - 1) for y in (0, height - 1)]
            for number in range(300):
                place = corners[number] if number < 4 else (random.randrange(width), random.randrange(height))
                desk.call("move", x=place[0], y=place[1])
                seen = display.screen().root.query_pointer()
                assert (seen.root_x, seen.root_y) == place
                if number % 30 == 0:
                    # Wine tells its programs up to 0.2 s late, and its display at once.
                    wait_for(lambda: desk.host.pointer() == place)  # noqa: B023
    desk.host.resize(1280, 720)


def test_what_a_killed_agent_held_goes_up(desk: InputDesk) -> None:
    desk.press("ctrl", "shift", "alt", "g")
    desk.kill_device()
    desk.open_device()
    desk.call("release_all")
    desk.tap("g")
    events = desk.received()
    released = [key for what, key, *_ in keys(events) if what == "up"][:5]
    # The key that no keyboard has keeps the release of Alt from opening the window's menu.
    assert released[:2] == [ord("G"), 0xE8]
    assert set(released[2:]) == {0x10, 0x11, 0x12}
    assert characters(events) == "g"


def test_a_button_that_a_killed_agent_held_goes_up(desk: InputDesk) -> None:
    desk.call("button", number=1, down=True, x=LEFT + 30, y=TOP + 30)
    desk.kill_device()
    desk.open_device()
    desk.call("release_all")
    assert [event["event"] for event in desk.received()] == ["left down", "left up"]


def test_locks_are_told_as_they_are(desk: InputDesk) -> None:
    found = []
    for name in ("caps lock", "caps lock", "num lock", "num lock", "scroll lock", "scroll lock"):
        desk.tap(name)
        found.append(desk.value("device.keyboard()[1]"))
    assert found == [1, 0, 2, 0, 4, 0]


def test_the_layout_says_which_keys_give_what(desk: InputDesk) -> None:
    layout = desk.layout()
    letter, sign = BY_NAME["a"].code, BY_NAME["1"].code
    assert [layout.characters[letter, level] for level in (0, 1)] == ["a", "A"]
    assert [layout.characters[sign, level] for level in (0, 1)] == ["1", "!"]
    assert letter in layout.capitals
    assert sign not in layout.capitals


def test_another_layout_is_read_and_its_keys_are_pressed(desk: InputDesk) -> None:
    """Wine has the layout of its display; it knows only its ASCII characters."""
    desk.host.set_layout("de")
    desk.kill_device()
    try:
        desk.open_device()
        assert desk.layout().characters[BY_NAME["y"].code, 0] == "z"
        desk.tap("y")
        events = desk.received()
    finally:
        desk.host.set_layout("us")
        desk.kill_device()
        desk.open_device()
    assert keys(events)[0] == ("down", ord("Z"), BY_NAME["y"].code, 0)


def test_ctrl_alt_del_is_refused_with_what_helps(desk: InputDesk) -> None:
    with pytest.raises(AssertionError, match="task manager"):
        desk.chord("ctrl alt del")
    desk.press("ctrl", "alt")
    with pytest.raises(AssertionError, match="task manager"):
        desk.press("delete")
    desk.release("alt", "ctrl")
    desk.chord("task manager")
    desk.chord("print")
    pressed = [each[1] for each in keys(desk.received()) if each[0] == "down"]
    assert pressed == [0x11, 0x12, 0x11, 0x10, 0x1B, 0x2C]


def test_a_session_that_cannot_be_locked_is_told(desk: InputDesk) -> None:
    """Wine has no lock screen."""
    with pytest.raises(AssertionError, match="Windows does not lock the session"):
        desk.chord("lock")


ELEVATED = """
from deskagent.input.windows import device as module
from deskagent.input.windows.late_releases import LateReleases
from deskagent.input.windows.foreground import ForegroundRights
send, rights, late = module._send, device._foreground, device._late
module._send = lambda events: None
device._foreground = ForegroundRights(own=lambda: 0)
device._late = LateReleases(lambda: device._foreground is not rights, send)
"""
"""Wine has no program with more rights: here every window counts as one, and drops what is sent."""


def test_a_window_of_more_rights_is_told_and_what_it_swallowed_goes_up_later(desk: InputDesk) -> None:
    desk.press("ctrl")
    desk.run(ELEVATED)
    desk.release("ctrl")
    with pytest.raises(AssertionError, match="belongs to a program with more rights"):
        desk.press("a")
    with pytest.raises(AssertionError, match="belongs to a program with more rights"):
        desk.call("button", number=1, down=True, x=LEFT + 50, y=TOP + 60)
    desk.run("module._send, device._foreground = send, rights")
    desk.wait_for_event("up")
    desk.run("device._late = late")
    desk.tap("a")
    assert characters(desk.received()) == "a"


def test_a_release_that_was_blocked_lets_go_no_key_that_a_later_console_presses(desk: InputDesk) -> None:
    desk.press("ctrl")
    desk.run("late = device._late; blocked, late._is_blocked = late._is_blocked, lambda: True")
    desk.run("from deskagent.input.windows.foreground import ForegroundRights")
    desk.run("device._foreground = ForegroundRights(own=lambda: 0)")
    desk.release("ctrl")
    desk.run("act(device.close); device = act(device_opener())")
    desk.press("ctrl")
    desk.run("late._is_blocked = blocked")
    wait_for(lambda: desk.value("late._thread is None"))
    desk.tap("a")
    desk.release("ctrl")
    assert [(kind, key) for kind, key, *_ in keys(desk.received())] == [
        ("down", 0x11),
        ("up", 0x11),
        ("down", 0x11),
        ("down", 0x41),
        ("up", 0x41),
        ("up", 0x11),
    ]


def test_a_key_that_no_keyboard_has_is_refused_in_words(desk: InputDesk) -> None:
    with pytest.raises(AssertionError, match="a PC's keyboard has no key 0x7f"):
        desk.call("press", code=0x7F, down=True)
    desk.call("press", code=0x7F, down=False)
    assert desk.received() == []


def test_keys_that_are_up_are_not_released(desk: InputDesk) -> None:
    desk.release("ctrl", "alt", "win", "a")
    assert desk.received() == []


def test_the_injecting_thread_counts_pixels_of_the_display(desk: InputDesk) -> None:
    assert (
        desk.value(
            "user32.GetAwarenessFromDpiAwarenessContext(ctypes.c_void_p(user32.GetThreadDpiAwarenessContext()))"
        )
        == 2
    )  # per monitor


def test_among_the_services_there_is_no_device(host: WindowsHost, tmp_path: Path) -> None:
    (host.drive_c / "ours" / "opens.py").write_text(
        f'import sys\nsys.path.insert(0, r"C:\\ours\\agent")\n{DEVICE}'
    )
    with log_in(host, tmp_path) as connection:
        ended = connection.run(r"C:\ours\runtime\python.exe -I -X utf8 C:\ours\opens.py")
    assert b"DeviceGone: the agent runs on the window station" in ended.stderr


def press(console: ActingConsole, name: str, text: str = "") -> None:
    """A key of the console goes down, and up again."""
    code = BY_NAME[name].code
    console.act(Key, code=code, down=True, text=text)
    console.done(console.act(Key, code=code, down=False))


def test_a_console_types_into_notepad(desk: InputDesk, agent: DesktopAgent) -> None:
    desk.click_notepad()
    before = desk.host.typed_text()
    with closing(ActingConsole(agent)) as console:
        assert console.take().state is ControlState.YOURS
        done = console.done(console.act(Typing, text="grüße €, 你好 😀\nx"))
        assert done.outcome is InputOutcome.DONE
        assert desk.notepad("x") == f"{before}grüße €, 你好 😀\r\nx"


def test_keys_of_another_layout_give_what_they_gave_at_the_console(
    desk: InputDesk, agent: DesktopAgent
) -> None:
    with closing(ActingConsole(agent)) as console:
        console.take()
        console.act(Button, x=LEFT + 200, y=TOP + 150, button=1, down=True)
        console.act(Button, x=LEFT + 200, y=TOP + 150, button=1, down=False)
        for name, text in (("y", "z"), ("bracketleft", "ü"), ("q", "@"), ("minus", "ß"), ("a", "a")):
            press(console, name, text)
    assert characters(desk.received()) == "zü@ßa"


def test_nothing_stays_down_when_the_console_is_gone(desk: InputDesk, agent: DesktopAgent) -> None:
    with closing(ActingConsole(agent)) as console:
        console.take()
        console.act(Key, code=BY_NAME["ctrl"].code, down=True)
        console.done(console.act(Key, code=BY_NAME["a"].code, down=True, text="a"))
    desk.wait_for_event("up")
    wait_for(lambda: not desk.value("any(map(device._down_by_windows().get, (0x1D, 0x1E)))"))


def test_ctrl_alt_del_of_a_console_is_answered_with_what_helps(desk: InputDesk, agent: DesktopAgent) -> None:
    with closing(ActingConsole(agent)) as console:
        console.take()
        done = console.done(console.act(Chord, chord=ChordName.CTRL_ALT_DEL))
        assert done.outcome is InputOutcome.BLOCKED
        assert "task manager" in done.reason
