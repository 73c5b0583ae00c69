"""Keys that the user sets: they work, help and footer show them, and what cannot be is told in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding
from textual.screen import ModalScreen

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.settings import Settings
from deskconsole.tui.app import DeskconsoleApp
from deskconsole.tui.key_places import key_places
from deskconsole.tui.screens.base import ConsoleScreen
from deskconsole.tui.user_keys import SettingOfKeys, UserKeys
from support.screens.display_fleet import NOW, laboratory
from support.screens.piloting import until, until_gone, until_shown

PLACES = key_places(DeskconsoleApp.BINDINGS)

MISTAKES: dict[str, tuple[SettingOfKeys, str, str]] = {
    "action": ({"veiw": "f6"}, "settings.toml: keys has no action 'veiw'", "Did you mean 'view'?"),
    "title": ({"full size": "f6"}, "keys has no action 'full size'", "Did you mean 'picture'?"),
    "key": (
        {"view": "pageupp"},
        "settings.toml: keys.view: there is no key 'pageupp'",
        "Did you mean 'pageup'?",
    ),
    "modifier": ({"view": "strg+v"}, "settings.toml: keys.view: there is no key 'strg+v'", "Give a key as"),
    "empty": ({"view": ""}, "settings.toml: keys.view: there is no key ''", "Give a key as"),
    "none": ({"view": []}, "settings.toml: keys.view has no key", "Give one, or leave the line out."),
    "both": (
        {"view": "f6", "connect": ["n", "f6"]},
        "keys.view and keys.connect are both 'f6'",
        "another key",
    ),
    "leave": ({"view": "ctrl+c"}, "keys.view cannot be 'ctrl+c', which leaves", "Choose another key."),
    "cursor": ({"view": "j"}, "keys.view cannot be 'j': in the list that is 'Host below'", "another key"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_a_sentence(name: str) -> None:
    wanted, sentence, remedy = MISTAKES[name]
    with pytest.raises(ConfigurationError) as refused:
        UserKeys(PLACES, wanted)
    assert sentence in str(refused.value)
    assert remedy in refused.value.remedy


def test_an_action_that_lost_its_key_is_told() -> None:
    keys: SettingOfKeys = {"view": "c", "connect": "v"}
    assert UserKeys(PLACES, keys).warnings == []
    assert UserKeys(PLACES, {"view": "c"}).warnings == [
        "c is 'View' now; give 'Connect' another key in settings.toml, as connect"
    ]


def test_a_letter_a_sign_and_a_chord_are_keys() -> None:
    keys = UserKeys(PLACES, {"view": ["?", "ctrl+x", "F"], "help": "f2", "remove": "minus"})
    assert keys.key_of("view") == "?"
    assert keys.key_of("remove") == "-"
    assert UserKeys(PLACES, {"view": [","], "help": "ctrl+,"}).key_of("view") == ","
    assert keys.key_of("connect") == "c"
    assert keys.key_of("quit") == "q"


def test_every_screen_with_keys_is_one_of_the_places() -> None:
    screens: list[type[ConsoleScreen]] = [ConsoleScreen]
    found = set()
    while screens:
        screen = screens.pop()
        screens += screen.__subclasses__()
        if not issubclass(screen, ModalScreen) and screen.__module__.startswith("deskconsole"):
            found |= {one.action for one in vars(screen).get("BINDINGS", ()) if isinstance(one, Binding)}
    listed = {one.action for place in PLACES for one in place.bindings if isinstance(one, Binding)}
    assert found <= listed


async def test_keys_of_the_settings_work_and_are_shown(tmp_path: Path) -> None:
    fleet = laboratory()
    settings = Settings(keys={"view": ["f6", "N"], "connect": "v", "open": "f7", "quit": "Q"})
    app = DeskconsoleApp(fleet, ssh_config=tmp_path / "config", clock=lambda: NOW, settings=settings)
    try:
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            while app.controller.fleet is None:
                await pilot.pause()
            app.controller.pull()
            # In their places, and `enter` opens no host: it was the only key of the action.
            await until_shown(pilot, "f7 Picture f6 View t Type v Connect")
            await pilot.press("N")
            await until(pilot, lambda: fleet.asked == [("view", "lab-01")])
            await pilot.press("down", "down", "down", "v", "enter", "c", "q")
            await until(pilot, lambda: fleet.asked[1:] == [("connect", "lab-04")])
            # The words that name keys name these: the fourth host is down.
            await until_shown(pilot, "o looks for what is wrong")
            await pilot.press("down", "r")
            await until_shown(pilot, "not connected; v connects it")
            await pilot.press("up", "f1")
            shown = await until_shown(pilot, "f6 N  View")
            assert "v  Connect " in shown
            await pilot.press("escape")
            await until_gone(pilot, "f6 N  View")
            await pilot.press("f7")
            await until(pilot, lambda: type(app.screen).__name__ == "HostScreen")
            await pilot.press("f6")
            await until(pilot, lambda: fleet.asked[2:] == [("view", "lab-04")])
            assert app.is_running
    finally:
        app.close()
