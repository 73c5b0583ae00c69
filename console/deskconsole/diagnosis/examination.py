"""Checks every step of reaching a host's desktop, and reports the outcome of each.

First it only looks. Then, because launching is the only proof, it brings the agent, starts one of its own to
which no other console is connected, takes one picture, and takes away again what a bare host got.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from deskconsole.bootstrap.archive import agent_archive
from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.facts import AgentOptions, Contact, Deployed, HostFacts, Launched
from deskconsole.bootstrap.launch import instance, launch
from deskconsole.bootstrap.posix.wheels import packages_name, wheels_platform
from deskconsole.bootstrap.probe import first_contact, probe
from deskconsole.bootstrap.remove import remove
from deskconsole.bootstrap.room import needed_room
from deskconsole.bootstrap.windows.contact import ask_build
from deskconsole.common.errors import (
    Cancelled,
    ConnectionLost,
    DeskconsoleError,
    ForwardingRefused,
    UnsupportedHost,
)
from deskconsole.common.paths import Paths
from deskconsole.common.progress import Progress
from deskconsole.inventory.host import Host
from deskconsole.runtimes.store import RuntimeStore
from deskconsole.ssh.cancelling import closing_when
from deskconsole.ssh.connection import Connection, connect
from deskconsole.ssh.forwarding import require_forwarding
from deskconsole.ssh.prompts import Questions
from deskconsole.ssh.secrets import OpenedKeys, Secrets
from deskconsole.ssh.stages import OnStage, Stage
from deskconsole.ssh.stages import unwatched as unnoticed
from deskconsole.wording import findings as wording

from . import checks
from .checks import WINDOWS, Verdict
from .findings import DoctorStep, Finding, Outcome, Record, first_bad
from .remote_listing import RemoteListing
from .stream_probe import StreamProbe

T = TypeVar("T")

IDLE_EXIT = 20.0
"""Seconds without a console after which the examination's own agent ends, and a fraction that no other asks
for: so it runs beside all others, and displaces no console."""

GRACE = 2.0
"""Seconds that what changes the host has to end in order when it is cancelled; then its link is cut."""

LOGIN = tuple(DoctorStep(stage.value) for stage in Stage)
LOOKS = (
    DoctorStep.FORWARDING,
    DoctorStep.FILES,
    DoctorStep.SHELL,
    DoctorStep.SYSTEM,
    DoctorStep.DESKTOP,
    DoctorStep.DISK,
    DoctorStep.DEPLOYED,
)
PROOF = (
    DoctorStep.DEPLOY,
    DoctorStep.LAUNCH,
    DoctorStep.TOKEN,
    DoctorStep.VERSIONS,
    DoctorStep.PICTURE,
    DoctorStep.EXACT,
)
"""The steps of every host; a Windows host has some more."""

OnStepBegun = Callable[[DoctorStep, Progress | None], None]
"""Told which step is under way, and how far it has come where that is known."""


OnFacts = Callable[[HostFacts], None]
"""Given the facts of the host, first as commands and SFTP tell them, then as a Python there does."""


def unwatched(step: DoctorStep, progress: Progress | None) -> None:
    """Ignores what is begun."""


def unnoted(facts: HostFacts) -> None:
    """Ignores the facts."""


def examine(
    host: Host,
    questions: Questions,
    paths: Paths,
    *,
    report: Callable[[Finding], None],
    cancelled: threading.Event,
    begun: OnStepBegun = unwatched,
    launching: bool = True,
    options: AgentOptions | None = None,
    ssh_config: Path | None = None,
    keys: OpenedKeys | None = None,
    seen: OnFacts = unnoted,
) -> list[Finding]:
    """Every finding, in order; each is told as it comes. Only Cancelled is raised.

    `keys`: what passphrases have opened in this run. `seen` is given the facts, as they become known.

    Without `launching` nothing on the host changes. With it, what a bare host got is taken away again, also
    when it is cancelled; a host that had deskconsole files keeps what is newer.
    """
    record = Record(report)
    _Examination(host, questions, paths, ssh_config, record, cancelled, begun, keys, seen).run(
        replace(options or AgentOptions(), idle_exit=IDLE_EXIT + secrets.randbelow(1000) / 1000)
        if launching
        else None
    )
    return record.findings


class _Stopped(Exception):
    """A step went wrong without which those after it make no sense; it has been recorded."""


class _Examination:
    """One of them, on the caller's thread."""

    def __init__(
        self,
        host: Host,
        questions: Questions,
        paths: Paths,
        ssh_config: Path | None,
        record: Record,
        cancelled: threading.Event,
        begun: OnStepBegun,
        keys: OpenedKeys | None,
        seen: OnFacts,
    ) -> None:
        self._host = host
        self._questions = questions
        self._paths = paths
        self._ssh_config = ssh_config
        # For a second connection: the user is not asked twice.
        self._secrets = Secrets(keys)
        self._record = record
        self._cancelled = cancelled
        self._begun = begun
        self._seen = seen

    def run(self, options: AgentOptions | None) -> None:
        """All of it. No `options`: only to look."""
        try:
            with self._log_in() as connection:
                with closing_when(self._cancelled, connection.close):
                    drawn = options is not None and options.source == "synthetic"
                    facts, lying = self._look(connection, drawn=drawn)
                if options is None:
                    self._record.skip(PROOF, wording.NOT_ASKED_FOR)
                elif first_bad(self._record.findings) is None:
                    self._prove(connection, facts, options, bare=not lying.names)
        except _Stopped:
            pass
        if (wrong := first_bad(self._record.findings)) is not None:
            seen = {finding.step for finding in self._record.findings}
            left = [step for step in (*LOGIN, *LOOKS, *PROOF) if step not in seen]
            self._record.skip(left, wording.skipped_after(wrong.step))

    # Looking

    def _log_in(self) -> Connection:
        under_way = DoctorStep.NAME

        def passed(stage: Stage, sentence: str) -> None:
            nonlocal under_way
            self._good(DoctorStep(stage.value), sentence)
            # A jump host goes through all of them before the host behind it begins with the first.
            under_way = LOGIN[(LOGIN.index(DoctorStep(stage.value)) + 1) % len(LOGIN)]
            self._begun(under_way, None)

        self._begin(DoctorStep.NAME)
        try:
            return self._connect(self._cancelled, passed)
        except Cancelled:
            raise
        except DeskconsoleError as error:
            self._record.bad(under_way, error)
            raise _Stopped from error

    def _connect(self, cancelled: threading.Event, passed: OnStage = unnoticed) -> Connection:
        return connect(
            self._host,
            self._questions,
            known_hosts=self._paths.known_hosts,
            cancelled=cancelled,
            secrets=self._secrets,
            ssh_config=self._ssh_config,
            passed=passed,
        )

    def _look(self, connection: Connection, *, drawn: bool) -> tuple[HostFacts, RemoteListing]:
        """Looks at all that can be seen without a change on the host. `drawn`: the agent draws a desktop."""
        self._forwarding(connection)
        home = self._try(DoctorStep.FILES, lambda: _home(connection))
        self._judge(DoctorStep.FILES, checks.files(home, connection.server))
        contact = self._try(DoctorStep.SHELL, lambda: first_contact(connection, self._host))
        self._good(DoctorStep.SHELL, wording.shell(contact.system))
        facts, lying = self._try(DoctorStep.SYSTEM, lambda: self._probe(connection, contact))
        self._judge(DoctorStep.SYSTEM, checks.system(facts))
        fitting = None
        if facts.platform == WINDOWS:
            fitting = RuntimeStore.below(self._paths.cache).fitting()
            self._judge(DoctorStep.RUNTIME, checks.runtime(facts, fitting, lying.uploads))
        self._judge(DoctorStep.DESKTOP, checks.desktop(facts, self._host, drawn=drawn))
        self._judge(DoctorStep.DISK, checks.disk(facts, needed_room(facts, self._paths.cache)))
        self._judge(DoctorStep.DEPLOYED, checks.deployed(facts, lying.uploads))
        return facts, lying

    def _probe(self, connection: Connection, contact: Contact) -> tuple[HostFacts, RemoteListing]:
        facts = probe(connection, self._host, contact)
        if facts.platform == WINDOWS and not facts.build:  # before our Python is there
            facts = replace(facts, build=ask_build(connection))
        self._seen(facts)
        return facts, RemoteListing.at(connection, facts)

    def _forwarding(self, connection: Connection) -> None:
        self._begin(DoctorStep.FORWARDING)
        try:
            require_forwarding(connection)
        except (ForwardingRefused, ConnectionLost) as error:
            self._record.bad(DoctorStep.FORWARDING, error)
            if not connection.alive:
                self._stop_if_cancelled()
                raise _Stopped from error
            return
        self._good(DoctorStep.FORWARDING, wording.FORWARDING)

    # Proving

    def _prove(self, connection: Connection, facts: HostFacts, options: AgentOptions, *, bare: bool) -> None:
        """Brings, launches, looks, and takes away what a bare host got."""
        deployed: Deployed | None = None
        launched: Launched | None = None
        try:
            with closing_when(self._cancelled, connection.close, GRACE):
                deployed = self._try(DoctorStep.DEPLOY, lambda: self._deploy(connection, facts))
                self._seen(deployed.facts)
                self._good(DoctorStep.DEPLOY, wording.sent(_parts(deployed), deployed.uploaded))
                if facts.platform == WINDOWS:  # only a Python there can tell
                    self._judge(DoctorStep.RIGHTS, checks.rights(deployed.facts))
                launched = self._launch(connection, deployed, options)
                self._probe_stream(connection, launched)
        finally:
            if bare:
                self._clean_up(connection, deployed, options)
            elif launched is not None:
                self._good(DoctorStep.CLEANUP, wording.files_stay(IDLE_EXIT))

    def _deploy(self, connection: Connection, facts: HostFacts) -> Deployed:
        def show(progress: Progress) -> None:
            self._stop_if_cancelled()
            self._begun(DoctorStep.DEPLOY, progress)

        return deploy(connection, facts, cache=self._paths.cache, progress=show)

    def _launch(self, connection: Connection, deployed: Deployed, options: AgentOptions) -> Launched:
        launched = self._try(
            DoctorStep.LAUNCH, lambda: launch(connection, deployed.facts, deployed, self._host, options)
        )
        self._good(DoctorStep.LAUNCH, wording.launched(launched))
        if launched.word is not None:
            self._judge(DoctorStep.SESSION, checks.session(launched, launched.word))
        return launched

    def _probe_stream(self, connection: Connection, launched: Launched) -> None:
        tunnel = self._try(DoctorStep.TOKEN, lambda: connection.open_tunnel(launched.port))
        seen = StreamProbe()
        try:
            seen.run(tunnel, launched.token, self._host.display, self._cancelled)
        finally:
            tunnel.close()
        for step, verdict in checks.stream(seen, launched, self._host.name):
            self._record.add(step, *verdict, at=seen.at.get(step))

    def _clean_up(self, connection: Connection, deployed: Deployed | None, options: AgentOptions) -> None:
        """Leaves a bare host bare, unless another console has begun to use it.

        Where the connection has ended, it is over another one; that is tried once.
        """
        self._record.begin()
        self._begun(DoctorStep.CLEANUP, None)
        try:
            # Not to be cancelled: this is how a cancelled examination ends.
            with connection if connection.alive else self._connect(threading.Event()) as reaching:
                facts = probe(reaching, self._host)
                if foreign := self._foreign(RemoteListing.at(reaching, facts), facts, deployed, options):
                    self._judge(DoctorStep.CLEANUP, checks.doubtful(wording.kept(foreign)))
                    return
                removed = remove(reaching, facts)
        except DeskconsoleError as error:
            self._record.bad(DoctorStep.CLEANUP, error)
            return
        self._judge(DoctorStep.CLEANUP, checks.clean_up(removed, self._host.name))

    def _foreign(
        self, lying: RemoteListing, facts: HostFacts, deployed: Deployed | None, options: AgentOptions
    ) -> tuple[str, ...]:
        """The names that another console has brought, or begun to, since the host was bare."""
        if not lying.names:
            return ()
        if deployed is None:
            return lying.not_of(_to_be_brought(facts, self._paths.cache))
        parts = _parts(deployed)
        if not deployed.uploaded:  # another console was quicker than this deploy
            return parts
        return lying.not_of(parts, instance(deployed.facts, deployed, self._host, options))

    # One step

    def _try(self, step: DoctorStep, work: Callable[[], T]) -> T:
        self._begin(step)
        try:
            return work()
        except Cancelled:
            raise
        except DeskconsoleError as error:
            self._stop_if_cancelled()
            self._record.bad(step, error)
            raise _Stopped from error

    def _begin(self, step: DoctorStep) -> None:
        self._stop_if_cancelled()
        self._record.begin()
        self._begun(step, None)

    def _judge(self, step: DoctorStep, verdict: Verdict) -> None:
        self._record.add(step, *verdict)

    def _good(self, step: DoctorStep, sentence: str) -> None:
        self._record.add(step, Outcome.GOOD, sentence)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled(f"examining {self._host.name} was cancelled")


def _home(connection: Connection) -> str:
    with connection.files() as files:
        return files.home()


def _to_be_brought(facts: HostFacts, cache: Path) -> list[str]:
    """The parts that a deploy which did not end may have put in place."""
    parts = [agent_archive().name]
    if facts.platform == WINDOWS:
        fitting = RuntimeStore.below(cache).fitting()
        parts += [fitting.name] if fitting else []
    elif facts.missing:
        with contextlib.suppress(UnsupportedHost):  # then none were
            parts.append(packages_name(wheels_platform(facts), facts.python_version))
    return parts


def _parts(deployed: Deployed) -> tuple[str, ...]:
    return tuple(filter(None, (deployed.runtime, deployed.packages, deployed.agent)))
