"""The report of an examination that a stranger may read: nothing in it tells whose host it is."""

from __future__ import annotations

import getpass
from dataclasses import replace
from pathlib import Path

import pytest

from deskconsole.bootstrap.facts import DesktopSession, HostFacts
from deskconsole.diagnosis.findings import DoctorStep, Finding, Outcome
from deskconsole.diagnosis.private_words import PrivateWords
from deskconsole.diagnosis.report import report
from deskconsole.inventory.host import Host

HOST = Host(
    name="desk-7", address="box.corp.example", user="CORP\\zofie", jump="guard@gate.corp.example:2222"
)
FACTS = HostFacts(
    host="desk-7",
    platform="Windows",
    machine="AMD64",
    python="AppData\\Local\\deskconsole\\runtime-0123456789ab\\python.exe",
    python_version=(3, 13, 5),
    home="D:\\Profiles\\Žofie Nováková",
    root="D:\\Profiles\\Žofie Nováková\\AppData\\Local\\deskconsole",
    folder="AppData/Local/deskconsole",
    free=1,
    build="10.0.22631",
    shell="powershell",
    user="CORP\\zofie",
    sid="S-1-5-21-1-2-3-1001",
    elevated=False,
    sessions=(DesktopSession(3, "RDP-Tcp#1", "AzureAD\\BenMiller", "S-1-12-1-7-8", "active", own=False),),
)
SECRETS = (
    "desk-7", "box", "corp", "zofie", "guard", "gate", "Žofie", "Nováková", "benmiller", "azuread",
    "10.0.3.7", "fe80", "S-1-5-21", "S-1-12", "abcdef", "annlee", "id_desk7", "files01", "Profiles", "pc9",
    getpass.getuser(),
)  # fmt: skip


@pytest.fixture
def private(tmp_path: Path) -> PrivateWords:
    """The words of a host that a configuration names further."""
    config = tmp_path / "config"
    config.write_text("Host *\n  IdentityFile ~/.ssh/id_desk7\n")
    private = PrivateWords(HOST, config)
    private.learn(FACTS)
    return private


@pytest.mark.parametrize(
    "sentence",
    [
        "desk-7 (10.0.3.7) and fe80::1:2%eth0 do not answer",
        "CORP\\Zofie is logged in at box.corp.example:22 through guard@gate.corp.example",
        "AzureAD\\BenMiller is logged on in session 3; S-1-12-1-7-8",
        "SFTP starts in /D:/Profiles/Žofie Nováková",
        "[WinError 5] D:\\Profiles\\Žofie Nováková\\AppData\\Local\\deskconsole\\runtime-1",
        "C:\\Users\\annlee\\x and c:/users/annlee and /home/annlee/.ssh and annlee@host",
        "\\\\files01\\homes\\annlee",
        "'D:\\\\Profiles\\\\Žofie Nováková\\\\x' and D:\\Profiles\\ZOFIEN~1\\AppData\\Local",
        "box and CORP and pc9.corp.example do not answer",
        "Connect to 10.0.3.7.",
        "not accepted; the server says: Welcome to the house of BenMiller\nand of annlee",
        "MD5:ab:cd:ef:00:11:22:33:44:55:66:77:88:99:aa:bb:cc AAAAC3NzaC1lZDI1NTE5AAAAIKabcdef",
        "the token abcdef0123456789abcdef0123456789 was sent",
        "the key SHA256:abcdef/ghi+ of ~/.ssh/id_desk7",
        "the keys C:\\Users\\annlee\\.ssh\\guard_key and ~/.ssh/zofie are refused",
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.GOOD, Outcome.BAD])
@pytest.mark.parametrize("step", [DoctorStep.FILES, DoctorStep.LAUNCH])
def test_no_name_address_user_or_profile_is_told(
    private: PrivateWords, sentence: str, outcome: Outcome, step: DoctorStep
) -> None:
    told = report([Finding(step, outcome, sentence, remedy=sentence)], FACTS, private).casefold()
    told = told.partition("\n")[2]
    assert [word for word in SECRETS if word.casefold() in told] == []


@pytest.mark.parametrize(
    "user",
    [
        "agent",
        "session",
        "launch",
        "windows",
        "c",
        "users",
        "home",
        "user",
        "profile",
        "kind1",
        "the",
        "AMD64",
    ],
)
def test_a_user_named_like_a_word_of_the_report_is_hidden_and_leaves_its_lines_and_the_paths_of_others(
    user: str, tmp_path: Path
) -> None:
    private = PrivateWords(Host(name="lab", user=user), tmp_path)
    facts = replace(FACTS, user=f"BOX\\{user}", home=f"C:\\Users\\{user}", sessions=())
    private.learn(facts)
    sentence = f"{user} at BOX\\{user}: C:\\Users\\annlee\\x C:\\Users\\{user}\\x /home/annlee/y fe80::c"
    told = report([Finding(DoctorStep.LAUNCH, Outcome.BAD, sentence)], facts, private)
    assert "host: Windows 10.0.22631, AMD64, Python 3.13.5\n" in told
    assert told.splitlines()[-1] == (
        "bad       launch            0.00 s  "
        "<user> at <user>: <profile>\\x <profile>\\x <profile>/y <address>"
    )


@pytest.mark.parametrize(
    ("user", "written"),
    [
        ("Strauß", "STRAUß"),
        ("İbrahim", "İbrahim"),
        ("20481", "20481"),
        ("CORP\\ǆemal", "corp\\\\Ǆemal"),
        ("Nováková", "nova\u0301kova\u0301"),
    ],
)
def test_a_name_is_hidden_however_its_letters_are_written(user: str, written: str, tmp_path: Path) -> None:
    private = PrivateWords(Host(name="lab", user=user), tmp_path)
    assert private.hidden(f"{written} is logged on in session 12") == "<user> is logged on in session 12"


def test_a_console_whose_user_the_system_does_not_list_writes_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert PrivateWords(Host(name="lab"), tmp_path).hidden("lab") == "<host>"


def test_what_helps_to_understand_a_host_is_told(private: PrivateWords) -> None:
    findings = [
        Finding(DoctorStep.PORT, Outcome.GOOD, "SSH-2.0-OpenSSH_for_Windows_9.5 answers at box:22"),
        Finding(DoctorStep.LAUNCH, Outcome.BAD, "it waits for its turn (0x41325)", "Log on."),
    ]
    told = report(findings, replace(FACTS, silence="blocked (4551)"), private)
    assert "host: Windows 10.0.22631, AMD64, Python 3.13.5" in told
    assert "session: 3 RDP-Tcp#1 active" in told
    assert "silence: blocked (4551)" in told
    assert "SSH-2.0-OpenSSH_for_Windows_9.5" in told
    assert "it waits for its turn (0x41325)" in told
    assert "Log on." in told


def test_a_host_that_was_never_reached_has_a_report_too() -> None:
    told = report([Finding("port", Outcome.BAD, "lab does not answer")], None, PrivateWords(Host(name="lab")))
    assert "<host> does not answer" in told
