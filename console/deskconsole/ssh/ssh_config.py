"""The meaning of a host's address in the user's own SSH configuration; this opens no connection.

OpenSSH itself reads the configuration (`ssh -G`), so Include, Match, wildcards and the order of precedence
are exactly those of the user's `ssh`. Where there is no ssh program, plain defaults stand in.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deskconsole.common.errors import ConfigurationError, InvalidField
from deskconsole.inventory.destination import Destination, parse_destination
from deskconsole.inventory.host import Host

from .expansion import Expansion, known_hosts_paths, local_user, tilde
from .keywords import review

_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
_MACHINE_S_KNOWN_HOSTS = (
    "__PROGRAMDATA__/ssh/ssh_known_hosts" if sys.platform == "win32" else "/etc/ssh/ssh_known_hosts"
)
_UNFIT = re.compile(r"[\x00-\x20\x7f]")
_ALGORITHMS = (
    "ciphers",
    "macs",
    "kexalgorithms",
    "hostkeyalgorithms",
    "pubkeyacceptedalgorithms",
    "casignaturealgorithms",
)
_METHODS = ("publickey", "keyboard-interactive", "password")
_NO_PROGRAM = (
    "there is no ssh program on this computer, so the SSH configuration is not read: the usual key files and "
    "known_hosts count, and port 22 where none is given"
)


@dataclass(frozen=True, slots=True)
class Target:
    """The way to connect to a host, after everything was looked up."""

    label: str
    """Its name in messages: the host's name, or a jump host as written."""
    address: str
    """Host name or IP address, without brackets."""
    port: int
    user: str
    identity_files: tuple[Path, ...] = ()
    identities_only: bool = False
    agent: str = ""
    """Path of the agent's socket; empty: the platform's usual agent; `none`: no agent."""
    jump: str = ""
    """Hosts to go through, with commas; empty: none."""
    proxy_command: str = ""
    """Command whose standard streams are the connection, tokens already filled in; empty: none."""
    known_hosts: tuple[Path, ...] = ()
    """The user's and the machine's files, which are only read."""
    key_alias: str = ""
    """HostKeyAlias: the name to look the host key up by."""
    connect_timeout: float | None = None
    certificate_files: tuple[Path, ...] = ()
    """CertificateFile; where there is one, those beside the key files do not count."""
    revoked_host_keys: tuple[Path, ...] = ()
    """RevokedHostKeys: keys that no host may show."""
    family: str = "any"
    """AddressFamily: `any`, `inet` or `inet6`."""
    bind_address: str = ""
    bind_interface: str = ""
    methods: tuple[str, ...] = _METHODS
    """Methods of logging in, in that order."""
    password_prompts: int = 3
    asks: bool = True
    """False: BatchMode, nothing is asked."""
    trusts_new: bool = True
    """False: StrictHostKeyChecking yes, a person is not asked about an unknown host key."""
    algorithms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Allowed algorithms by kind, such as `ciphers`, as `ssh -G` lists them; other kinds are not limited."""
    rsa_bits: int = 1024
    """RequiredRSASize."""
    warnings: tuple[str, ...] = ()
    """Sentences about what the configuration asks for and the console does not do."""

    def allows(self, kind: str, algorithm: str) -> bool:
        """True if the configuration lets an algorithm be used; `kind` is the keyword in lower case."""
        return kind not in self.algorithms or algorithm in self.algorithms[kind]

    @property
    def where(self) -> str:
        """`address:port`, with brackets where an IPv6 address needs them."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @property
    def key_names(self) -> tuple[str, ...]:
        """Names to look the host key up by; the first is the one to store it under."""
        if self.key_alias:
            return (self.key_alias,)
        if self.port == 22:
            return (self.address,)
        return (f"[{self.address}]:{self.port}", self.address)


def resolve_host(host: Host, ssh_config: Path | None = None) -> Target:
    """The target of a host of the list. Raises as `resolve` does."""
    return resolve(
        host.target,
        label=host.name,
        port=host.port,
        user=host.user,
        identity_file=host.identity_file,
        jump=host.jump,
        ssh_config=ssh_config,
    )


def resolve(
    address: str,
    *,
    label: str = "",
    port: int | None = None,
    user: str | None = None,
    identity_file: str | None = None,
    jump: str | None = None,
    ssh_config: Path | None = None,
) -> Target:
    """Look an address up; what is given here goes before what the configuration says.

    Raises ConfigurationError for a name that is no host name, and for a configuration ssh cannot read.
    """
    label = label or address
    # A user's name may have spaces in it: on Windows it is the person's.
    for what, value in (("address", address), ("user", (user or "").replace(" ", "")), ("jump host", jump)):
        if value and (value.startswith("-") or _UNFIT.search(value)):
            raise ConfigurationError(
                f"{value!r} cannot be the {what} of {label}",
                remedy="Names may not begin with a dash; addresses and jump hosts hold no blanks.",
            )
    if not address:
        raise ConfigurationError("the host has no address", remedy="Give it a name or an address.")
    if jump and jump.lower() != "none":  # ssh itself takes no ssh:// with IPv6, and no IPv6 without brackets
        jump = ",".join(str(parse_jump(hop)) for hop in jump.split(","))
    settings = _ssh_settings(address, label, port=port, user=user, jump=jump, ssh_config=ssh_config)
    warnings: tuple[str, ...] = ()
    if settings is None:
        settings = _defaults(address, port=port, user=user, jump=jump)
        warnings = (_NO_PROGRAM,)

    def one(key: str) -> str:
        value = settings.get(key, [""])[-1]
        return "" if value.lower() == "none" else value

    warnings += review(settings, label)
    host_name = (one("hostname") or address).strip("[]")
    expansion = Expansion.of(
        label,
        host=host_name,
        original=address.rpartition("@")[2],
        port=one("port") or "22",
        user=one("user") or local_user(),
        alias=one("hostkeyalias"),
        jump=one("proxyjump"),
    )

    def several(key: str, name: str) -> list[Path]:
        return [expansion.path(name, file) for file in settings.get(key, []) if file.lower() != "none"]

    # `~` in a path of the list of hosts is the shell's, that is HOME's.
    identities = [_own_path(expansion.fill("the key file", identity_file))] if identity_file else []
    identities += several("identityfile", "IdentityFile")
    agent = settings.get("identityagent", [""])[-1]
    if agent.startswith("$"):
        agent = os.environ.get(agent.strip("${}"), "none")
    elif agent not in ("", "none", "SSH_AUTH_SOCK"):
        agent = str(tilde(agent))  # its tokens are filled in already (OpenSSH 9.2)
    timeout = one("connecttimeout")
    prompts = one("numberofpasswordprompts")
    return Target(
        label=label,
        address=host_name,
        port=int(expansion.tokens["p"]),
        user=expansion.tokens["r"],
        identity_files=tuple(dict.fromkeys(identities)),
        identities_only=_is_yes(one("identitiesonly")),
        agent="" if agent == "SSH_AUTH_SOCK" else agent,
        jump=one("proxyjump"),
        proxy_command=expansion.fill("ProxyCommand", one("proxycommand"), variables=False),
        known_hosts=known_hosts_paths(one("userknownhostsfile"))
        + known_hosts_paths(one("globalknownhostsfile")),
        key_alias=one("hostkeyalias"),
        connect_timeout=float(timeout) if timeout.isdigit() and int(timeout) else None,
        certificate_files=tuple(several("certificatefile", "CertificateFile")),
        revoked_host_keys=tuple(several("revokedhostkeys", "RevokedHostKeys")),
        family=one("addressfamily") or "any",
        bind_address=one("bindaddress"),
        bind_interface=one("bindinterface"),
        methods=_methods(settings),
        password_prompts=int(prompts) if prompts.isdigit() else 3,
        asks=not _is_yes(one("batchmode")),
        trusts_new=one("stricthostkeychecking").lower() not in ("yes", "true"),
        algorithms={
            kind: frozenset(one(kind).split(",")) for kind in _ALGORITHMS if kind in settings and one(kind)
        },
        rsa_bits=int(one("requiredrsasize") or 1024),
        warnings=warnings,
    )


def _methods(settings: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The methods that the configuration allows, in its order."""
    preferred = settings.get("preferredauthentications", [""])[-1]
    names = [name.strip() for name in preferred.split(",")] if preferred else list(_METHODS)
    refused = {
        method
        for method, key in (
            ("publickey", "pubkeyauthentication"),
            ("keyboard-interactive", "kbdinteractiveauthentication"),
            ("keyboard-interactive", "challengeresponseauthentication"),
            ("password", "passwordauthentication"),
        )
        if settings.get(key, ["yes"])[-1].lower() in ("no", "false")
    }
    return tuple(name for name in names if name in _METHODS and name not in refused)


def _is_yes(value: str) -> bool:
    return value.lower() in ("yes", "true")


def _own_path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # a home that cannot be told: the file is then simply not there
        return Path(text)


def parse_jump(hop: str) -> Destination:
    """One hop of ProxyJump, written like any other destination."""
    try:
        found = parse_destination(hop.strip())
    except InvalidField as error:
        raise _no_jump(hop, str(error)) from None
    if not found.address:
        raise _no_jump(hop, "the address is missing")
    return found


def _no_jump(hop: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{hop!r} is not a jump host: {reason}",
        remedy="Write it as user@host:port; user and port may be left out, IPv6 goes in brackets.",
    )


def ssh_program() -> str | None:
    """OpenSSH's client; Windows' own where PATH, as of some services and shells, does not name it."""
    program = shutil.which("ssh")
    if program is None and sys.platform == "win32":
        system = os.environ.get("SYSTEMROOT", r"C:\Windows")
        program = shutil.which(str(Path(system, "System32", "OpenSSH", "ssh.exe")))
    return program


def _ssh_settings(
    address: str, label: str, *, port: int | None, user: str | None, jump: str | None, ssh_config: Path | None
) -> dict[str, list[str]] | None:
    program = ssh_program()
    if program is None:
        return None
    command = [program, "-G", "-T"]
    if ssh_config is not None:
        command += ["-F", str(ssh_config)]
    if port is not None:
        command += ["-p", str(port)]
    if user:
        command += ["-l", user]
    if jump:
        command += ["-J", jump]
    try:
        result = subprocess.run(
            [*command, "--", address],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0) if sys.platform == "win32" else 0,
        )
    except subprocess.TimeoutExpired:
        raise ConfigurationError(
            f"ssh did not finish reading its configuration for {label} within 10 s",
            remedy="A `Match exec` in it may hang: try `ssh -G` by hand.",
        ) from None
    except OSError:
        return None
    if result.returncode != 0:
        said = next((line.strip() for line in result.stderr.splitlines() if line.strip()), "no reason given")
        raise ConfigurationError(
            f"ssh cannot read its configuration for {label}: {said}",
            remedy="Correct that line; `ssh -G` with the same address shows whether it is right.",
        )
    settings: dict[str, list[str]] = {}
    for line in result.stdout.splitlines():
        key, _, value = line.partition(" ")
        settings.setdefault(key.lower(), []).append(value.strip().strip('"'))
    return settings


def _defaults(address: str, *, port: int | None, user: str | None, jump: str | None) -> dict[str, list[str]]:
    name, _, rest = address.rpartition("@")
    folder = Path.home() / ".ssh"
    return {
        "hostname": [rest.lower()],
        "port": [str(port or 22)],
        "user": [user or name or local_user()],
        "identityfile": [str(folder / key) for key in _DEFAULT_KEYS],
        "userknownhostsfile": [str(folder / "known_hosts")],
        "globalknownhostsfile": [_MACHINE_S_KNOWN_HOSTS],
        "proxyjump": [jump or "none"],
    }
