"""The pointer in a window: where it is on the host, and how often the host is told."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deskconsole.viewer.canvas import AS_IT_IS, DOUBLE, FRAME, Canvas, Scale
from deskconsole.viewer.messages import ButtonInput, PointerInput, WheelInput
from deskconsole.viewer.pointer import WindowPointer
from deskwire.geometry import Rectangle


class _Mouse:
    """A pointer over a picture of 100 x 80 in the middle of a window, with a clock that the test moves."""

    def __init__(self) -> None:
        self.sent: list[PointerInput | ButtonInput | WheelInput] = []
        self.now = 10.0
        self.pointer = WindowPointer(self.sent.append, lambda: self.now)
        self.canvas = _canvas((100, 80), (124, 104), AS_IT_IS)

    def move(self, x: int, y: int) -> None:
        self.pointer.moved(x, y, self.canvas)

    @property
    def places(self) -> list[tuple[int, int]]:
        return [(one.x, one.y) for one in self.sent]


def _canvas(
    picture: tuple[int, int],
    window: tuple[int, int],
    scale: Scale | None = None,
    offset: tuple[int, int] = (0, 0),
) -> Canvas:
    image = np.zeros((window[1], window[0], 4), np.uint8)
    return Canvas(picture, image, scale=scale, offset=offset, framed=True)


def test_moves_are_merged_to_the_newest() -> None:
    mouse = _Mouse()
    for x in range(20, 40):
        mouse.move(x, 20)
    assert mouse.places == [(8, 8)]
    assert mouse.pointer.due is not None
    mouse.now = mouse.pointer.due
    mouse.pointer.flush()
    assert mouse.places == [(8, 8), (27, 8)]
    assert mouse.pointer.due is None


def test_a_press_comes_after_the_move_before_it_and_at_its_place() -> None:
    mouse = _Mouse()
    mouse.move(20, 20)
    mouse.move(30, 20)
    mouse.pointer.pressed(1, 31, 20, mouse.canvas)
    assert mouse.places == [(8, 8), (18, 8), (19, 8)]
    assert isinstance(mouse.sent[-1], ButtonInput)


def test_beside_the_picture_moves_are_along_its_edge_and_presses_are_none() -> None:
    mouse = _Mouse()
    mouse.move(0, 103)
    assert mouse.places == [(0, 79)]
    mouse.pointer.pressed(1, 0, 103, mouse.canvas)
    mouse.pointer.let_go(1, 0, 103, mouse.canvas)
    assert len(mouse.sent) == 1


def test_a_button_goes_up_beside_the_picture_too() -> None:
    mouse = _Mouse()
    mouse.pointer.pressed(3, 60, 60, mouse.canvas)
    mouse.pointer.let_go(3, 0, 0, mouse.canvas)
    assert [(one.button, one.down) for one in mouse.sent if isinstance(one, ButtonInput)] == [
        (3, True),
        (3, False),
    ]


def test_a_button_that_was_let_go_elsewhere_is_not_let_go_twice() -> None:
    mouse = _Mouse()
    mouse.pointer.pressed(1, 60, 60, mouse.canvas)
    mouse.pointer.forget()
    mouse.pointer.let_go(1, 60, 60, mouse.canvas)
    assert len(mouse.sent) == 1


def test_the_wheel_turns_by_whole_notches() -> None:
    mouse = _Mouse()
    for button in (4, 5, 6, 7):
        mouse.pointer.pressed(button, 60, 60, mouse.canvas)
    turned = [(one.right, one.down) for one in mouse.sent if isinstance(one, WheelInput)]
    assert turned == [(0, -120), (0, 120), (-120, 0), (120, 0)]


@given(
    picture=st.tuples(st.integers(1, 400), st.integers(1, 300)),
    window=st.tuples(st.integers(12, 500), st.integers(12, 400)),
    scale=st.sampled_from([None, AS_IT_IS, DOUBLE]),
    at=st.tuples(st.integers(-50, 550), st.integers(-50, 450)),
)
def test_every_place_of_the_window_is_one_of_the_picture(
    picture: tuple[int, int], window: tuple[int, int], scale: Scale | None, at: tuple[int, int]
) -> None:
    x, y = _canvas(picture, window, scale).place(*at)
    assert 0 <= x < picture[0]
    assert 0 <= y < picture[1]


@given(
    picture=st.tuples(st.integers(20, 300), st.integers(20, 300)),
    window=st.tuples(st.integers(20, 400), st.integers(20, 400)),
    scale=st.sampled_from([None, AS_IT_IS, DOUBLE]),
    offset=st.tuples(st.integers(0, 100), st.integers(0, 100)),
    data=st.data(),
)
def test_a_pixel_that_is_pointed_at_is_where_it_is_drawn(
    picture: tuple[int, int],
    window: tuple[int, int],
    scale: Scale | None,
    offset: tuple[int, int],
    data: st.DataObject,
) -> None:
    canvas = _canvas(picture, window, scale, offset)
    inside = ((x, y) for x in range(FRAME, window[0] - FRAME, 7) for y in range(FRAME, window[1] - FRAME, 7))
    seen = [point for point in inside if canvas.covers(*point)]
    if not seen:
        return
    x, y = data.draw(st.sampled_from(seen))
    at = canvas.place(x, y)
    drawn = canvas.draw(np.zeros((picture[1], picture[0], 3), np.uint8), Rectangle(*at, 1, 1))
    assert drawn is not None
    assert drawn.x <= x < drawn.x + drawn.width
    assert drawn.y <= y < drawn.y + drawn.height


def test_in_full_screen_the_frame_moves_no_pixel_and_the_corners_are_clicked() -> None:
    canvas = _canvas((320, 200), (320, 200))
    assert canvas.scale == AS_IT_IS
    for point in ((0, 0), (1, 199), (160, 100), (319, 199)):
        assert canvas.covers(*point)
        assert canvas.place(*point) == point
    picture = np.full((200, 320, 3), 9, np.uint8)
    assert canvas.draw(picture, Rectangle(0, 0, 320, 200)) == Rectangle(2, 2, 316, 196)


def test_a_place_that_the_host_missed_is_told_as_soon_as_it_takes_input_again() -> None:
    mouse = _Mouse()
    mouse.move(30, 30)
    mouse.move(40, 40)
    mouse.pointer.forget()
    mouse.pointer.catch_up(mouse.canvas)
    assert mouse.places == [(18, 18)], "a sixtieth of a second has not passed"
    mouse.now += 1
    mouse.pointer.flush()
    assert mouse.places[1:] == [(28, 28)]
    mouse.pointer.forget()
    mouse.pointer.missed(50, 60)
    mouse.now += 1
    mouse.pointer.catch_up(mouse.canvas)
    mouse.pointer.catch_up(mouse.canvas)
    assert mouse.places[2:] == [(38, 48)]


def test_another_layout_under_the_pointer_tells_the_pixel_that_is_there_now() -> None:
    mouse = _Mouse()
    mouse.move(52, 42)
    mouse.now += 1
    mouse.pointer.laid_out(mouse.canvas)
    assert len(mouse.sent) == 1
    mouse.pointer.laid_out(_canvas((100, 80), (200, 160), DOUBLE))
    assert mouse.places == [(40, 30), (26, 21)]


def test_control_that_begins_tells_no_place_of_before() -> None:
    mouse = _Mouse()
    mouse.pointer.missed(50, 60)
    mouse.pointer.begin()
    mouse.pointer.catch_up(mouse.canvas)
    assert mouse.sent == []
