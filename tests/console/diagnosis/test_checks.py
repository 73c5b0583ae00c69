"""What doctor makes of a host's facts, where no test can have the host: Windows, its sessions, its rights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from deskconsole.bootstrap.facts import (
    DeployedPart,
    DesktopSession,
    DesktopWord,
    HostFacts,
    Launched,
    Removed,
    XDisplay,
)
from deskconsole.bootstrap.upload import MARGIN
from deskconsole.bootstrap.windows.runtime import needed_for, part_of
from deskconsole.common.errors import (
    BootstrapError,
    DeployError,
    LaunchError,
    NobodyLoggedOn,
    StreamError,
    VersionMismatch,
)
from deskconsole.diagnosis import Outcome, checks
from deskconsole.diagnosis.findings import DoctorStep, Finding, Record, first_bad
from deskconsole.diagnosis.stream_probe import StreamProbe
from deskconsole.inventory.host import Host
from deskconsole.runtimes.container import FORMAT, PLATFORM, Manifest, Payload, Runtime
from deskwire.messages import ScreenState

LAB = Host(name="lab")
FACTS = HostFacts(
    host="lab",
    platform="Windows",
    machine="AMD64",
    python="",
    python_version=(0, 0, 0),
    home="C:\\Users\\ann",
    root="C:\\Users\\ann\\AppData\\Local\\deskconsole",
    folder="AppData/Local/deskconsole",
    free=50_000_000_000,
    shell="powershell",
    user="LAB\\ann",
)
ANN = DesktopSession(2, "Console", "LAB\\ann", "S-1-5-21-1", "active", own=True)
BEN = DesktopSession(3, "RDP-Tcp#7", "LAB\\ben", "S-1-5-21-2", "disconnected", own=False)
RUNTIME = Runtime(
    Path("runtime-0123456789ab.zip"),
    Manifest(
        format=FORMAT,
        name="runtime-0123456789ab",
        python="3.13.5",
        platform=PLATFORM,
        requirements="0" * 64,
        packages={},
        seed={"python.exe": (1_000_000, "0" * 64)},
        rest=Payload(size=29_000_000, sha256="0" * 64, unpacked=140_000_000, files=1000),
        built="2026-01-01T00:00:00Z",
    ),
)
THERE = replace(
    FACTS, python=f"AppData\\Local\\deskconsole\\{RUNTIME.name}\\python.exe", python_version=(3, 13, 5)
)
LAUNCHED = Launched(port=5000, token=b"", pid=42, version="0.1.0", reused=False)
WORD = DesktopWord(2, "WinSta0", "Default", "live", "", (1920, 1080), flat=False)


# A Windows host, looked at


def test_emulation_is_told_and_fails_nothing() -> None:
    assert checks.system(FACTS).outcome is Outcome.GOOD
    assert "powershell" in checks.system(FACTS).sentence
    verdict = checks.system(replace(FACTS, machine="ARM64"))
    assert (verdict.outcome, verdict.exit_code) == (Outcome.DOUBTFUL, 0)
    assert "emulation" in verdict.sentence


@pytest.mark.parametrize(
    ("elevated", "outcome"), [(True, Outcome.GOOD), (False, Outcome.DOUBTFUL), (None, Outcome.DOUBTFUL)]
)
def test_missing_administrator_rights_are_a_doubt(elevated: bool | None, outcome: Outcome) -> None:
    verdict = checks.rights(replace(FACTS, elevated=elevated))
    assert verdict.outcome is outcome
    assert "LAB\\ann" in verdict.sentence


def test_the_user_who_is_logged_on_is_the_best() -> None:
    verdict = checks.desktop(replace(FACTS, sessions=(ANN, BEN), elevated=True), LAB)
    shown, other = verdict.sentence.split("; ")
    assert (verdict.outcome, verdict.remedy) == (Outcome.GOOD, "")
    assert shown == "LAB\\ann is logged on in session 2 at Console (active)"
    assert other == "LAB\\ben is logged on in session 3 at RDP-Tcp#7 (disconnected)"


def test_an_old_server_may_not_reach_a_profile_with_letters_of_another_code_page() -> None:
    old, new = "SSH-2.0-OpenSSH_for_Windows_7.7", "SSH-2.0-OpenSSH_for_Windows_8.1"
    assert checks.files("/C:/Users/Žofie", old).outcome is Outcome.DOUBTFUL
    assert checks.files("/C:/Users/Žofie", new).outcome is Outcome.GOOD
    assert checks.files("/C:/Users/ann", old).outcome is Outcome.GOOD


def test_another_users_desktop_is_nobodys_secret() -> None:
    verdict = checks.desktop(replace(FACTS, sessions=(BEN,), elevated=True), LAB)
    assert verdict.outcome is Outcome.DOUBTFUL
    assert "LAB\\ben is logged on in session 3 at RDP-Tcp#7 (disconnected)" in verdict.sentence
    assert "permitted" in verdict.remedy


def test_another_users_desktop_without_the_rights_is_none() -> None:
    verdict = checks.desktop(replace(FACTS, sessions=(BEN,), elevated=False), LAB)
    assert (verdict.outcome, verdict.exit_code) == (Outcome.BAD, NobodyLoggedOn.exit_code)
    assert "LAB\\ann is not logged on" in verdict.sentence


def test_a_session_that_a_plain_user_may_not_ask_about_may_be_the_users_own() -> None:
    unnamed = replace(ANN, user="", sid="", own=False)
    verdict = checks.desktop(replace(FACTS, sessions=(BEN, unnamed), elevated=False), LAB)
    assert verdict.outcome is Outcome.DOUBTFUL
    assert "does not tell this user who" in verdict.sentence


def test_where_nobody_seems_logged_on_the_launch_decides() -> None:
    verdict = checks.desktop(FACTS, LAB)
    assert verdict.outcome is Outcome.DOUBTFUL
    assert verdict.sentence.startswith("nobody is logged on")


def test_a_runtime_that_is_to_be_built_sent_or_there() -> None:
    assert checks.runtime(FACTS, None).outcome is Outcome.DOUBTFUL
    assert "runtime import" in checks.runtime(FACTS, None).remedy
    assert "will be sent, 30 MB" in checks.runtime(FACTS, RUNTIME).sentence
    assert "is installed" in checks.runtime(THERE, None).sentence
    cut = checks.runtime(FACTS, RUNTIME, [part_of(RUNTIME)]).sentence
    assert "an interrupted upload is on the host" in cut
    assert "30 MB" not in cut
    # Another console's is of no use to this one.
    assert (
        "will be sent, 30 MB" in checks.runtime(FACTS, RUNTIME, ["runtime-0123456789ab.cafe.part"]).sentence
    )


def test_room_for_the_runtime_is_asked_for_only_where_it_is_to_be_brought() -> None:
    tight = replace(FACTS, free=100_000_000)
    verdict = checks.disk(tight, needed_for(RUNTIME))
    assert (verdict.outcome, verdict.exit_code) == (Outcome.BAD, 6)
    assert "100 MB are free" in verdict.sentence
    assert checks.disk(replace(THERE, free=100_000_000), MARGIN).outcome is Outcome.GOOD
    unknown = checks.disk(replace(FACTS, free=None), needed_for(RUNTIME))
    assert (unknown.outcome, unknown.exit_code) == (Outcome.DOUBTFUL, 0)
    assert "not known" in unknown.sentence
    assert "175 MB" in unknown.remedy


def test_what_is_not_whole_is_told() -> None:
    broken = replace(FACTS, deployed=(DeployedPart("agent-0123456789ab", intact=False),))
    assert checks.deployed(broken).outcome is Outcome.DOUBTFUL
    assert "agent-0123456789ab" in checks.deployed(broken).sentence
    silent = checks.deployed(replace(broken, silence="the probe script gave no answer: blocked"))
    assert silent.sentence == "the probe script gave no answer: blocked", "that is no damage"
    assert "Smart App Control" in silent.remedy


# An agent, launched


@pytest.mark.parametrize("word", [replace(WORD, session=0), replace(WORD, station="Service-0x0-3e7$")])
def test_session_0_is_no_desktop_whatever_was_grabbed(word: DesktopWord) -> None:
    verdict = checks.session(LAUNCHED, word)
    assert (verdict.outcome, verdict.exit_code) == (Outcome.BAD, LaunchError.exit_code)
    assert word.station in verdict.sentence
    assert "no screen shows" in verdict.sentence


def test_a_persons_session_is_good() -> None:
    assert (
        checks.session(LAUNCHED, WORD).sentence
        == "the agent (process 42) runs in session 2, WinSta0\\Default"
    )
    by_mss = replace(WORD, capture="mss (desktop duplication: Not implemented)")
    assert "grabs by mss (desktop duplication: Not implemented)" in checks.session(LAUNCHED, by_mss).sentence


def test_one_colour_is_a_hint() -> None:
    seen = StreamProbe()
    seen.size, seen.flat = (1024, 768), True
    verdict = checks.picture(seen, "lab")
    assert verdict.outcome is Outcome.DOUBTFUL
    assert "one colour" in verdict.sentence


@pytest.mark.parametrize("state", [state for state in ScreenState if state is not ScreenState.LIVE])
def test_a_screen_that_cannot_be_seen_is_told_with_its_remedy(state: ScreenState) -> None:
    seen = StreamProbe()
    seen.state, seen.reason = state, "the system said so"
    verdict = checks.picture(seen, "lab")
    wrong = state is ScreenState.GRAB_FAILED
    assert verdict.outcome is (Outcome.BAD if wrong else Outcome.DOUBTFUL)
    assert verdict.exit_code == (StreamError.exit_code if wrong else 0)
    assert verdict.sentence == f"lab has no picture, {state}: the system said so"
    assert verdict.remedy


def test_another_version_is_not_a_wrong_token() -> None:
    seen = StreamProbe()
    seen.failure = VersionMismatch("the agent speaks version 9")
    found = dict(checks.stream(seen, LAUNCHED, "lab"))
    assert [(step, verdict.outcome) for step, verdict in found.items()] == [
        (DoctorStep.TOKEN, Outcome.GOOD),
        (DoctorStep.VERSIONS, Outcome.BAD),
    ]


def test_pictures_that_differ_are_a_fault() -> None:
    seen = StreamProbe()
    seen.exact = False
    assert checks.exact(seen).exit_code == StreamError.exit_code


def test_what_would_not_go_is_named() -> None:
    verdict = checks.clean_up(Removed(1, 2, 3, left=("agent.log",)), "lab")
    assert (verdict.outcome, verdict.exit_code) == (Outcome.BAD, BootstrapError.exit_code)
    assert "agent.log" in verdict.sentence


# The record


def test_findings_are_told_as_they_come_and_the_first_bad_one_counts() -> None:
    told: list[Finding] = []
    record = Record(told.append)
    record.add(DoctorStep.NAME, Outcome.GOOD, "fine")
    record.bad(DoctorStep.PORT, StreamError("first", remedy="do this"))
    record.bad(DoctorStep.DISK, BootstrapError("second"))
    record.skip([DoctorStep.DEPLOY], "not tried")
    assert told == record.findings
    wrong = first_bad(told)
    assert wrong is not None
    assert (wrong.step, wrong.remedy, wrong.exit_code) == ("port", "do this", StreamError.exit_code)
    assert told[-1].seconds == 0


def test_the_demo_needs_no_display_of_the_machine_that_it_runs_on() -> None:
    bare = replace(FACTS, platform="Linux", displays=())
    assert checks.desktop(bare, LAB).outcome is Outcome.BAD
    assert checks.desktop(bare, LAB, drawn=True).outcome is Outcome.GOOD


def test_several_x_displays_are_named() -> None:
    shown = replace(
        FACTS,
        platform="Linux",
        displays=(
            XDisplay(":0", "", "used by 11 processes"),
            XDisplay(":1", "", "used by 2 processes"),
            XDisplay(":172", "", "its socket exists"),
        ),
    )
    assert checks.desktop(shown, LAB).sentence == ":0 (used by 11 processes); others: :1, :172"
    chosen = checks.desktop(shown, msgspec.structs.replace(LAB, x_display=":1"))
    assert (chosen.outcome, chosen.sentence) == (Outcome.GOOD, ":1; others: :0, :172")
    wrong = checks.desktop(shown, msgspec.structs.replace(LAB, x_display=":99"))
    assert (wrong.outcome, wrong.exit_code) == (Outcome.BAD, LaunchError.exit_code)
    assert "there is no X display :99" in wrong.sentence
    assert "there are: :0, :1, :172" in wrong.sentence
    # One of another machine cannot be looked for here.
    assert checks.desktop(shown, msgspec.structs.replace(LAB, x_display="far:99")).outcome is Outcome.GOOD


def test_a_folder_where_nothing_may_be_executed_is_bad_only_where_packages_go_there() -> None:
    closed = replace(FACTS, platform="Linux", noexec="/home is mounted noexec", root="/home/ann/.deskconsole")
    assert checks.disk(closed, MARGIN).outcome is Outcome.GOOD
    verdict = checks.disk(replace(closed, missing=("numpy",)), MARGIN)
    assert (verdict.outcome, verdict.exit_code) == (Outcome.BAD, DeployError.exit_code)
    assert "/home is mounted noexec" in verdict.sentence
    assert "(folder)" in verdict.remedy
