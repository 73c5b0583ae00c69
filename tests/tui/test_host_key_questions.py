"""Questions about host keys: nothing is trusted or forgotten but on purpose, many at once in one list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskconsole.ssh.prompts import ChangedHostKey, UnknownHostKey
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host_keys import ChangedKeyScreen, ForgetListScreen, TrustListScreen, TrustScreen
from support.screens.display_fleet import Running, laboratory
from support.screens.piloting import console, logged, screen_text, until_gone, until_screen
from support.screens.questions import (
    FINGERPRINT,
    KEY,
    ask,
    asked_by,
    connecting,
    key_of,
)


@pytest.mark.parametrize(
    ("keys", "trusted"), [(["enter"], False), (["escape"], False), (["right", "enter"], True)]
)
async def test_a_host_key_is_trusted_only_on_purpose(
    running: Running, keys: list[str], *, trusted: bool
) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, KEY)
        await until_screen(pilot, TrustScreen)
        assert FINGERPRINT in screen_text(pilot)
        await pilot.press(*keys)
        await until_screen(pilot, FleetScreen)
        thread.join(60)
        assert answers == [trusted]
        await pilot.pause()
        assert logged(pilot) == ([f"lab-03  trusted the key {FINGERPRINT}"] if trusted else [])


async def test_many_unknown_keys_are_one_list_of_which_only_the_ticked_are_trusted(running: Running) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        threads, answers = zip(*(ask(fleet, key_of(number)) for number in range(1, 31)), strict=True)
        await until_screen(pilot, TrustListScreen)
        await asked_by(pilot, 30)
        shown = screen_text(pilot)
        assert "[ ] lab-01  10.0.3.1:22   ssh-ed25519  SHA256:01" in shown
        assert key_of(7).fingerprint in shown
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, TrustListScreen), "with nothing ticked, enter does nothing"
        await pilot.press("space", "down", "down", "space")
        assert "[x] lab-01" in screen_text(pilot)
        assert "Trust 2" in screen_text(pilot)
        await pilot.press("enter")
        await until_screen(pilot, FleetScreen)
        for thread in threads:
            thread.join(60)
        assert [number for number, (answer,) in enumerate(answers, 1) if answer] == [1, 3]
        assert logged(pilot) == [
            f"lab-01  trusted the key {key_of(1).fingerprint}",
            f"lab-03  trusted the key {key_of(3).fingerprint}",
        ]


@pytest.mark.parametrize(
    ("keys", "trusted"),
    [(["a", "enter"], [True, True]), (["a", "a", "escape"], [False, False]), (["a", "escape"], [False] * 2)],
)
async def test_all_keys_of_the_list_at_once(running: Running, keys: list[str], trusted: list[bool]) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        asked = [ask(fleet, key_of(number)) for number in (1, 2)]
        await until_screen(pilot, TrustListScreen)
        await pilot.press(*keys)
        await until_screen(pilot, FleetScreen)
        for thread, _ in asked:
            thread.join(60)
        assert [answer for _, answers in asked for answer in answers] == trusted


async def test_a_key_that_comes_meanwhile_joins_the_list_and_keys_typed_before_trust_nothing(
    running: Running,
) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        first, first_answers = ask(fleet, key_of(1))
        await until_screen(pilot, TrustScreen)
        await pilot.press("right")
        second, second_answers = ask(fleet, key_of(2))
        await until_screen(pilot, TrustListScreen)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, TrustListScreen)
        assert not first_answers
        await pilot.press("space")
        third, third_answers = ask(fleet, key_of(3))
        await asked_by(pilot, 3)
        assert "[x] lab-01" in screen_text(pilot)
        assert "[ ] lab-03" in screen_text(pilot)
        console(pilot).controller.questions.withdraw("lab-02")
        second.join(60)
        await until_gone(pilot, "lab-02  10.0.3.2:22   ssh")
        await pilot.press("enter")
        await until_screen(pilot, FleetScreen)
        first.join(60)
        third.join(60)
        assert (first_answers, second_answers, third_answers) == ([True], [False], [False])


async def test_a_jump_host_is_asked_about_once_for_all_hosts_behind_it(running: Running) -> None:
    fleet = connecting()
    gate = UnknownHostKey("gate", "10.0.3.99:22", "ssh-ed25519", FINGERPRINT)
    async with running(fleet) as pilot:
        asked = [ask(fleet, replace(gate, connecting=f"lab-0{number}")) for number in (1, 2, 3)]
        await until_screen(pilot, TrustScreen)
        await asked_by(pilot, 3)
        assert console(pilot).controller.questions.hosts() == {"lab-01", "lab-02", "lab-03"}
        console(pilot).controller.questions.withdraw("lab-02")
        await pilot.press("right", "enter")
        await until_screen(pilot, FleetScreen)
        for thread, _ in asked:
            thread.join(60)
        assert [answers for _, answers in asked] == [[True], [False], [True]]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_fingerprint_stands_in_one_piece(running: Running, size: tuple[int, int]) -> None:
    fleet = connecting()
    async with running(fleet, size=size) as pilot:
        asked = [ask(fleet, key_of(1, FINGERPRINT)), ask(fleet, key_of(2))]
        await until_screen(pilot, TrustListScreen)
        assert FINGERPRINT in screen_text(pilot)
        assert "Trust none" in screen_text(pilot)
        await pilot.press("escape")
        for thread, _ in asked:
            thread.join(60)


@pytest.mark.parametrize(
    ("keys", "forgotten"), [(["enter"], False), (["escape"], False), (["right", "enter"], True)]
)
async def test_an_old_key_is_forgotten_only_on_purpose(
    running: Running, keys: list[str], *, forgotten: bool
) -> None:
    fleet = connecting()
    old = key_of(9).fingerprint
    changed = ChangedHostKey("lab-03", "10.0.3.3:22", "ssh-ed25519", FINGERPRINT, (("ssh-rsa", old),))
    async with running(fleet, size=(80, 24)) as pilot:
        thread, answers = ask(fleet, changed)
        await until_screen(pilot, ChangedKeyScreen)
        shown = screen_text(pilot)
        assert FINGERPRINT in shown
        assert old in shown
        assert "Forget the old key" in shown
        assert "anyway" not in shown
        await pilot.press(*keys)
        await until_screen(pilot, FleetScreen)
        thread.join(60)
        assert answers == [forgotten]
        assert logged(pilot) == ([f"lab-03  forgot the old key {old}"] if forgotten else [])


async def test_many_changed_keys_are_one_list_and_only_the_ticked_are_forgotten(running: Running) -> None:
    fleet = connecting()
    old = key_of(9).fingerprint
    async with running(fleet, size=(80, 24)) as pilot:
        asked = [
            ask(
                fleet,
                ChangedHostKey(
                    f"lab-0{number}", "10.0.3.1:22", "ssh-ed25519", FINGERPRINT, (("ssh-rsa", old),)
                ),
            )
            for number in (1, 2, 3)
        ]
        await until_screen(pilot, ForgetListScreen)
        await asked_by(pilot, 3)
        shown = screen_text(pilot)
        assert "lab-01  10.0.3.1:22  ssh-rsa -> ssh-ed25519" in shown
        assert f"old  {old}" in shown
        assert f"new  {FINGERPRINT}" in shown
        assert "[x]" not in shown
        await pilot.press("enter", "space")
        assert "Forget 1" in screen_text(pilot)
        await pilot.press("enter")
        await until_screen(pilot, FleetScreen)
        for thread, _ in asked:
            thread.join(60)
        assert sum(answers == [True] for _, answers in asked) == 1
        assert sum(answers == [False] for _, answers in asked) == 2
