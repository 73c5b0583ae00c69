"""Questions of sessions: shown one by one, answered by keys, withdrawn with what asked them."""

from __future__ import annotations

from dataclasses import replace

from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.ssh.prompts import SecretRequest, ServerMessage
from deskconsole.tui.screens.confirm import ConfirmScreen
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host_form import HostForm
from deskconsole.tui.screens.host_keys import TrustScreen
from deskconsole.tui.screens.question import SecretScreen
from support.screens.display_fleet import NOW, Running, laboratory
from support.screens.piloting import console, logged, screen_text, until, until_screen, until_shown
from support.screens.questions import (
    KEY,
    SECRET,
    ask,
    asked_by,
    connecting,
    dialog_text,
    password_of,
)


async def test_a_password_is_never_shown(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, SECRET)
        await until_screen(pilot, SecretScreen)
        await pilot.press(*"hush")
        shown = screen_text(pilot)
        assert "hush" not in shown
        assert "••••" in shown
        assert "Attempt 2" in shown
        await pilot.press("enter")
        await until_screen(pilot, FleetScreen)
        thread.join(60)
        assert answers == ["hush"]


async def test_questions_wait_for_their_turn_and_for_the_form(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("a")
        first, first_answers = ask(fleet, SECRET)
        await until(pilot, lambda: bool(console(pilot).controller.questions.hosts()))
        second, second_answers = ask(fleet, KEY)
        await pilot.press(*"web")
        assert isinstance(pilot.app.screen, HostForm)
        await pilot.press("escape")
        console(pilot).controller.pull()
        await until_screen(pilot, SecretScreen)
        await pilot.press("escape")
        await until_screen(pilot, TrustScreen)
        await pilot.press("escape")
        first.join(60)
        second.join(60)
        assert (first_answers, second_answers) == ([None], [False])


async def test_cancelling_the_connection_withdraws_its_question(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, KEY)
        await until_screen(pilot, TrustScreen)
        fleet.states["lab-03"] = Snapshot("lab-03", state=State.CLOSED, since=NOW)
        console(pilot).controller.pull()
        await until_screen(pilot, FleetScreen)
        thread.join(60)
        assert answers == [False]


async def test_quitting_answers_everything_with_no(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, SECRET)
        await until_screen(pilot, SecretScreen)
        await pilot.app.action_quit()
        thread.join(60)
        assert answers == [None]
    assert fleet.closed


async def test_the_title_of_a_password_says_which_user_and_address(running: Running) -> None:
    fleet = connecting()
    request = SecretRequest("Reception PC", "password", "Password:", account="Žofie Nováková@127.0.0.1:22")
    async with running(fleet) as pilot:
        thread, _ = ask(fleet, request)
        await until_screen(pilot, SecretScreen)
        assert "Žofie Nováková@127.0.0.1 - password" in screen_text(pilot)
        assert "Host Reception PC." in screen_text(pilot)
        await pilot.press("escape")
        thread.join(60)


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
        await until_screen(pilot, SecretScreen)
        await asked_by(pilot, 4)
        assert file in screen_text(pilot)
        await pilot.press(*"hush", "enter")
        for thread, answers in asked:
            thread.join(60)
            assert answers == ["hush"]
        await until_shown(pilot, "/other")
        assert not other_answers
        await pilot.press("escape")
        other.join(60)


async def test_a_password_serves_others_only_where_that_is_ticked_and_they_are_named(
    running: Running,
) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        first, first_answers = ask(fleet, password_of(1))
        await until_screen(pilot, SecretScreen)
        assert "Use it for" not in screen_text(pilot)
        root = replace(password_of(3), account="root@10.0.3.3")
        others = [ask(fleet, password_of(2)), ask(fleet, root)]
        await asked_by(pilot, 3)
        shown = screen_text(pilot)
        assert "[ ] Use it for the 2 others that ask for a password now:" in shown
        assert "lab-02, lab-03 (root@10.0.3.3)" in shown
        await pilot.press(*"hush", "enter")
        first.join(60)
        assert first_answers == ["hush"]
        await until_shown(pilot, "ops@10.0.3.2 - password")  # it was not ticked: the next is asked
        assert not any(answers for _, answers in others)
        await pilot.press("tab")
        late, late_answers = ask(fleet, password_of(4))
        await asked_by(pilot, 3)
        assert "lab-04" not in dialog_text(pilot), "what was ticked was for those that were named"
        await pilot.press(*"word", "enter")
        for thread, answers in others:
            thread.join(60)
            assert answers == ["word"]
        await until_shown(pilot, "ops@10.0.3.4 - password")
        assert not late_answers
        await pilot.press("escape")
        late.join(60)
        assert late_answers == [None]


async def test_a_menu_has_its_lines_and_can_be_scrolled(running: Running) -> None:
    fleet = connecting()
    menu = "\n".join(f" {number}. choice {number}" for number in range(1, 60)) + "\nPasscode or option:"
    async with running(fleet, size=(80, 24)) as pilot:
        thread, answers = ask(fleet, SecretRequest("lab-03", "code", menu, echo=True))
        await until_screen(pilot, SecretScreen)
        assert "1. choice 1 " in screen_text(pilot)
        assert "Passcode or option:" not in screen_text(pilot)
        await pilot.press(*["pagedown"] * 8)
        assert "Passcode or option:" in screen_text(pilot)
        await pilot.press("1")
        assert "•" not in screen_text(pilot)
        await pilot.press("enter")
        await until_screen(pilot, FleetScreen)
        thread.join(60)
        assert answers == ["1"]


async def test_what_a_server_says_while_the_login_waits_is_in_the_row_and_the_log(running: Running) -> None:
    fleet = connecting()
    link = "To go on, open this:\n  https://login.example/a/1b2c"
    async with running(fleet, size=(160, 40)) as pilot:
        assert fleet.questions is not None
        fleet.states["lab-03"] = Snapshot("lab-03", state=State.CONNECTING, since=NOW)
        fleet.questions.tell(ServerMessage("lab-03", link))
        fleet.questions.tell(ServerMessage("lab-03", link, waiting=True))
        said = "the server says: To go on, open this: https://login.example/a/1b2c"
        wanted = [f"lab-03  {said}", f"lab-03  the login waits; {said}"]
        await until(pilot, lambda: logged(pilot) == wanted)
        console(pilot).controller.pull()

        def row() -> str:
            return next(line for line in screen_text(pilot).splitlines() if "lab-03" in line)

        await until(pilot, lambda: said in row())
        fleet.states["lab-03"] = Snapshot("lab-03", state=State.PROBING, since=NOW)
        console(pilot).controller.pull()
        await until(pilot, lambda: "the server says" not in row())


async def test_a_notice_that_every_host_shows_is_logged_once(running: Running) -> None:
    fleet = connecting()
    async with running(fleet) as pilot:
        assert fleet.questions is not None
        for number in range(1, 8):
            fleet.questions.tell(ServerMessage(f"lab-0{number}", "Authorised use only.\x1b[31m\n"))
        await until(pilot, lambda: bool(logged(pilot)))
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
