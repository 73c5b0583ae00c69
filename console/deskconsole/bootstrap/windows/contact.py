"""Asks a Windows host before our Python is on it: by SFTP and plain commands.

Every command means the same in cmd.exe and PowerShell: words without quotes, in every language's output only
what is not translated is read.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from deskconsole.bootstrap.facts import Contact, DesktopSession
from deskconsole.bootstrap.script import last_words
from deskconsole.common.errors import DeployError, UnsupportedHost
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection
from deskwin32.query_user import logged_on, preference, same_user

from .python import FOLDER, JUNCTION

QUESTION = "echo deskconsole %OS% $env:OS"
"""cmd.exe fills in the first, PowerShell the second, a POSIX shell neither; nothing else happens anywhere."""

OLD_SERVER = re.compile(r"OpenSSH_for_Windows_(7\.|8\.0)")
"""Introductions of servers before 8.1, which spell paths in the ANSI code page."""

_CODE_PAGES = (
    *("utf-8", "cp850", "cp437", "cp852", "cp858", "cp866", "cp932", "cp936", "cp949", "cp950", "cp737"),
    *("cp775", "cp855", "cp857", "cp860", "cp861", "cp862", "cp863", "cp865", "cp1252", "cp1258", "cp874"),
)
"""Code pages that a Windows console may have."""

_NUMBER = re.compile(rb"\d{1,3}(?:[^0-9A-Za-z]{1,3}\d{2,3})+(?!\d)|\d+")
"""Digits in groups, whatever stands between these: a comma, a point, an apostrophe, a hard space."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Answers of plain commands on a host."""

    shell: str
    """`cmd`, `powershell`, or empty: another one."""
    machine: str
    """PROCESSOR_ARCHITECTURE: `AMD64`, `ARM64`, `x86`."""
    build: str
    """Windows' version, where it decides whether our Python runs; else empty."""
    user: str
    free: int | None
    sessions: tuple[DesktopSession, ...]


def look(connection: Connection) -> Contact:
    """Asks SFTP where it begins, and which runtimes are there.

    Raises ConnectionFailed where the server has no SFTP, DeployError where it shows nothing.
    """
    with connection.files() as files:
        home = files.home()
        if not on_drive(home):
            return Contact(system="", home=home)
        with below_profile(connection.server):
            lying = files.list(FOLDER)
    runtimes = [entry for entry in lying if entry.folder and re.fullmatch(r"runtime-[0-9a-f]+", entry.name)]
    runtimes.sort(key=lambda entry: entry.modified, reverse=True)
    return Contact(system="Windows", home=home, runtimes=tuple(entry.name for entry in runtimes))


@contextlib.contextmanager
def below_profile(server: str) -> Iterator[None]:
    """Says what may be in the way of the profile's folders; SFTP says only that it failed.

    `server` is its introduction. Raises DeployError.
    """
    try:
        yield
    except DeployError as error:
        update = "Update the OpenSSH server there to 8.1 or later: this one reaches few letters beyond ASCII."
        other = f"See whether this user may write to AppData\\Local there. {JUNCTION}"
        raise DeployError(str(error), remedy=update if OLD_SERVER.search(server) else other) from error


def on_drive(path: str) -> bool:
    """True if an SFTP path is one of a Windows drive: `/C:/Users/Ann Lee`."""
    return re.match(r"/[A-Za-z]:/", path) is not None


def native(path: str) -> str:
    """`/C:/Users/Ann Lee` as Windows' own programs name it."""
    return path.lstrip("/").replace("/", "\\")


def ask(connection: Connection, host: Host, home: str) -> Plain:
    """Runs the plain commands; `home` is what SFTP calls the profile. Raises UnsupportedHost."""
    said = connection.run(QUESTION)
    shell = shell_of(said.stdout)
    if not shell:
        raise UnsupportedHost(
            f"{host.name} is a Windows host whose SSH server starts neither cmd.exe nor PowerShell: "
            f"{last_words(said)}",
            remedy="Set DefaultShell below HKLM\\SOFTWARE\\OpenSSH there to one of them, or remove it.",
        )
    finished = connection.run("cmd /d /c set")
    code_page = code_page_of(finished.stdout, native(home))
    variables = variables_of(finished.stdout.decode(code_page, "replace"))
    machine = variables.get("PROCESSOR_ARCHITEW6432") or variables.get("PROCESSOR_ARCHITECTURE", "")
    if not machine:
        raise UnsupportedHost(
            f"{host.name} is a Windows host on which this user can run no commands: {last_words(finished)}",
            remedy="Allow this user to run cmd.exe over SSH.",
        )
    _require_profile(host, native(home), variables.get("USERPROFILE", ""))
    user = account_of(variables, native(home))
    return Plain(
        shell=shell,
        machine=machine,
        build=ask_build(connection) if machine.upper() == "ARM64" else "",
        user=user,
        free=free_of(connection.run("cmd /d /c dir AppData").stdout),
        sessions=sessions_of(connection.run("query user").stdout.decode(code_page, "replace"), user),
    )


def _require_profile(host: Host, home: str, profile: str) -> None:
    """Raises UnsupportedHost where SFTP and commands do not begin in the profile, as the server has them do.

    Elsewhere other users might change our files. Names with other letters than ASCII are not judged: a
    console's code page may lack them.
    """
    if f"{home}{profile}".isascii() and profile and home.casefold() != profile.casefold():
        raise UnsupportedHost(
            f"the SSH sessions of {host.name} begin in {home} and not in the user's profile {profile}",
            remedy="Take the change of the folder (cd, Set-Location, `sftp-server.exe -d`) out of the "
            "PowerShell profile, AutoRun or sshd_config there. " + JUNCTION,
        )


def ask_build(connection: Connection) -> str:
    """Windows' version, `10.0.22631`, in any language; empty where it does not tell."""
    found = re.search(rb"\d+\.\d+\.\d+", connection.run("cmd /d /c ver").stdout)
    return found[0].decode("ascii") if found else ""


def shell_of(said: bytes) -> str:
    """Names the shell that answered the question; empty if neither of the two did."""
    words = said.decode("ascii", "replace").rpartition("deskconsole")[2].split()
    if words[:1] == ["Windows_NT"]:
        return "cmd"
    return "powershell" if words[-1:] == ["Windows_NT"] else ""


def code_page_of(said: bytes, profile: str) -> str:
    """The code page in which `set` printed the environment: that in which it names the profile rightly."""
    return next(
        (name for name in _CODE_PAGES if profile.casefold() in _decoded(said, name).casefold()), "utf-8"
    )


def _decoded(said: bytes, code_page: str) -> str:
    try:
        return said.decode(code_page)
    except UnicodeDecodeError:
        return ""


def variables_of(said: str) -> dict[str, str]:
    """The environment that `set` prints, in upper-case names."""
    rows = (line.partition("=") for line in said.splitlines())
    return {name.upper(): value for name, equals, value in rows if equals}


def account_of(variables: dict[str, str], profile: str) -> str:
    """`domain\\user` of a domain's account, `user` of a local one, as far as the environment tells.

    sshd puts the domain into USER. USERDOMAIN is what its service has: the host's domain or workgroup.
    Where the console's code page lacks letters of the name, the profile's folder, which is known, spells it.
    """
    user, domain = variables.get("USERNAME", ""), variables.get("USER", "").rpartition("\\")[0]
    folder = profile.rpartition("\\")[2]
    user = folder if _alike(user, folder) else user
    return f"{domain}\\{user}" if domain and user else user


def free_of(said: bytes) -> int | None:
    """Free bytes: the largest number in the last line of `dir`, in any language; None where there is none."""
    lines = [line for line in said.splitlines() if line.strip()]
    numbers = (re.sub(rb"\D", b"", number) for number in _NUMBER.findall(lines[-1] if lines else b""))
    return max((int(number) for number in numbers if len(number) < 20), default=None)


def _alike(printed: str, name: str) -> bool:
    """True if a console may have printed that name so, in a code page without some of its letters."""
    return len(printed) == len(name) and all(
        one == other or not one.isascii() or not other.isascii()
        for one, other in zip(printed.casefold(), name.casefold(), strict=False)
    )


def sessions_of(said: str, user: str) -> tuple[DesktopSession, ...]:
    """Reads who is logged on from `query user`; nothing where the host has no such command."""
    rows = logged_on(said)
    for row in rows:
        if _alike(row["user"], user.rpartition("\\")[2]):
            row["user"] = user
        row |= {"sid": "", "own": same_user(row["user"], user)}
    return tuple(DesktopSession(**row) for row in sorted(rows, key=preference))
