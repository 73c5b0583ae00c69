"""Results that commands print with `--json`: one struct for each; `deskconsole schema` prints schemas.

Figures have the names of docs/statistics.md; docs/json.md has an example of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Union

import msgspec

from deskconsole.audit import AuditEntry
from deskconsole.common.errors import DeskconsoleError
from deskconsole.inventory.host import Host
from deskconsole.session.events import KINDS, Failure

from .host_result import HostResult, ShotResult
from .input_results import ClickResult, ClipResult, KeyResult, TypeResult

if TYPE_CHECKING:
    from deskconsole.bootstrap.facts import Deployed, HostFacts, Removed
    from deskconsole.diagnosis import Finding
    from deskconsole.history.day import HostDay
    from deskconsole.runtimes.container import Runtime
    from deskconsole.ssh.forget_keys import ForgottenKeys
    from deskconsole.ssh.known_hosts import KnownKey


class FailedResult(msgspec.Struct, frozen=True):
    """A host of several for which the command did not do what it was to do."""

    host: str
    failure: Failure

    @classmethod
    def of(cls, host: str, error: DeskconsoleError) -> FailedResult:
        return cls(host, Failure.of(error))


class WakeResult(msgspec.Struct, frozen=True):
    """The packet that wakes the network card `mac` was sent to `address`."""

    host: str
    mac: str
    address: str


class DeployResult(msgspec.Struct, frozen=True):
    """The parts that are on a host now; `uploaded` bytes of them were sent."""

    host: str
    platform: str
    python: str
    agent: str
    packages: str | None
    runtime: str | None
    uploaded: int

    @classmethod
    def of(cls, host: str, facts: HostFacts, deployed: Deployed) -> DeployResult:
        python = ".".join(map(str, deployed.facts.python_version))
        return cls(
            host,
            facts.platform,
            python,
            deployed.agent,
            deployed.packages,
            deployed.runtime,
            deployed.uploaded,
        )


class UndeployResult(msgspec.Struct, frozen=True):
    """The counts of what was removed from a host; `left` names what could not be."""

    host: str
    processes: int
    files: int
    bytes: int
    left: tuple[str, ...]

    @classmethod
    def of(cls, host: str, removed: Removed) -> UndeployResult:
        return cls(host, removed.processes, removed.files, removed.bytes, removed.left)


class FindingResult(msgspec.Struct, frozen=True):
    """One step of an examination."""

    step: str
    outcome: str
    sentence: str
    remedy: str
    seconds: float


class DoctorResult(msgspec.Struct, frozen=True):
    """An examination; `first_bad` is the first step that failed."""

    host: str
    healthy: bool
    first_bad: str | None
    findings: list[FindingResult]

    @classmethod
    def of(cls, host: str, findings: list[Finding]) -> DoctorResult:
        from deskconsole.diagnosis.findings import first_bad

        wrong = first_bad(findings)
        steps = [
            FindingResult(one.step, one.outcome.value, one.sentence, one.remedy, one.seconds)
            for one in findings
        ]
        return cls(host, wrong is None, None if wrong is None else wrong.step, steps)


class ForgottenKey(msgspec.Struct, frozen=True):
    """A host key that is no longer trusted."""

    algorithm: str
    fingerprint: str


class TrustedKey(ForgottenKey, frozen=True):
    """A host key that another file still trusts, at that line."""

    file: str
    line: int


class ForgetKeyResult(msgspec.Struct, frozen=True):
    """The keys of one host that were forgotten, and those that are left."""

    host: str
    forgotten: list[ForgottenKey]
    left: list[TrustedKey]

    @classmethod
    def of(cls, keys: ForgottenKeys) -> ForgetKeyResult:
        def trusted(key: KnownKey) -> TrustedKey:
            return TrustedKey(key.algorithm, key.fingerprint, str(key.path), key.line)

        forgotten = [ForgottenKey(key.algorithm, key.fingerprint) for key in keys.forgotten]
        return cls(keys.host, forgotten, [trusted(key) for key in keys.left])


class RuntimeResult(msgspec.Struct, frozen=True, kw_only=True):
    """A runtime on this machine. One that is damaged has only a name and a path."""

    name: str
    path: str
    damaged: bool
    fits: bool | msgspec.UnsetType = msgspec.UNSET
    python: str | msgspec.UnsetType = msgspec.UNSET
    platform: str | msgspec.UnsetType = msgspec.UNSET
    packages: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    size: int | msgspec.UnsetType = msgspec.UNSET
    upload: int | msgspec.UnsetType = msgspec.UNSET
    unpacked: int | msgspec.UnsetType = msgspec.UNSET
    built: str | msgspec.UnsetType = msgspec.UNSET

    @classmethod
    def of(cls, runtime: Runtime) -> RuntimeResult:
        from deskconsole.runtimes.store import fits

        manifest = runtime.manifest
        return cls(
            name=runtime.name,
            path=str(runtime.path),
            damaged=False,
            fits=fits(runtime),
            python=manifest.python,
            platform=manifest.platform,
            packages=manifest.packages,
            size=runtime.path.stat().st_size,
            upload=manifest.upload,
            unpacked=manifest.unpacked,
            built=manifest.built,
        )


class RuntimeRemoveResult(msgspec.Struct, frozen=True):
    """The names of removed runtimes and the bytes that are free again."""

    removed: list[str]
    bytes: int


class HistoryResult(msgspec.Struct, frozen=True, kw_only=True):
    """The traffic and outages of one host on one day. `live` and `down` are seconds, `received` bytes."""

    host: str
    day: str
    live: float
    outages: int
    down: float
    slices: int
    updates: int
    refreshes: dict[str, int]
    received: int
    saved_against_refreshes: int
    saved_against_raw: int
    saved_share: float | None
    previews: int

    @classmethod
    def of(cls, day: HostDay) -> HistoryResult:
        return cls(**{field: getattr(day, field) for field in cls.__struct_fields__})


class ListenResult(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the article's senders over `seconds`."""

    connections: int
    faults: int
    slices: int
    packets: int
    updates: int
    refreshes: dict[str, int]
    received: int
    saved_against_refreshes: int
    saved_against_raw: int
    width: int
    height: int
    digest: str
    seconds: float


class Area(msgspec.Struct, frozen=True):
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int


class RecordResult(msgspec.Struct, frozen=True):
    """A recording that was made. `seconds`: from its first picture to its end."""

    host: str
    file: str
    seconds: float
    packets: int
    bytes: int


class PlayResult(msgspec.Struct, frozen=True):
    """A recording that was read to its end. `fault`: where it ends early, and why; `digest`: of its last
    picture, in hexadecimal."""

    file: str
    host: str
    display: int
    began: float
    seconds: float
    packets: int
    refreshes: int
    width: int
    height: int
    digest: str
    fault: str


class ExportResult(msgspec.Struct, frozen=True):
    """A recording in another format. `fault`: where the recording ends early, and why."""

    file: str
    seconds: float
    frames: int
    width: int
    height: int
    fault: str


class DiffResult(msgspec.Struct, frozen=True):
    """The changes between two pictures."""

    areas: int
    changed_pixels: int
    width: int
    height: int
    rectangles: list[Area]
    file: str


RESULTS: dict[str, Any] = {
    "demo": HostResult,
    "view": HostResult,
    "stats": HostResult,
    "stats history": list[HistoryResult],
    "shot": ShotResult,
    "status": HostResult,
    "connect": HostResult,
    "disconnect": HostResult,
    "refresh": HostResult,
    "compare": HostResult,
    "type": TypeResult,
    "key": KeyResult,
    "click": ClickResult,
    "clip get": ClipResult,
    "clip put": ClipResult,
    "wake": WakeResult,
    "deploy": DeployResult,
    "undeploy": UndeployResult,
    "doctor": DoctorResult,
    "failure": FailedResult,
    "watch": Union[tuple(KINDS.values())],  # noqa: UP007
    "events": Union[tuple(KINDS.values())],  # noqa: UP007
    "audit": AuditEntry,
    "hosts": list[Host],
    "hosts add": Host,
    "hosts edit": Host,
    "hosts remove": Host,
    "hosts import": list[Host],
    "hosts forget-key": list[ForgetKeyResult],
    "runtime build": RuntimeResult,
    "runtime import": RuntimeResult,
    "runtime list": list[RuntimeResult],
    "runtime remove": RuntimeRemoveResult,
    "listen": ListenResult,
    "diff": DiffResult,
    "record": RecordResult,
    "play": PlayResult,
    "export": ExportResult,
}
"""The type of the JSON value that each command prints. `demo`, `watch`, `events` and `audit` print one a
line, and so does a command for several hosts; `failure` is what it prints for a host that failed."""
