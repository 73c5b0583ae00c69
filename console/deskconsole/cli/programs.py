"""`deskconsole shell` and `rdp`: a host in another program of this computer, ssh or an RDP client."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from .options import HostName
from .terminal import say, terminal_questions


def shell(host: HostName) -> None:
    """Open a shell on a host in this terminal, by the system's ssh.

    Port, user, key and jump host are those of the host's settings; a host key that was trusted in the console
    is trusted. The exit code is ssh's.

    \b
    Example:
      deskconsole shell lab-01
    """
    from deskconsole.common.paths import Paths
    from deskconsole.ssh.shell_command import shell_command

    from .targets import find_host

    paths = Paths.default()
    words = shell_command(find_host(host, paths), paths.known_hosts)
    sys.stdout.flush()
    if sys.platform == "win32":  # there a program that replaces another one is no child of the shell's
        sys.exit(subprocess.run(words, check=False).returncode)
    os.execv(words[0], words)  # noqa: S606  # signals and the exit code are ssh's own


def rdp(host: HostName) -> None:
    """Open a host in this computer's Remote Desktop client.

    It is reached through an SSH tunnel, which ends with the client. Clients: FreeRDP, Remmina or KRDC; mstsc
    on Windows. FreeRDP gets the password from here, others ask.

    \b
    Example:
      deskconsole rdp lab-01
    """
    from deskconsole.app.remote_desktop import open_remote_desktop
    from deskconsole.common.paths import Paths

    from .targets import find_host

    paths = Paths.default()
    open_remote_desktop(
        find_host(host, paths),
        terminal_questions(),
        paths,
        cancelled=threading.Event(),
        opened=lambda client: say(f"{host}: {client} runs; closing it ends this command"),
    )
