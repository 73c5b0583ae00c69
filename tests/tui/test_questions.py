"""Questions of sessions: shown one by one, answered by keys, withdrawn with what asked them."""

from __future__ import annotations

import threading

import pytest
from textual.pilot import Pilot

from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.ssh.questions import SecretRequest, UnknownHostKey
from deskconsole.tui.app import Outcome
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host_form import HostForm
from deskconsole.tui.screens.question import SecretScreen, TrustScreen
from display_fleet import NOW, DisplayFleet, Running, laboratory
from piloting import console, logged, screen_text

FINGERPRINT = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLW6tZ9BHgc3aDlMiA"

KEY = UnknownHostKey("lab-03", "10.0.3.3:22", "ssh-ed25519", FINGERPRINT)

SECRET = SecretRequest("lab-03", "password", "ops@10.0.3.3's password:", attempt=2)


def ask(fleet: DisplayFleet, asked: UnknownHostKey | SecretRequest) -> tuple[threading.Thread, list[object]]:
    """Asks as a session does: on a thread of its own."""
    answers: list[object] = []
    questions = fleet.questions
    assert questions is not None

    def body() -> None:
        if isinstance(asked, UnknownHostKey):
            answers.append(questions.trust_host_key(asked))
        else:
            answers.append(questions.secret(asked))

    thread = threading.Thread(target=body)
    thread.start()
    return thread, answers


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
        assert "SHA256: uNiVztks CsDhcc0u 9e8BgrJX VGLW6tZ9 BHgc3aDl MiA" in screen_text(pilot)
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
        while not console(pilot).questions.hosts():
            await pilot.pause(0.01)
        second, second_answers = ask(fleet, KEY)
        await pilot.press(*"web")
        assert isinstance(pilot.app.screen, HostForm)
        await pilot.press("escape")
        console(pilot).pull()
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
        console(pilot).pull()
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
