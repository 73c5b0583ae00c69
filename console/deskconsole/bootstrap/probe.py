"""First contact with a host: which system it is, then that system's own probe. Changes nothing there."""

from __future__ import annotations

import importlib.resources
from dataclasses import replace

from deskconsole.common.errors import UnsupportedHost
from deskconsole.inventory.host import Host
from deskconsole.runtimes.requirements import OLDEST_PYTHON
from deskconsole.ssh.connection import Connection
from deskconsole.ssh.transport import WINDOWS_SERVER

from .facts import Contact, HostFacts
from .platforms import PLATFORMS
from .script import REMOTE, last_words, marked, new_marker, posix_word
from .windows.contact import QUESTION, look, shell_of


def probe(connection: Connection, host: Host, contact: Contact | None = None) -> HostFacts:
    """Asks what the host is and has. Raises UnsupportedHost where the agent cannot run there.

    `contact` is what the first question told, where it was asked already.
    """
    contact = contact or first_contact(connection, host)
    platform = PLATFORMS.get(contact.system)
    if platform is None:
        raise UnsupportedHost(
            f"{host.name} is a {contact.system or 'nameless'} host; so far the agent runs on "
            f"{', '.join(sorted(PLATFORMS))} only",
            remedy="Choose another host.",
        )
    return platform.probe(connection, host, contact)


def first_contact(connection: Connection, host: Host) -> Contact:
    """Asks /bin/sh, which every POSIX host has whatever the login shell is; without one, asks for Windows.

    A server that calls itself one of Windows is asked for nothing but its files.
    """
    if WINDOWS_SERVER in connection.server:
        seen = look(connection)
        if seen.system:
            return seen
    marker = new_marker()
    wanted = posix_word(host.python or "")
    header = f"marker='{marker}'\nwanted=$(printf %b '{wanted}')\noldest={OLDEST_PYTHON[1]}\n"
    script = header + importlib.resources.files(f"{REMOTE}.posix").joinpath("find_python.sh").read_text(
        "utf-8"
    )
    finished = connection.run("/bin/sh", stdin=script.encode("utf-8"), timeout=60.0)
    said = marked(finished, marker)
    if "end" not in said:
        if finished.stdout.decode("utf-8", "replace").splitlines()[-1:] == ["end"]:
            # Its first lines are missing, in which the marker is.
            raise UnsupportedHost(
                f"on {host.name} a login script of this user reads what is meant for the command after it",
                remedy="Let it do so only where there is a terminal (in .bashrc: `[ -t 0 ] || return`).",
            )
        return _without_shell(connection, host, last_words(finished))
    system = machine = home = python = ""
    version = (0, 0, 0)
    old: list[tuple[str, str]] = []
    for line in said:
        kind, _, rest = line.partition(" ")
        if kind == "system":
            system, _, machine = rest.partition(" ")
        elif kind == "home":
            home = rest
        elif kind == "python":
            number, _, python = rest.partition(" ")
            version = _version(number)
        elif kind == "old":
            number, _, path = rest.partition(" ")
            old.append((number, path))
    if system.startswith(("MINGW", "MSYS", "CYGWIN")):
        return replace(look(connection), system="Windows")
    return Contact(system=system, machine=machine, home=home, python=python, version=version, old=tuple(old))


def _without_shell(connection: Connection, host: Host, words: str) -> Contact:
    if shell_of(connection.run(QUESTION).stdout):
        seen = look(connection)
        return replace(seen, system="Windows")
    if "password" in words.lower() and ("change" in words.lower() or "expired" in words.lower()):
        # sshd with PAM lets a key in and then runs nothing but the change of a password that has expired.
        raise UnsupportedHost(
            f"{host.name} runs no command before the password of this user is changed: {words}",
            remedy="Log in there once with ssh and change it.",
        )
    raise UnsupportedHost(
        f"{host.name} runs no commands (no working /bin/sh, cmd.exe or PowerShell): {words}",
        remedy="Allow this user to run commands over SSH, and let no login script (.bashrc) start another "
        "program where there is no terminal.",
    )


def _version(text: str) -> tuple[int, int, int]:
    numbers = [int(part) if part.isdecimal() else 0 for part in text[:32].split(".")]
    major, minor, patch = [*numbers, 0, 0, 0][:3]
    return major, minor, patch
