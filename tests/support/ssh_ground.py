"""One real sshd, one agent and many keys, for tests that run `ssh` and the console side by side."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deskconsole.common.errors import (
    AuthenticationFailed,
    ConfigurationError,
    ConnectionFailed,
    DeskconsoleError,
    HostKeyError,
)
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import connect

from .answers import Answers
from .sshd import Sshd, keygen, public_line

PASSPHRASE = "secret"
_LOGIN = re.compile(r"(Accepted|Failed) publickey for (\S+) from (\S+) port \d+ ssh2: (.*)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt to log in."""

    result: str
    """`in`, `host key`, `login`, `configuration` or `unreachable`."""
    log: list[tuple[str, ...]] = field(compare=True)
    """Of each key that sshd was shown: accepted or failed, user, source address, the key or certificate."""
    words: str = field(default="", compare=False)


def sign(authority: Path, key: Path, *options: str, name: str = "test") -> Path:
    """A certificate for a key, beside it as ssh-keygen puts it."""
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", name, *options, str(key) + ".pub"]
    subprocess.run(command, check=True, capture_output=True)
    return key.with_name(key.name + "-cert.pub")


class Ground:
    """Names of files: `{dir}/NAME`; `plain`, `rsa`, `ec`, `stale`, `foreign` are let in as they are, `ck` and
    `beside` by a certificate only, `other` never."""

    def __init__(self, folder: Path) -> None:
        self.dir = folder
        cert = folder / "sshd" / "host_ed25519-cert.pub"
        self.sshd = Sshd(
            folder / "sshd",
            options={
                "TrustedUserCAKeys": str(folder / "ca.pub"),
                "HostCertificate": str(cert),
                "MaxAuthTries": "20",
            },
        )
        self.keys()
        sign(self.path("hostca"), self.sshd.host_key, "-h", "-n", "127.0.0.1,vouched")
        self.socket = folder / "agent"

    def path(self, name: str) -> Path:
        return self.dir / name

    def keys(self) -> None:
        for name in (
            "ca",
            "hostca",
            "otherca",
            "plain",
            "ck",
            "beside",
            "other",
            "stale",
            "foreign",
            "held",
            "stranger",
        ):
            keygen(self.path(name))
        keygen(self.path("rsa"), kind="rsa")
        keygen(self.path("ec"), kind="ecdsa")
        keygen(self.path("locked"), passphrase=PASSPHRASE)
        for name in ("plain", "rsa", "ec", "stale", "foreign", "locked", "held"):
            self.sshd.authorize(self.path(name))
        user = self.sshd.user
        sign(self.path("ca"), self.path("beside"), "-n", user)
        sign(self.path("otherca"), self.path("stale"), "-n", user, "-V", "20200101:20200201")
        sign(self.path("otherca"), self.path("foreign"), "-n", user)
        (self.path("certs")).mkdir()
        sign(self.path("ca"), self.path("ck"), "-n", user, name="short").rename(self.path("certs/short.pub"))
        sign(self.path("otherca"), self.path("ck"), "-n", user, name="no").rename(self.path("certs/no.pub"))
        sign(self.path("ca"), self.path("ck"), "-n", user, "-V", "20200101:20200201", name="old").rename(
            self.path("certs/old.pub")
        )
        for kind in ("rsa", "ec"):
            for form, passphrase in (("PKCS8", ""), ("PKCS8", PASSPHRASE), ("PEM", ""), ("PEM", PASSPHRASE)):
                copy = self.path(f"{kind}_{form}{'_locked' if passphrase else ''}")
                shutil.copy(self.path(kind), copy)
                command = ["ssh-keygen", "-q", "-p", "-m", form, "-P", "", "-N", passphrase, "-f", str(copy)]
                subprocess.run(command, check=True, capture_output=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        agent = subprocess.Popen(
            ["ssh-agent", "-D", "-a", str(self.socket)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            with self.sshd:
                while not self.socket.exists():
                    assert agent.poll() is None
                    threading.Event().wait(0.02)
                self.hold("stranger", "held")
                yield
        finally:
            agent.terminate()
            agent.wait()

    def hold(self, *names: str) -> None:
        """Put keys into the agent, in that order."""
        for name in names:
            subprocess.run(
                ["ssh-add", "-q", str(self.path(name))],
                check=True,
                capture_output=True,
                env={**os.environ, "SSH_AUTH_SOCK": str(self.socket)},
            )

    @property
    def fields(self) -> dict[str, str]:
        """What a case may name in braces."""
        local = socket.gethostname()
        return {
            "dir": str(self.dir),
            "port": str(self.sshd.port),
            "host": public_line(self.sshd.host_key),
            "other": public_line(self.path("other")),
            "hostca": public_line(self.path("hostca")),
            "user": self.sshd.user,
            "agent": str(self.socket),
            "up": os.path.relpath(self.dir, _home()),
            "l": local,
            "L": local.partition(".")[0],
        }

    def config(self, lines: str, known: str) -> Path:
        """A configuration for `target`; `known` is the user's known_hosts."""
        self.path("known").write_text(self.filled(known))
        lines = self.filled(lines)
        if "IdentityFile" not in lines:
            lines += f"\nIdentityFile {self.path('plain')}"
        if "IdentityAgent" not in lines:
            lines += "\nIdentityAgent none"
        rest = (
            f"\nHostName 127.0.0.1\nPort {self.sshd.port}\nUser {self.sshd.user}\nConnectTimeout 10\n"
            f"UserKnownHostsFile {self.path('known')}\nGlobalKnownHostsFile none\n"
        )
        hops = {
            "hop": "",
            "stranger": f"HostKeyAlias nowhere.example\nUserKnownHostsFile {self.path('empty')}\n",
            "bound": "BindAddress 127.0.0.66\n",
            "revoking": f"RevokedHostKeys {self.path('revoked_text')}\n",
        }
        own = f"\nIdentityFile {self.path('plain')}\nIdentityAgent none"
        path = self.path("config")
        path.write_text(
            f"Host target\n{lines}{rest}"
            + "".join(f"Host {name}\n{special}{own}{rest}" for name, special in hops.items())
        )
        return path

    def filled(self, text: str) -> str:
        for name, value in self.fields.items():
            text = text.replace("{" + name + "}", value)
        return text

    def ssh(self, config: Path, environment: Mapping[str, str]) -> Outcome:
        """Log in with the real ssh; it is given the passphrase and trusts no unknown host."""
        askpass = self.path("askpass")
        askpass.write_text(f'#!/bin/sh\ncase "$1" in *yes/no*) echo no;; *) echo {PASSPHRASE};; esac\n')
        askpass.chmod(0o700)
        environment = {
            **os.environ,
            **environment,
            "SSH_ASKPASS": str(askpass),
            "SSH_ASKPASS_REQUIRE": "force",
        }
        at = self._log_size()
        result = subprocess.run(
            ["ssh", "-F", str(config), "target", "true"],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment,
            timeout=60,
        )
        said = result.stderr
        if result.returncode == 0:
            kind = "in"
        elif (
            "ermission denied" in said
            or "Too many authentication" in said
            or "No more authentication" in said
        ):
            kind = "login"
        elif "Host key verification failed" in said or "revoked" in said or "Invalid key length" in said:
            kind = "host key"
        elif "unknown key" in said or "percent_" in said or "env var" in said or "onfiguration" in said:
            kind = "configuration"
        else:
            kind = "unreachable"
        return Outcome(kind, self._logged(at), said)

    def console(self, config: Path) -> Outcome:
        """Log in with the console, which is given and trusts the same."""
        at = self._log_size()
        answers = Answers([PASSPHRASE] * 9, trust=False)
        try:
            connect(
                Host(name="lab", address="target"),
                answers,
                known_hosts=self.path("own_known_hosts"),
                cancelled=threading.Event(),
                timeout=20,
                ssh_config=config,
            ).close()
            kind, words = "in", ""
        except DeskconsoleError as error:
            words = f"{error} / {error.remedy}"
            kind = next(
                kind
                for wanted, kind in (
                    (HostKeyError, "host key"),
                    (AuthenticationFailed, "login"),
                    (ConfigurationError, "configuration"),
                    (ConnectionFailed, "unreachable"),
                )
                if isinstance(error, wanted)
            )
        return Outcome(kind, self._logged(at), words)

    def _log_size(self) -> int:
        return self.sshd.log.stat().st_size

    def _logged(self, at: int) -> list[tuple[str, ...]]:
        return _LOGIN.findall(self.sshd.log.read_bytes()[at:].decode())


def _home() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_dir


def interface_of_loopback() -> str:
    """The name of the interface that has 127.0.0.1."""
    return next(
        name
        for name, entries in psutil.net_if_addrs().items()
        if any(entry.address == "127.0.0.1" for entry in entries)
    )
