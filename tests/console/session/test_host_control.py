"""Control as the console keeps it: what is sent, and what may be sent."""

from __future__ import annotations

from deskconsole.session.control_status import ControlSettings, ControlStatus
from deskconsole.session.host_control import MOVES_OUT
from deskconsole.session.sent_inputs import LONGEST_TEXT
from deskwire.control import (
    AllUp,
    Button,
    ChordName,
    Control,
    ControlState,
    Done,
    Key,
    Pointer,
    Typing,
    WantControl,
    Wheel,
)
from deskwire.limits import MAX_TYPED
from support.control_ground import MAY, ControlGround


def test_nothing_is_sent_before_control_is_given() -> None:
    ground = ControlGround()
    assert ground.control.status == ControlStatus(ControlState.OFF, reason="not connected")
    ground.welcome()
    assert ground.control.key(0x1E, down=True, text="a") == 0
    assert ground.typed("a") == ground.control.point(1, 1) == ground.control.all_up() == 0
    assert ground.control.chord(ChordName.LOCK) == ground.control.wheel(1, 1, down=120) == 0
    assert ground.control.button(1, 1, 1, down=True) == 0
    ground.control.take()
    assert ground.control.status.state is ControlState.FREE
    assert ground.typed("a") == 0
    assert ground.sent == [WantControl()]


def test_inputs_bear_the_grant_and_numbers_from_one() -> None:
    ground = ControlGround().taken()
    control = ground.control
    assert control.status == ControlStatus(
        ControlState.YOURS, may=frozenset(MAY), claims=frozenset({"session"})
    )
    assert control.key(0x1E, down=True, text="a") == 1
    assert control.key(0x1E, down=False) == 2
    assert control.button(3, 4, 1, down=True) == 3
    assert control.wheel(3, 4, down=120) == 4
    assert control.type("ab") == [5]
    assert control.all_up() == 6
    assert ground.sent == [
        Key(1, 1, 0x1E, True, "a"),
        Key(1, 2, 0x1E, False),
        Button(1, 3, 3, 4, 1, True),
        Wheel(1, 4, 3, 4, 0, 120),
        Typing(1, 5, "ab"),
        AllUp(1, 6),
    ]


def test_an_agent_without_a_keyboard_gets_no_keys() -> None:
    ground = ControlGround()
    ground.welcome(may=("pointer",))
    ground.control.take()
    ground.yours()
    assert ground.control.key(0x1E, down=True) == ground.typed("a") == 0
    assert ground.control.point(1, 2) == 1


def test_a_slow_link_gets_fewer_moves_and_the_newest() -> None:
    ground = ControlGround().taken()
    for x in range(100):
        ground.control.point(x, 0)
    assert ground.sent == [Pointer(1, number + 1, number, 0) for number in range(MOVES_OUT)]
    ground.control.done(Done(1))
    assert ground.sent[MOVES_OUT:] == [Pointer(1, MOVES_OUT + 1, 99, 0)]


def test_a_move_goes_before_the_click_that_follows_it() -> None:
    ground = ControlGround().taken()
    for x in range(10):
        ground.control.point(x, 0)
    ground.control.button(9, 0, 1, down=True)
    assert ground.sent[-2:] == [Pointer(1, 5, 9, 0), Button(1, 6, 9, 0, 1, True)]


def test_a_long_text_goes_in_pieces() -> None:
    ground = ControlGround().taken()
    text = "é" * (2 * MAX_TYPED + 5)
    assert ground.control.type(text) == [1, 2, 3]
    pieces = [message.text for message in ground.sent if isinstance(message, Typing)]
    assert list(map(len, pieces)) == [MAX_TYPED, MAX_TYPED, 5]
    assert "".join(pieces) == text
    assert ground.typed("x" * (LONGEST_TEXT + 1)) == 0
    assert len(ground.sent) == 3


def test_keys_go_by_position_alone_where_the_settings_say_so() -> None:
    ground = ControlGround(ControlSettings(by_position=True)).taken()
    ground.control.key(0x15, down=True, text="z", dead=True)
    assert ground.sent == [Key(1, 1, 0x15, True)]


def test_what_is_held_goes_up_where_it_is_not_confirmed_any_more() -> None:
    ground = ControlGround().taken()
    ground.control.key(0x1D, down=True)
    for _ in range(3):
        ground.clock.now += 1
        ground.control.hold()
        assert ground.control.held
    ground.sent.clear()
    ground.clock.now += 1.3
    assert not ground.control.held
    assert ground.sent == [AllUp(1, 2)]


def test_a_key_that_went_up_for_want_of_a_word_is_told_and_repeats_no_more() -> None:
    ground = ControlGround().taken()
    lapses: list[bool] = []
    ground.control.lapsed = lambda: lapses.append(ground.control.held)
    ground.control.key(0x1E, down=True, text="a")
    assert ground.control.key(0x1E, down=True, text="a", repeat=True)
    ground.clock.now += 1.3
    assert not ground.control.held
    assert not ground.control.held
    assert lapses == [False]
    assert ground.control.key(0x1E, down=True, text="a", repeat=True) == 0


def test_held_until_it_goes_up_or_control_ends() -> None:
    ground = ControlGround().taken()
    assert not ground.control.held
    ground.control.key(0x1D, down=True)
    ground.control.button(1, 1, 1, down=True)
    ground.control.key(0x1D, down=False)
    assert ground.control.held
    ground.control.all_up()
    assert not ground.control.held
    ground.control.key(0x1D, down=True)
    ground.control.control(Control(ControlState.OTHER, holder="ben@desk"))
    assert not ground.control.held
