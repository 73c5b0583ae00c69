"""Questions of sessions in the TUI's tests: asked as a session asks, looked for as a person does."""

from __future__ import annotations

import threading
import time

from textual.pilot import Pilot

from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.ssh.prompts import ChangedHostKey, Question, SecretRequest, UnknownHostKey
from deskconsole.tui.app import Outcome
from deskconsole.tui.questions import QueuedQuestions
from support.screens.display_fleet import NOW, DisplayFleet
from support.screens.piloting import console, screen_text, until

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
    """The text within the frame of the dialog."""
    region = pilot.app.screen.query_one(".dialog").region
    lines = screen_text(pilot).splitlines()[region.y : region.bottom]
    return "\n".join(line[region.x : region.right] for line in lines)


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


async def asked_by(pilot: Pilot[Outcome], number: int) -> None:
    """Until so many questions wait."""
    await until(pilot, lambda: len(console(pilot).controller.questions.waiting()) >= number)
