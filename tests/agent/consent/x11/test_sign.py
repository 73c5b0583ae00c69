"""The sign on an X desktop: it is seen, stays above, and is clicked away."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

from deskagent.consent.platforms import sign_opener
from deskagent.consent.sign import Sign
from deskagent.consent.x11.popup import Popup
from deskagent.control.host_sign import HostSign
from deskwire.geometry import Rectangle
from deskx11.connection import connect
from support.screens.viewer_stage import run_window_manager
from support.xvfb import Xvfb, wait_for

TEXT = "anna@desk controls this computer - click to end"
AMBER = (90, 200, 250)


@pytest.fixture
def clicked() -> threading.Event:
    return threading.Event()


@pytest.fixture
def sign(screen: Xvfb, clicked: threading.Event) -> Iterator[Sign]:
    sign = sign_opener()(clicked.set)
    yield sign
    sign.close()


def seen(screen: Xvfb) -> Rectangle | None:
    """The place of its colour on the screen."""
    rows, columns = np.nonzero((screen.screenshot() == AMBER).all(axis=2))
    if not len(rows):
        return None
    left, top = int(columns.min()), int(rows.min())
    return Rectangle(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)


def wait_until_seen(screen: Xvfb) -> Rectangle:
    found = wait_for(lambda: seen(screen), what="the sign")
    assert found is not None
    return found


def test_it_is_seen_at_the_upper_edge_until_it_is_hidden(screen: Xvfb, sign: Sign) -> None:
    assert (seen(screen), sign.area) == (None, None)
    sign.show(TEXT)
    place = wait_until_seen(screen)
    wait_for(lambda: sign.area)
    assert place.y < 3
    assert abs(place.x + place.width / 2 - 400) < 3
    assert sign.area is not None
    assert sign.area.common(place) == place, "what is not to be clicked holds all of it"
    assert sign.area.area < place.area * 1.3
    sign.hide()
    wait_for(lambda: seen(screen) is None, what="its end")
    assert sign.area is None


def test_a_click_on_it_is_heard_and_one_beside_it_is_not(
    screen: Xvfb, sign: Sign, clicked: threading.Event
) -> None:
    sign.show(TEXT)
    place = wait_until_seen(screen)
    screen.call("xdotool", "mousemove", "400", str(place.height + 20), "click", "1")
    screen.call("xdotool", "mousemove", "400", "8", "click", "3")
    screen.call("xdotool", "mousedown", "1", "mousemove", "400", "200", "mouseup", "1")
    window = str(screen.wait_for_window("deskconsole sign"))
    screen.call("xdotool", "click", "--window", window, "1")  # sent, not pressed
    screen.call("xdotool", "mousemove", "400", "8")
    assert not clicked.is_set()
    screen.call("xdotool", "click", "1")
    assert clicked.wait(60)


def test_its_own_click_may_close_it(screen: Xvfb) -> None:
    def end() -> None:
        shown.close()

    shown: Sign = sign_opener()(end)
    shown.show(TEXT)
    wait_until_seen(screen)
    screen.call("xdotool", "mousemove", "400", "8", "click", "1")
    wait_for(lambda: seen(screen) is None, what="its end")


def test_it_comes_back_above_a_window_that_covers_it(screen: Xvfb, sign: Sign) -> None:
    sign.show(TEXT)
    whole = wait_until_seen(screen)
    screen.run("xterm", "-T", "covering", "-geometry", "100x30+0+0", "-e", "sleep 60")
    covering = str(screen.wait_for_window("covering"))
    screen.call("xdotool", "windowmove", covering, "0", "0", "windowraise", covering)
    wait_for(lambda: seen(screen) == whole, what="all of it")


def test_it_takes_no_focus(screen: Xvfb, sign: Sign) -> None:
    run_window_manager(screen)
    screen.run("xterm", "-T", "writing", "-e", "sleep 60")
    writing = str(screen.wait_for_window("writing"))
    screen.call("xdotool", "windowfocus", "--sync", writing)
    sign.show(TEXT)
    wait_until_seen(screen)
    screen.call("xdotool", "mousemove", "400", "8", "click", "1")
    assert screen.call("xdotool", "getwindowfocus").strip() == writing


def test_it_says_something_else_and_follows_the_screen(screen: Xvfb, sign: Sign) -> None:
    sign.show(TEXT)
    before = wait_until_seen(screen)
    sign.show("anna@desk sees this computer")
    wait_for(lambda: (seen(screen) or before).width < before.width, what="a shorter text")
    screen.resize(1024, 768)

    def centred() -> bool:
        place = seen(screen)
        return place is not None and abs(place.x + place.width / 2 - 512) < 3

    wait_for(centred, what="its new place")


def test_a_server_that_comes_back_shows_it_again(screen: Xvfb) -> None:
    lost = threading.Event()
    with closing(HostSign(sign_opener(), lambda: None, lost.set)) as sign:
        sign.show(TEXT)
        wait_for(lambda: sign.area)
        screen.kill()
        assert lost.wait(60), "it is not told that the sign is gone"
        assert sign.area is None
        sign.show("still there")
        with Xvfb(640, 400, display=screen.display) as back:
            wait_for(lambda: sign.area)
            assert wait_until_seen(back).y < 3


def test_it_comes_back_where_another_program_cuts_its_connection(screen: Xvfb) -> None:
    with closing(HostSign(sign_opener(), lambda: None, lambda: None)) as sign, closing(connect()) as other:
        sign.show(TEXT)
        whole = wait_until_seen(screen)
        first = screen.wait_for_window("deskconsole sign")
        window = other.create_resource_object("window", first)
        # Another name: the server may give the next window the number of this one.
        window.set_wm_name("cut")
        window.kill_client()
        other.sync()
        screen.wait_for_window("deskconsole sign")
        wait_for(lambda: seen(screen) == whole, what="the sign")


def test_no_click_can_hit_it_before_its_place_is_known(sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    known: list[Rectangle | None] = []
    show = Popup.show

    def noted(popup: Popup, place: Rectangle) -> None:
        known.append(sign.area)
        show(popup, place)

    monkeypatch.setattr(Popup, "show", noted)
    sign.show(TEXT)
    wait_for(lambda: known)
    assert known[0] is not None


def test_a_host_without_a_server_has_no_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(OSError, match="no X server answers"):
        sign_opener()(lambda: None)
