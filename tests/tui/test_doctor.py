"""The doctor's report: findings as they come, the first wrong one with its remedy, ended by leaving."""

from __future__ import annotations

import threading

from deskconsole.common.errors import ConfigurationError
from deskconsole.diagnosis import Finding, Outcome
from deskconsole.ssh.prompts import UnknownHostKey
from deskconsole.tui.questions import OwnQuestions
from deskconsole.tui.screens.doctor import DoctorScreen
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host_keys import TrustScreen
from support.screens.display_fleet import Running, laboratory
from support.screens.piloting import console, screen_text, settle, until

GOOD = Finding("name", Outcome.GOOD, "lab-01 is 10.0.3.1")
TIGHT = Finding("disk", Outcome.DOUBTFUL, "310 MB are free", "Free some space.", 0.3)
PROHIBITED = Finding(
    "forwarding",
    Outcome.BAD,
    "the SSH server lets no tunnels through",
    "Set AllowTcpForwarding yes there.",
    0.1,
)
FIRST_BAD = [GOOD, TIGHT, PROHIBITED, Finding("launch", Outcome.SKIPPED, "not tried without a tunnel")]


async def test_findings_come_one_by_one_and_the_step_under_way_is_named(running: Running) -> None:
    fleet = laboratory()
    fleet.findings = [GOOD]
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: "uploading the agent" in screen_text(pilot))
        shown = screen_text(pilot)
        assert "Doctor: lab-01" in shown
        assert "✓ name            lab-01 is 10.0.3.1" in shown
        assert "◐ step 2, launch: uploading the agent 62.0 %" in shown
        fleet.patience.set()
        await settle(pilot)
        assert "● nothing is wrong, 1 step" in screen_text(pilot)


async def test_the_first_wrong_thing_is_named_with_its_remedy(running: Running) -> None:
    fleet = laboratory()
    fleet.findings = FIRST_BAD
    fleet.patience.set()
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await settle(pilot)
        lines = [line.rstrip() for line in screen_text(pilot).splitlines()]
        assert any("✖ forwarding is the first problem" in line for line in lines)
        at = next(i for i, line in enumerate(lines) if "✖ forwarding      the SSH server" in line)
        assert lines[at + 1].strip() == "→ Set AllowTcpForwarding yes there."
        assert "· launch          not tried without a tunnel" in lines[at + 2]
        assert len(pilot.app.screen.query(".-first")) == 1


async def test_the_report_is_copied_and_the_host_examined_again(running: Running) -> None:
    fleet = laboratory()
    fleet.findings = FIRST_BAD
    fleet.patience.set()
    async with running(fleet) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await settle(pilot)
        await pilot.press("y")
        await pilot.pause()
        copied = pilot.app.clipboard.splitlines()
        assert copied[0] == "✓ name            lab-01 is 10.0.3.1"
        assert copied[2].strip() == "Free some space."
        assert copied[-1].startswith("✖ forwarding is the first problem")
        fleet.findings = [GOOD, TIGHT]
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await settle(pilot)
        shown = screen_text(pilot)
        assert "▲ it works; 1 of 2 steps deserves a look" in shown
        assert "forwarding" not in shown
        assert fleet.asked == [("examine", "lab-01")] * 2


async def test_leaving_ends_the_examination(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, FleetScreen)
        assert fleet.called_off


async def test_what_keeps_the_doctor_from_looking_is_said(running: Running) -> None:
    fleet = laboratory()
    fleet.refuses = ConfigurationError("known_hosts cannot be read.", remedy="Make it readable.")
    async with running(fleet) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await settle(pilot)
        assert "✖ known_hosts cannot be read. Make it readable." in screen_text(pilot)


async def test_a_question_of_the_doctor_ends_with_the_doctor_only(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        questions = OwnQuestions(console(pilot).controller.questions, "lab-05")
        answers: list[bool] = []
        asked = UnknownHostKey("lab-05", "10.0.3.5:22", "ssh-ed25519", "SHA256:abc")
        thread = threading.Thread(target=lambda: answers.append(questions.trust_host_key(asked)))
        thread.start()

        def asks() -> bool:
            console(pilot).controller.pull()
            return isinstance(pilot.app.screen, TrustScreen)

        await until(pilot, asks)
        questions.withdraw()
        thread.join(60)
        assert answers == [False]
        assert questions.trust_host_key(asked) is False
