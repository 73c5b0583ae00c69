"""Questions of sessions: shown one by one, answered by keys, withdrawn with what asked them."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.ssh.prompts import ChangedHostKey, Question, SecretRequest, ServerMessage, UnknownHostKey
from deskconsole.tui.app import Outcome
from deskconsole.tui.questions import QueuedQuestions
from deskconsole.tui.screens.confirm import ConfirmScreen
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host_form import HostForm
from deskconsole.tui.screens.host_keys import ChangedKeyScreen, ForgetListScreen, TrustListScreen, TrustScreen
from deskconsole.tui.screens.question import SecretScreen
from support.screens.display_fleet import NOW, DisplayFleet, Running, laboratory
from support.screens.piloting import console, logged, screen_text

FINGERPRINT = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLW6tZ9BHgc3aDlMiA"

KEY = UnknownHostKey("lab-03", "10.0.3.3:22", "ssh-ed25519", FINGERPRINT)

SECRET = SecretRequest("lab-03", "password", "ops@10.0.3.3's password:", attempt=2)


def ask(fleet: DisplayFleet, asked: Question) -> tuple[threading.Thread, list[object]]:
    """Asks as a session does: on a thread of its own."""
    answers: list[object] = []
    questions = fleet.questions
    assert questions is not None

    def body() -> None:
        if isinstance(asked, UnknownHostKey):
            answers.append(questions.trust_host_key(asked))
        elif isinstance(asked, ChangedHostKey):
            answers.append(questions.forget_host_key(asked))
        else:
            answers.append(questions.secret(asked))

    thread = threading.Thread(target=body)
    thread.start()
    # In the order of the calls: it waits in the queue before another is asked.
    assert isinstance(questions, QueuedQuestions)
    while thread.is_alive() and all(pending.asked is not asked for pending in questions.waiting()):
        time.sleep(0.001)
    return thread, answers


def dialog_text(pilot: Pilot[Outcome]) -> str:
    """What stands within the frame of the dialog."""
    region = pilot.app.screen.query_one(".dialog").region
    lines = screen_text(pilot).splitlines()[region.y : region.bottom]
    return "\n".join(line[region.x : region.right] for line in lines)


async def until(pilot: Pilot[Outcome], kind: type[object]) -> None:
    for _ in range(100):
        await pilot.pause(0.01)
        if isinstance(pilot.app.screen, kind):
            await pilot.pause(0.05)
            return
    raise AssertionError(f"no {kind.__name__} came up, but {pilot.app.screen}")


@pytest.mark.parametrize(
    ("keys", "trusted"), [(["enter"], False), (["escape"], False), (["right", "enter"], True)]
)
async def test_a_host_key_is_trusted_only_on_purpose(
    running: Running, keys: list[str], *, trusted: bool
) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, KEY)
        await until(pilot, TrustScreen)
        assert FINGERPRINT in screen_text(pilot)
        await pilot.press(*keys)
        await until(pilot, FleetScreen)
        thread.join(5)
        assert answers == [trusted]
        await pilot.pause()
        assert logged(pilot) == ([f"lab-03  trusted the key {FINGERPRINT}"] if trusted else [])


async def test_a_password_is_never_shown(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, SECRET)
        await until(pilot, SecretScreen)
        await pilot.press(*"hush")
        shown = screen_text(pilot)
        assert "hush" not in shown
        assert "••••" in shown
        assert "Attempt 2" in shown
        await pilot.press("enter")
        await until(pilot, FleetScreen)
        thread.join(5)
        assert answers == ["hush"]


async def test_questions_wait_for_their_turn_and_for_the_form(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("a")
        first, first_answers = ask(fleet, SECRET)
        while not console(pilot).controller.questions.hosts():
            await pilot.pause(0.01)
        second, second_answers = ask(fleet, KEY)
        await pilot.press(*"web")
        assert isinstance(pilot.app.screen, HostForm)
        await pilot.press("escape")
        console(pilot).controller.pull()
        await until(pilot, SecretScreen)
        await pilot.press("escape")
        await until(pilot, TrustScreen)
        await pilot.press("escape")
        first.join(5)
        second.join(5)
        assert (first_answers, second_answers) == ([None], [False])


async def test_calling_off_the_connection_withdraws_its_question(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, KEY)
        await until(pilot, TrustScreen)
        fleet.states["lab-03"] = Snapshot("lab-03", state=State.CLOSED, since=NOW)
        console(pilot).controller.pull()
        await until(pilot, FleetScreen)
        thread.join(5)
        assert answers == [False]


async def test_quitting_answers_everything_with_no(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, SECRET)
        await until(pilot, SecretScreen)
        await pilot.app.action_quit()
        thread.join(5)
        assert answers == [None]
    assert fleet.closed


def connecting() -> DisplayFleet:
    """Thirty hosts on their way."""
    names = [f"lab-{number:02}" for number in range(1, 31)]
    states = {name: Snapshot(name, state=State.CONNECTING, since=NOW) for name in names}
    return DisplayFleet(tuple(Host(name=name) for name in names), states)


def key_of(number: int, fingerprint: str = "") -> UnknownHostKey:
    return UnknownHostKey(
        f"lab-{number:02}",
        f"10.0.3.{number}:22",
        "ssh-ed25519",
        fingerprint or f"SHA256:{number:02}{FINGERPRINT[9:]}",
    )


def password_of(number: int, attempt: int = 1) -> SecretRequest:
    account = f"ops@10.0.3.{number}:22"
    return SecretRequest(
        f"lab-{number:02}", "password", f"Password of {account}", attempt=attempt, account=account
    )


async def shown_text(pilot: Pilot[Outcome], words: str) -> None:
    """Until the words stand on the screen."""
    for _ in range(100):
        await pilot.pause(0.02)
        if words in screen_text(pilot):
            return
    raise AssertionError(f"{words!r} did not come up:\n{screen_text(pilot)}")


async def asked_by(pilot: Pilot[Outcome], number: int) -> None:
    """Until so many questions wait."""
    while len(console(pilot).controller.questions.waiting()) < number:
        await pilot.pause(0.01)
    await pilot.pause(0.05)


async def test_many_unknown_keys_are_one_list_of_which_only_the_ticked_are_trusted(running: Running) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        threads, answers = zip(*(ask(fleet, key_of(number)) for number in range(1, 31)), strict=True)
        await until(pilot, TrustListScreen)
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
        await until(pilot, FleetScreen)
        for thread in threads:
            thread.join(5)
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
        await until(pilot, TrustListScreen)
        await pilot.press(*keys)
        await until(pilot, FleetScreen)
        for thread, _ in asked:
            thread.join(5)
        assert [answer for _, answers in asked for answer in answers] == trusted


async def test_a_key_that_comes_meanwhile_joins_the_list_and_keys_typed_before_trust_nothing(
    running: Running,
) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        first, first_answers = ask(fleet, key_of(1))
        await until(pilot, TrustScreen)
        await pilot.press("right")
        second, second_answers = ask(fleet, key_of(2))
        await until(pilot, TrustListScreen)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, TrustListScreen)
        assert not first_answers
        await pilot.press("space")
        third, third_answers = ask(fleet, key_of(3))
        await asked_by(pilot, 3)
        assert "[x] lab-01" in screen_text(pilot)
        assert "[ ] lab-03" in screen_text(pilot)
        console(pilot).controller.questions.withdraw("lab-02")
        second.join(5)
        await pilot.pause(0.1)
        assert "lab-02  10.0.3.2:22   ssh" not in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, FleetScreen)
        first.join(5)
        third.join(5)
        assert (first_answers, second_answers, third_answers) == ([True], [False], [False])


async def test_a_jump_host_is_asked_about_once_for_all_hosts_behind_it(running: Running) -> None:
    fleet = connecting()
    gate = UnknownHostKey("gate", "10.0.3.99:22", "ssh-ed25519", FINGERPRINT)
    async with running(fleet) as pilot:
        asked = [ask(fleet, replace(gate, connecting=f"lab-0{number}")) for number in (1, 2, 3)]
        await until(pilot, TrustScreen)
        await asked_by(pilot, 3)
        assert console(pilot).controller.questions.hosts() == {"lab-01", "lab-02", "lab-03"}
        console(pilot).controller.questions.withdraw("lab-02")
        await pilot.press("right", "enter")
        await until(pilot, FleetScreen)
        for thread, _ in asked:
            thread.join(5)
        assert [answers for _, answers in asked] == [[True], [False], [True]]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_fingerprint_stands_in_one_piece(running: Running, size: tuple[int, int]) -> None:
    fleet = connecting()
    async with running(fleet, size=size) as pilot:
        asked = [ask(fleet, key_of(1, FINGERPRINT)), ask(fleet, key_of(2))]
        await until(pilot, TrustListScreen)
        assert FINGERPRINT in screen_text(pilot)
        assert "Trust none" in screen_text(pilot)
        await pilot.press("escape")
        for thread, _ in asked:
            thread.join(5)


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
        await until(pilot, ChangedKeyScreen)
        shown = screen_text(pilot)
        assert FINGERPRINT in shown
        assert old in shown
        assert "Forget the old key" in shown
        assert "anyway" not in shown
        await pilot.press(*keys)
        await until(pilot, FleetScreen)
        thread.join(5)
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
        await until(pilot, ForgetListScreen)
        await asked_by(pilot, 3)
        shown = screen_text(pilot)
        assert "lab-01  10.0.3.1:22  ssh-rsa -> ssh-ed25519" in shown
        assert f"old  {old}" in shown
        assert f"new  {FINGERPRINT}" in shown
        assert "[x]" not in shown
        await pilot.press("enter", "space")
        assert "Forget 1" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, FleetScreen)
        for thread, _ in asked:
            thread.join(5)
        assert sum(answers == [True] for _, answers in asked) == 1
        assert sum(answers == [False] for _, answers in asked) == 2


async def test_the_title_of_a_password_says_which_user_and_address(running: Running) -> None:
    fleet = connecting()
    request = SecretRequest("Reception PC", "password", "Password:", account="Žofie Nováková@127.0.0.1:22")
    async with running(fleet) as pilot:
        thread, _ = ask(fleet, request)
        await until(pilot, SecretScreen)
        assert "Žofie Nováková@127.0.0.1 - password" in screen_text(pilot)
        assert "Host Reception PC." in screen_text(pilot)
        await pilot.press("escape")
        thread.join(5)


async def test_one_passphrase_answers_all_that_wait_for_the_same_key_file(running: Running) -> None:
    fleet = connecting()
    file = "/home/ops/.ssh/id_ed25519"
    async with running(fleet) as pilot:
        asked = [
            ask(fleet, SecretRequest(f"lab-0{number}", "passphrase", f"Passphrase for {file}", key_file=file))
            for number in (1, 2, 3)
        ]
        other, other_answers = ask(
            fleet, SecretRequest("lab-04", "passphrase", "Passphrase for /other", key_file="/other")
        )
        await until(pilot, SecretScreen)
        await asked_by(pilot, 4)
        assert file in screen_text(pilot)
        await pilot.press(*"hush", "enter")
        for thread, answers in asked:
            thread.join(5)
            assert answers == ["hush"]
        await shown_text(pilot, "/other")
        assert not other_answers
        await pilot.press("escape")
        other.join(5)


async def test_a_password_serves_others_only_where_that_is_ticked_and_they_are_named(
    running: Running,
) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        first, first_answers = ask(fleet, password_of(1))
        await until(pilot, SecretScreen)
        assert "Use it for" not in screen_text(pilot)
        root = replace(password_of(3), account="root@10.0.3.3")
        others = [ask(fleet, password_of(2)), ask(fleet, root)]
        await asked_by(pilot, 3)
        shown = screen_text(pilot)
        assert "[ ] Use it for the 2 others that ask for a password now:" in shown
        assert "lab-02, lab-03 (root@10.0.3.3)" in shown
        await pilot.press(*"hush", "enter")
        first.join(5)
        assert first_answers == ["hush"]
        await shown_text(pilot, "ops@10.0.3.2 - password")  # it was not ticked: the next is asked
        assert not any(answers for _, answers in others)
        await pilot.press("tab")
        late, late_answers = ask(fleet, password_of(4))
        await asked_by(pilot, 3)
        assert "lab-04" not in dialog_text(pilot), "what was ticked was for those that were named"
        await pilot.press(*"word", "enter")
        for thread, answers in others:
            thread.join(5)
            assert answers == ["word"]
        await shown_text(pilot, "ops@10.0.3.4 - password")
        assert not late_answers
        await pilot.press("escape")
        late.join(5)
        assert late_answers == [None]


async def test_a_menu_has_its_lines_and_can_be_scrolled(running: Running) -> None:
    fleet = connecting()
    menu = "\n".join(f" {number}. choice {number}" for number in range(1, 60)) + "\nPasscode or option:"
    async with running(fleet, size=(80, 24)) as pilot:
        thread, answers = ask(fleet, SecretRequest("lab-03", "code", menu, echo=True))
        await until(pilot, SecretScreen)
        assert "1. choice 1 " in screen_text(pilot)
        assert "Passcode or option:" not in screen_text(pilot)
        await pilot.press(*["pagedown"] * 8)
        assert "Passcode or option:" in screen_text(pilot)
        await pilot.press("1")
        assert "•" not in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, FleetScreen)
        thread.join(5)
        assert answers == ["1"]


async def test_what_a_server_says_while_the_login_waits_is_in_the_row_and_the_log(running: Running) -> None:
    fleet = connecting()
    link = "To go on, open this:\n  https://login.example/a/1b2c"
    async with running(fleet, size=(160, 40)) as pilot:
        assert fleet.questions is not None
        fleet.states["lab-03"] = Snapshot("lab-03", state=State.CONNECTING, since=NOW)
        fleet.questions.tell(ServerMessage("lab-03", link))
        fleet.questions.tell(ServerMessage("lab-03", link, waiting=True))
        await pilot.pause(0.05)
        console(pilot).controller.pull()
        await pilot.pause(0.05)
        row = next(line for line in screen_text(pilot).splitlines() if "lab-03" in line)
        assert "the server says: To go on, open this: https://login.example/a/1b2c" in row
        assert logged(pilot) == [
            "lab-03  the server says: To go on, open this: https://login.example/a/1b2c",
            "lab-03  the login waits; the server says: To go on, open this: https://login.example/a/1b2c",
        ]
        fleet.states["lab-03"] = Snapshot("lab-03", state=State.PROBING, since=NOW)
        console(pilot).controller.pull()
        await pilot.pause(0.05)
        row = next(line for line in screen_text(pilot).splitlines() if "lab-03" in line)
        assert "the server says" not in row


async def test_a_notice_that_every_host_shows_is_logged_once(running: Running) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        assert fleet.questions is not None
        for number in range(1, 8):
            fleet.questions.tell(ServerMessage(f"lab-0{number}", "Authorised use only.\x1b[31m\n"))
        await pilot.pause(0.05)
        assert logged(pilot) == ["lab-01  the server says: Authorised use only.␛[31m"]


async def test_only_the_button_that_has_the_focus_is_filled(running: Running) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        await pilot.press("delete")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        keep, remove = pilot.app.screen.query_one("#no"), pilot.app.screen.query_one("#yes")
        dialog = pilot.app.screen.query_one(".dialog")
        assert pilot.app.focused is keep
        assert remove.styles.background == dialog.styles.background
        assert keep.styles.background != dialog.styles.background
        await pilot.press("right")
        assert pilot.app.focused is remove
        assert remove.styles.background != dialog.styles.background
