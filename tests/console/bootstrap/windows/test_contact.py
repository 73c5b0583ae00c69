"""What Windows hosts of every language say to plain commands, and what is read from it.

The texts are written by hand after the layout of Windows' own programs; none was recorded on a real one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from deskconsole.bootstrap.facts import Contact
from deskconsole.bootstrap.windows.contact import (
    account_of,
    ask,
    code_page_of,
    free_of,
    look,
    native,
    on_drive,
    sessions_of,
    shell_of,
    variables_of,
)
from deskconsole.bootstrap.windows.platform import Windows
from deskconsole.common.errors import DeployError, UnsupportedHost
from deskconsole.inventory.host import Host
from deskconsole.ssh.command import CommandResult
from deskwin32.query_user import logged_on, preference, same_user

LAST_LINES = {
    "english": ("               5 Dir(s)  123,456,789,012 bytes free", "cp437"),
    "german": ("               5 Verzeichnis(se), 123.456.789.012 Bytes frei", "cp850"),
    "french": ("               5 Rép(s)  123\xa0456\xa0789\xa0012 octets libres", "cp850"),
    "french-utf8": ("               5 Rép(s)  123\u202f456\u202f789\u202f012 octets libres", "utf-8"),
    "swiss": ("               5 Verzeichnis(se), 123'456'789'012 Bytes frei", "cp850"),
    "swiss-utf8": ("               5 Verzeichnis(se), 123’456’789’012 Bytes frei", "utf-8"),
    "indian": ("               5 Dir(s)  1,23,45,67,89,012 bytes free", "cp437"),
    "chinese": ("               5 个目录 123,456,789,012 可用字节", "gbk"),
    "japanese": ("               5 個のディレクトリ  123,456,789,012 バイトの空き領域", "cp932"),
    "korean": ("               5개 디렉터리  123,456,789,012 바이트 남음", "cp949"),
    "russian": ("               5 папок  123 456 789 012 байт свободно", "cp866"),
    "ungrouped": ("               5 Dir(s)  123456789012 bytes free", "cp437"),
}  # fmt: skip


@pytest.mark.parametrize("language", LAST_LINES)
def test_free_space_is_read_in_any_language(language: str) -> None:
    line, code_page = LAST_LINES[language]
    text = f" Volume in drive C has no label.\r\n 11/22/2026  09:00 AM    <DIR>          Local\r\n{line}\r\n"
    assert free_of(text.encode(code_page)) == 123_456_789_012


@pytest.mark.parametrize("said", [b"", b"\r\n", b"File Not Found\r\n", b"9" * 40])
def test_what_says_nothing_of_free_space_counts_as_unknown(said: bytes) -> None:
    assert free_of(said) is None


@pytest.mark.parametrize(
    ("said", "shell"),
    [
        (b"deskconsole Windows_NT $env:OS\r\n", "cmd"),
        (b"deskconsole\r\n%OS%\r\nWindows_NT\r\n", "powershell"),
        (b"Welcome to the lab!\r\ndeskconsole\r\n%OS%\r\nWindows_NT\r\n", "powershell"),
        (b"deskconsole %OS% :OS\n", ""),  # bash
        (b"'echo' is not recognized\r\n", ""),
        (b"", ""),
    ],
    ids=["cmd", "powershell", "with-a-greeting", "bash", "refused", "silent"],
)
def test_the_shell_shows_in_what_it_fills_in(said: bytes, shell: str) -> None:
    assert shell_of(said) == shell


@pytest.mark.parametrize(
    ("user", "code_page"),
    [
        ("ann", "utf-8"),
        ("Jürgen Größe", "cp850"),
        ("Žofie Nováková", "cp852"),
        ("Иван", "cp866"),
        ("山田 太郎", "cp932"),
        ("张伟", "cp936"),
        ("Žofie Nováková", "utf-8"),
    ],
)
def test_names_are_read_in_the_code_page_in_which_the_profile_is_itself(user: str, code_page: str) -> None:
    said = (
        f"LOCALAPPDATA=C:\\Users\\{user}\\AppData\\Local\r\nPath=C:\\Windows;C:\\a=b\r\n"
        f"PROCESSOR_ARCHITECTURE=AMD64\r\nUSER=lab\\{user}\r\nUSERDOMAIN=OFFICE\r\nUSERNAME={user}\r\n"
    ).encode(code_page)
    found = code_page_of(said, native(f"/C:/Users/{user}"))
    variables = variables_of(said.decode(found))
    assert account_of(variables, native(f"/C:/Users/{user}")) == f"lab\\{user}"
    assert variables["PATH"] == "C:\\Windows;C:\\a=b"


def test_letters_that_the_console_lacks_are_taken_from_the_profile() -> None:
    said = (
        b"USERNAME=Zofie Nov\xa0kov\xa0\r\nUSER=lab\\Zofie Nov\xa0kov\xa0\r\n"
        b"USERPROFILE=C:\\Users\\Zofie Nov\xa0kov\xa0\r\n"
    )
    profile = native("/C:/Users/Žofie Nováková")
    variables = variables_of(said.decode(code_page_of(said, profile), "replace"))
    user = account_of(variables, profile)
    assert user == "lab\\Žofie Nováková"
    printed = ">zofie nov\xa0kov\xa0        console             1  Active      none   1/1/2026 9:00 AM"
    (session,) = sessions_of(printed, user)
    assert (session.user, session.own) == (user, True)
    assert account_of({"USERNAME": "ann"}, native("/C:/Users/ann.LAB")) == "ann"


def test_a_local_account_is_not_said_to_be_of_the_domain_of_the_ssh_service() -> None:
    variables = {"USER": "ann", "USERNAME": "ann", "USERDOMAIN": "WORKGROUP"}
    assert account_of(variables, native("/C:/Users/ann")) == "ann"


def test_a_profile_that_is_named_otherwise_leaves_what_is_ascii() -> None:
    said = "USERNAME=J\N{REPLACEMENT CHARACTER}\r\nPROCESSOR_ARCHITECTURE=ARM64\r\n".encode("utf-8")[:-1]
    found = code_page_of(b"\xff" + said, "C:\\Users\\someone")
    assert variables_of((b"\xff" + said).decode(found, "replace"))["PROCESSOR_ARCHITECTURE"] == "ARM64"


ENGLISH = """\
 USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME
 bob                   rdp-tcp#3           3  Active          .  11/22/2026 9:00 AM
 carol                                     4  Disc         1:02  11/22/2026 8:00 AM
>ann lee               console             1  Active      none   11/22/2026 7:00 AM
"""
GERMAN = """\
 BENUTZERNAME          SITZUNGSNAME       ID  STATUS  LEERLAUF   ANMELDEZEIT
>jürgen                console             1  Aktiv       Kein   22.11.2026 09:00
 erika.mustermann-lang                     2  Getr.       1+02:03  22.11.2026 08:00
"""


def test_query_user_is_read_in_english() -> None:
    assert [(row["number"], row["station"], row["user"], row["state"]) for row in logged_on(ENGLISH)] == [
        (3, "rdp-tcp#3", "bob", "active"),
        (4, "", "carol", "disconnected"),
        (1, "console", "ann lee", "active"),
    ]


def test_query_user_is_read_in_german() -> None:
    assert [(row["number"], row["user"], row["state"]) for row in logged_on(GERMAN)] == [
        (1, "jürgen", "active"),
        (2, "erika.mustermann-lang", "disconnected"),
    ]


@pytest.mark.parametrize(
    "said", ["", "No User exists for *", "'query' is not recognized as an internal or external command,"]
)
def test_without_anybody_or_without_the_command_there_are_no_sessions(said: str) -> None:
    assert sessions_of(said, "LAB\\ann") == ()


def test_the_session_that_the_agent_belongs_in_comes_first() -> None:
    assert [found.user for found in sessions_of(ENGLISH, "LAB\\carol")] == ["LAB\\carol", "ann lee", "bob"]
    assert [found.user for found in sessions_of(ENGLISH, "LAB\\nobody")] == ["ann lee", "bob", "carol"]
    assert [found.own for found in sessions_of(ENGLISH, "LAB\\Ann Lee")] == [True, False, False]


def test_an_own_session_that_is_seen_comes_before_an_own_one_that_is_not() -> None:
    row = {"station": "", "own": True}
    away, here = row | {"number": 2, "state": "disconnected"}, row | {"number": 5, "state": "active"}
    assert sorted([away, here], key=preference) == [here, away]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("LAB\\ann", "lab\\Ann", True),
        ("ann", "LAB\\ann", True),
        ("OTHER\\ann", "LAB\\ann", False),
        ("bob", "LAB\\ann", False),
    ],
)
def test_accounts_are_the_same_as_far_as_they_are_told(one: str, other: str, same: bool) -> None:
    assert same_user(one, other) is same


@pytest.mark.parametrize(
    ("path", "windows"),
    [("/C:/Users/Ann Lee", True), ("/d:/x", True), ("/home/ann", False), ("/cygdrive/c/Users", False)],
)
def test_a_drive_is_what_tells_windows(path: str, windows: bool) -> None:
    assert on_drive(path) is windows
    if windows:
        assert native(path) == path[1:].replace("/", "\\")


class Answering:
    """A host whose commands answer so; its SFTP begins at `home` and lists nothing."""

    server = "SSH-2.0-OpenSSH_for_Windows_9.5"

    def __init__(self, environment: str = "", home: str = "/C:/Users/ann", machine: str = "AMD64") -> None:
        self._environment = f"PROCESSOR_ARCHITECTURE={machine}\r\n{environment}"
        self._home = home

    def run(self, command: str) -> CommandResult:
        said = {
            "echo": "deskconsole Windows_NT $env:OS",
            "cmd /d /c set": self._environment,
            "cmd /d /c ver": "Microsoft Windows [Version 10.0.19045.4170]",
        }
        found = (text for start, text in said.items() if command.startswith(start))
        return CommandResult(0, next(found, "").encode(), b"")

    @contextlib.contextmanager
    def files(self) -> Iterator[Answering]:
        yield self

    def home(self) -> str:
        return self._home

    def list(self, path: str) -> tuple[()]:
        raise DeployError(f"lab-01 does not list {path} (its server says only: Failure)")


LAB = Host(name="lab-01", address="192.0.2.1")


@pytest.mark.parametrize("home", ["/C:/work", "/C:/Windows/System32"])
def test_nothing_is_brought_to_a_place_outside_of_the_profile(home: str) -> None:
    """A shell that changes the folder at its start, `sftp-server.exe -d`, a profile that is barred."""
    host: Any = Answering("USERPROFILE=C:\\Users\\ann\r\n", home)
    with pytest.raises(
        UnsupportedHost, match=r"begin in C:\\\S+ and not in the user's profile C:\\Users\\ann"
    ) as caught:
        ask(host, LAB, home)
    assert "Set-Location" in caught.value.remedy
    assert "junction" in caught.value.remedy


@pytest.mark.parametrize(
    ("home", "profile"),
    [
        ("/C:/Users/ann", "c:\\users\\Ann"),
        ("/C:/Users/ann", ""),
        ("/C:/Users/Žofie", "C:\\Users\\Zofie"),
    ],
    ids=["another case", "unknown", "letters that the console lacks"],
)
def test_the_profile_is_known_however_it_is_spelt(home: str, profile: str) -> None:
    host: Any = Answering(f"USERPROFILE={profile}\r\n", home)
    assert ask(host, LAB, home).machine == "AMD64"


@pytest.mark.parametrize(
    ("server", "remedy"),
    [("9.5", "a junction that a user made"), ("7.7", "Update the OpenSSH server there")],
)
def test_a_profile_that_sftp_does_not_show_is_told_with_what_may_be_in_the_way(
    server: str, remedy: str
) -> None:
    host: Any = Answering()
    host.server = f"SSH-2.0-OpenSSH_for_Windows_{server}"
    with pytest.raises(DeployError, match="does not list AppData/Local/deskconsole") as caught:
        look(host)
    assert remedy in caught.value.remedy


def test_nothing_is_sent_to_a_windows_for_arm_that_runs_no_x64_programs() -> None:
    host: Any = Answering(machine="ARM64")
    with pytest.raises(UnsupportedHost, match=r"lab-01 runs Windows 10\.0\.19045 on ARM64"):
        Windows().probe(host, LAB, Contact("Windows", home="/C:/Users/ann"))
