"""Brings a runtime onto a Windows host, which needs no tar, no PowerShell and no Python for it.

Its few seed files go up by SFTP, into a folder that is this console's alone; where their Python runs,
`rest.tar.xz` follows, and it makes a whole runtime of both; then the folder gets its name. What a cut left is
continued, and nothing that was verified is sent twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Annotated, Literal

import msgspec

from deskconsole.bootstrap.answers import Refusal, Text
from deskconsole.bootstrap.console_id import console_id
from deskconsole.bootstrap.facts import HostFacts
from deskconsole.bootstrap.script import REMOTE, NoAnswer
from deskconsole.bootstrap.upload import MARGIN, require_room
from deskconsole.common.errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    DeployError,
    DeskconsoleError,
)
from deskconsole.common.progress import Progress, ProgressMeter, Report, StepId
from deskconsole.runtimes.container import Runtime
from deskconsole.runtimes.requirements import requirements
from deskconsole.ssh.connection import Connection
from deskconsole.ssh.files import Files

from . import held_files
from .contact import below_profile
from .held_files import clear, once_released
from .python import REFUSED, ask_python, python_of, remedy_for

REST = "rest.tar.xz"
_MANIFEST = "runtime.json"
_UNPACK_WITHIN = 900.0
"""Seconds; a slow disk with a virus scanner before it. It took 4 on the stand-in for a Windows host."""
_REMOVAL_TIMEOUT = 20.0
"""Seconds that removing a folder may take, whose programs may be just ending."""
_FIRST_RUN_WITHIN = 180.0
"""Seconds for the first run of a program that the host has never seen: a virus scanner reads it first."""
_LIFE = 0.5
"""Seconds between two signs of life to the unpacking, which ends 15 seconds after the last one."""


class _FirstRun(msgspec.Struct, frozen=True):
    whole: bool


class _Unpacked(msgspec.Struct, frozen=True):
    verified: bool
    wrong: tuple[Text, ...]
    files: Annotated[int, msgspec.Meta(ge=0)]


class _Tried(msgspec.Struct, frozen=True):
    failed: Text
    there: Literal["nothing", "whole", "damaged"]


def put_runtime(connection: Connection, facts: HostFacts, runtime: Runtime, report: Report) -> int:
    """Uploads, verifies, unpacks, tries and names one runtime; returns how many bytes went up.

    Raises DeployError, NoAnswer, ConnectionFailed. What was sent stays, to be resumed, after a cut, where the
    host's programs give no answer, and where all of it was verified. After any other failure, and after
    whatever `report` raises, nothing half-way is left. Another console may have been quicker.
    """
    require_room(facts, "the runtime", needed_for(runtime))
    with connection.files() as files:
        return _Put(connection, facts, runtime, report, files).run()


def needed_for(runtime: Runtime) -> int:
    """Bytes that must be free on the host: the upload and what comes of it are there side by side."""
    return runtime.manifest.upload + runtime.manifest.unpacked + MARGIN


def part_of(runtime: Runtime) -> str:
    """The folder's name until it is whole: equal for each try of one console, another for each console."""
    return f"{runtime.name}.{console_id()}.part"


class _Put:
    """One runtime on its way to one host."""

    def __init__(
        self, connection: Connection, facts: HostFacts, runtime: Runtime, report: Report, files: Files
    ) -> None:
        self._connection = connection
        self._facts = facts
        self._runtime = runtime
        self._report = report
        self._files = files
        self._needed = needed_for(runtime)
        self._part = f"{facts.folder}/{part_of(runtime)}"
        self._python = python_of(part_of(runtime))
        self._meter = ProgressMeter(StepId.UPLOAD_RUNTIME, report)
        self._resumable = False

    def run(self) -> int:
        """All steps; returns how many bytes went up."""
        try:
            with below_profile(self._connection.server):
                self._files.make_folder(self._part)
            self._remove_file("stop")
            sent = self._upload_seed()
            whole = self._is_whole()
            if not whole:
                sent += self._upload_rest()
            if not self._unpack(whole):
                # Hardly ever: something else was in the way of the upload that was resumed.
                self._remove_file(REST)
                sent += self._upload_rest()
                if not self._unpack(whole=False):
                    raise DeployError(
                        f"the runtime arrives damaged on {self._facts.host}, twice in a row",
                        remedy="Something changes files there as they are written: ask its administrator.",
                    )
            self._resumable = True
            self._name()
            return sent
        except ConnectionLost:
            raise
        except BaseException as error:
            if self._connection.alive and not self._stays(error):
                with contextlib.suppress(DeskconsoleError):
                    self._clear()
            raise

    def _stays(self, error: BaseException) -> bool:
        """True if what was sent is worth keeping after that error."""
        if not isinstance(error, DeskconsoleError) or isinstance(error, Cancelled):
            return False
        return self._resumable or isinstance(error, NoAnswer | ConnectionFailed)

    def _upload_seed(self) -> int:
        manifest = self._runtime.manifest
        sent = before = 0

        def progress(done: int, _total: int) -> None:
            self._meter(before + done, manifest.upload)

        for name, (size, sha256) in manifest.seed.items():
            path = f"{self._part}/{name}"
            data = self._runtime.read_seed(name)
            self._files.make_folder(path.rpartition("/")[0])
            sent += self._send(data, path, progress, resume=True)
            # It is going to be run: read back, for nothing there could verify it before.
            if self._read_back(path) != sha256:
                sent += self._send(data, path, progress, resume=False)
                if self._read_back(path) != sha256:
                    raise DeployError(
                        f"{name} of the runtime does not arrive as it was sent on {self._facts.host}",
                        remedy="A virus scanner may change it there: ask its administrator.",
                    )
            before += size
        return sent

    def _is_whole(self) -> bool:
        """Runs the seed's Python, before the large part is sent; True if an earlier try has unpacked that."""
        self._report(Progress(StepId.START_PYTHON))
        answer = ask_python(
            self._connection,
            self._python,
            f"{REMOTE}.windows.first_run",
            {"name": self._runtime.name},
            _FirstRun,
            timeout=_FIRST_RUN_WITHIN,
        )
        if isinstance(answer, Refusal):
            raise self._refusal(answer)
        return answer.whole

    def _upload_rest(self) -> int:
        manifest = self._runtime.manifest
        before = manifest.upload - manifest.rest.size

        def progress(done: int, _total: int) -> None:
            self._meter(before + done, manifest.upload)

        with self._runtime.open_rest() as rest:
            return self._send(rest, f"{self._part}/{REST}", progress, resume=True)

    def _read_back(self, path: str) -> str:
        return hashlib.sha256(self._files.read(path)).hexdigest()

    def _send(
        self, source: bytes | IO[bytes], path: str, progress: Callable[[int, int], None], *, resume: bool
    ) -> int:
        """Uploads; a file that may not be written to is held by a program, which may end."""
        deadline = time.monotonic() + held_files.HELD_TIMEOUT
        while True:
            there = self._files.stat(path)
            try:
                return self._files.upload(source, path, resume=resume, progress=progress)
            except ConnectionLost:
                raise
            except DeployError as error:
                # What could be opened and not be filled was removed.
                if there is None or self._files.stat(path) is None:
                    raise
                if time.monotonic() > deadline:
                    self._resumable = True
                    raise DeployError(
                        f"a program on {self._facts.host} holds {path}",
                        remedy="Wait a minute and deploy again: an earlier try may run there, or a scanner.",
                    ) from error
                self._report(Progress(StepId.WAIT_FOR_PROGRAM, subject=str(path)))
                time.sleep(0.5)

    def _unpack(self, whole: bool) -> bool:
        """False where the archive does not have the hash that it should have. What is `whole` is verified."""
        meter = ProgressMeter(StepId.UNPACK_RUNTIME, self._report)
        manifest = self._runtime.manifest
        rest = manifest.rest
        meter(0, rest.unpacked)
        asked = threading.Event()

        def progress(done: int, total: int) -> None:
            if not total:
                self._report(Progress(StepId.WAIT_FOR_UNPACKING))
                return
            meter(done, total)
            if done == total:  # at its end it waits for one more sign of life
                asked.set()

        with self._being_there(asked):
            answer = ask_python(
                self._connection,
                self._python,
                f"{REMOTE}.windows.unpack",
                {
                    "archive": REST,
                    "sha256": rest.sha256,
                    "unpacked": rest.unpacked,
                    "seed": list(manifest.seed),
                    "whole": whole,
                },
                _Unpacked,
                timeout=_UNPACK_WITHIN,
                progress=progress,
            )
        if isinstance(answer, Refusal):
            raise self._ended(answer) if answer.kind else self._refusal(answer)
        waiting = f"{self._part}/waiting"
        clear(lambda: self._files.remove(waiting), waiting)
        self._resumable = answer.verified
        if answer.wrong:
            raise DeployError(
                f"the runtime is not whole after unpacking on {self._facts.host}: {', '.join(answer.wrong)}",
                remedy="A virus scanner may have taken files away: ask the host's administrator.",
            )
        return answer.verified

    @contextlib.contextmanager
    def _being_there(self, asked: threading.Event) -> Iterator[None]:
        """Shows the unpacking that somebody waits for it: it cannot see a connection end.

        At once where it is `asked`, else now and then.
        """
        over = threading.Event()

        def show() -> None:
            count = 0
            while self._connection.alive:
                asked.wait(_LIFE)
                if over.is_set():
                    return
                asked.clear()
                count += 1
                with contextlib.suppress(DeskconsoleError):
                    self._files.upload(b"%d" % count, f"{self._part}/waiting")

        showing = threading.Thread(target=show, name="waits for the unpacking", daemon=True)
        showing.start()
        try:
            yield
        finally:
            over.set()
            asked.set()
            showing.join()

    def _ended(self, answer: Refusal) -> DeskconsoleError:
        """The unpacking ended early; what was sent stays."""
        self._resumable = True
        if answer.kind == "gone":
            return ConnectionLost(
                f"the connection to {self._facts.host} stalled while the runtime was unpacked there"
            )
        if answer.kind == "stopped":
            return DeployError(
                f"another deploy to {self._facts.host} has taken over from this one",
                remedy="Wait until it has finished.",
            )
        return DeployError(
            f"the runtime could not be unpacked on {self._facts.host}: {answer.error}",
            remedy="Wait a minute and deploy again: what was sent is kept.",
        )

    def _name(self) -> None:
        """Tries it, and gives it its name; a damaged one of that name makes way."""
        target = f"{self._facts.folder}/{self._runtime.name}"
        away = f"{target}.{console_id()}.old"
        rest = f"{self._part}/{REST}"
        deadline = time.monotonic() + held_files.HELD_TIMEOUT
        while (there := self._try()) != "whole":
            try:
                self._files.upload(msgspec.json.encode(self._runtime.manifest), f"{self._part}/{_MANIFEST}")
                clear(lambda: self._files.remove(rest), rest)
                if there == "damaged":
                    self._remove(away)
                    self._files.rename(target, away)
                self._files.rename(self._part, target)
            except DeployError as error:
                if time.monotonic() > deadline:
                    raise DeployError(
                        f"the runtime cannot take its place on {self._facts.host}: a program holds {target}",
                        remedy="Disconnect everybody from that host and wait until its agents have ended, "
                        "or undeploy it, then deploy again.",
                    ) from error
                self._report(Progress(StepId.WAIT_FOR_PROGRAM, subject=target))
                time.sleep(0.5)
            else:
                break
        else:
            with contextlib.suppress(DeployError):
                self._clear()
        with contextlib.suppress(DeployError):
            self._remove(away)

    def _try(self) -> str:
        """Tries it, and tells what has its name: `nothing`, `whole` (by another console) or `damaged`."""
        self._report(Progress(StepId.TRY_RUNTIME))
        version = self._runtime.manifest.version[:2]
        modules = [
            row.module
            for row in requirements("win32")
            if row.needed and (row.before is None or version < row.before)
        ]
        answer = ask_python(
            self._connection,
            self._python,
            f"{REMOTE}.windows.smoke_test",
            {"name": self._runtime.name, "modules": modules},
            _Tried,
            packages=True,
            timeout=_FIRST_RUN_WITHIN,
        )
        if isinstance(answer, Refusal):
            raise self._refusal(answer)
        if answer.failed:
            raise DeployError(
                f"the runtime does not work on {self._facts.host}: {answer.failed}",
                remedy=f"{REFUSED} A Windows older than Windows 10 1809 or Server 2019 lacks what it needs.",
            )
        return answer.there

    def _clear(self) -> None:
        """Takes the upload away, and whatever unpacks it."""
        if self._files.stat(f"{self._part}/python.exe") is not None:
            self._files.upload(b"", f"{self._part}/stop")
        self._remove(self._part)
        if not self._files.list(self._facts.folder):
            self._files.remove(self._facts.folder)

    def _remove_file(self, name: str) -> None:
        """Deletes a file of the upload that must not stay."""
        path = f"{self._part}/{name}"
        once_released(lambda: self._files.remove(path), path, self._report)

    def _remove(self, folder: str) -> None:
        deadline = time.monotonic() + _REMOVAL_TIMEOUT
        while self._files.stat(folder) is not None and time.monotonic() < deadline:
            self._connection.run("cmd /d /c rd /s /q " + folder.replace("/", "\\"), timeout=120.0)
            time.sleep(0.1 if self._files.stat(folder) is None else 0.5)

    def _refusal(self, answer: Refusal) -> DeployError:
        """Its scripts could not read or write there; what was sent stays where a scanner may be why."""
        self._resumable = self._resumable or answer.errno == "EACCES"
        otherwise = (
            f"It needs {self._needed / 1e6:.0f} MB: see whether the disk is full, and the user "
            f"may write to {self._facts.root} there."
        )
        return DeployError(
            f"the runtime could not be installed on {self._facts.host}: {answer.error}",
            remedy=remedy_for(answer.error, otherwise),
        )
