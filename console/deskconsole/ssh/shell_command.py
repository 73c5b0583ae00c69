"""The command line of the system's own ssh for a host of the list: a shell there, in this terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.host import Host

from .ssh_config import resolve_host, ssh_program


def shell_command(host: Host, known_hosts: Path, ssh_config: Path | None = None) -> list[str]:
    """The words of the command: destination, jump hosts and key as the console uses them.

    The host keys that were trusted in the console (`known_hosts`) count too; a key that ssh itself asks about
    goes where the SSH configuration says. Raises ConfigurationError where there is no ssh program, and as
    `resolve_host` does.
    """
    program = ssh_program()
    if program is None:
        raise ConfigurationError(
            "there is no ssh program on this computer",
            remedy="Install OpenSSH's client: the package openssh-client, or Windows' optional feature.",
        )
    target = resolve_host(host, ssh_config)
    words = [program, "-t"]
    if ssh_config is not None:
        words += ["-F", str(ssh_config)]
    if host.port is not None:
        words += ["-p", str(host.port)]
    if host.user:
        words += ["-l", host.user]
    if host.jump:
        words += ["-J", host.jump]
    if host.identity_file:
        words += ["-o", f"IdentityFile={_quoted(target.identity_files[:1])}"]
    words += ["-o", f"UserKnownHostsFile={_quoted((*target.known_hosts, known_hosts))}"]
    return [*words, "--", host.target]


def _quoted(paths: Iterable[Path]) -> str:
    """Paths as ssh_config wants them: it splits at blanks and knows tokens with a percent sign."""
    return " ".join('"' + str(path).replace("%", "%%") + '"' for path in paths)
