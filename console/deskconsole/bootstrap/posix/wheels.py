"""The packages that a host's Python lacks: fetched here for the host's platform, packed once, cached.

uv does the fetching, from whatever index the user's uv or pip is set to; every file is checked against the
hash in the agent's locked list. The host needs no access to any index.
"""

from __future__ import annotations

import hashlib
import struct
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from deskconsole.bootstrap.archive import Archive, pack
from deskconsole.bootstrap.facts import HostFacts
from deskconsole.common import file_lock
from deskconsole.common.errors import DeployError, UnsupportedHost
from deskconsole.common.paths import make_private_folder
from deskconsole.common.progress import Progress, ProgressMeter, Report, StepId
from deskconsole.runtimes.requirements import locked
from deskconsole.runtimes.stripping import PACKAGES, STUBBED, is_stubbed, stays_of_packages
from deskconsole.runtimes.stub_library import FORMAT, stub_of
from deskconsole.runtimes.uv import UvResult, run_uv
from deskwin32.held_files import once_released


def wheels_platform(facts: HostFacts) -> str:
    """uv's name for the host's platform; raises UnsupportedHost where no wheels exist for it."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(facts.machine, facts.machine)
    library, _, version = facts.libc.partition(" ")
    if machine not in ("x86_64", "aarch64") or facts.bits != 64 or library != "glibc":
        raise UnsupportedHost(
            f"{facts.host} lacks {', '.join(facts.missing)}, and there are no ready-made packages "
            f"for its system ({facts.machine}, {facts.bits} bits, {facts.libc or 'unknown C library'})",
            remedy="Install them there by the system's own package manager.",
        )
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    return f"{machine}-manylinux_2_28" if numbers >= (2, 28) else f"{machine}-manylinux_2_17"


def packages_name(target: str, python: tuple[int, int, int]) -> str:
    """`packages-<hash>`, known without fetching anything.

    The locked list, the platform, the Python and what is left out make the hash.
    """
    key = f"{target} {python[0]}.{python[1]} {PACKAGES} {STUBBED} {FORMAT} ".encode() + locked()
    return f"packages-{hashlib.sha256(key).hexdigest()[:12]}"


def stored_packages(cache: Path, name: str) -> Path:
    """The place of the archive of that name, once it was fetched."""
    return cache / "packages" / f"{name}.zip"


def packages_archive(facts: HostFacts, target: str, cache: Path, report: Report) -> Archive:
    """The archive for this host, from the cache where it is. Raises DeployError, UnsupportedHost.

    Hosts that need the same one wait for the first of them, which makes it.
    """
    name = packages_name(target, facts.python_version)
    stored = stored_packages(cache, name)
    if not stored.exists():

        def waiting() -> None:
            report(Progress(StepId.WAIT_FOR_PACKING))

        with file_lock.locked(cache / "packages.lock", waiting):
            if not stored.exists():
                _make(stored, facts, target, cache, report)
    with zipfile.ZipFile(stored) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    return Archive(name=name, content=stored, unpacked=unpacked)


def _make(stored: Path, facts: HostFacts, target: str, cache: Path, report: Report) -> None:
    make_private_folder(stored.parent)
    with tempfile.TemporaryDirectory(
        dir=stored.parent, prefix=".fetch-", ignore_cleanup_errors=True
    ) as scratch:
        fetch(facts, target, Path(scratch), cache, report)
        files = _Files(Path(scratch) / "packages")
        meter = ProgressMeter(StepId.PACK_PACKAGES, report)
        ready = Path(scratch) / "archive"
        with ready.open("wb") as into:
            pack(files, into, lambda done: meter(min(done, files.size), files.size))
        once_released(lambda: ready.replace(stored))


def fetch(facts: HostFacts, target: str, scratch: Path, cache: Path, report: Report) -> None:
    """Installs the locked list into `scratch/packages` for the host's platform and Python.

    What was downloaded stays in `cache/uv`, or where the user's own UV_CACHE_DIR says.
    """
    version = f"{facts.python_version[0]}.{facts.python_version[1]}"
    fetching = Progress(StepId.FETCH_PACKAGES, subject=f"Python {version} on {target}")
    (scratch / "requirements.txt").write_bytes(locked())
    command = ["pip", "install", "--quiet", "--target", "packages"]
    command += ["--python", sys.executable, "--python-platform", target, "--python-version", version]
    command += ["--only-binary", ":all:", "--require-hashes", "-r", "requirements.txt"]
    finished = run_uv(command, scratch, cache, lambda: report(fetching))
    if finished.code != 0:
        raise _failure(facts, target, finished)


class _Files(Mapping[str, bytes]):
    """The files of a folder that go to a host, by their path in it; each is read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        paths = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
        self._paths = {inside: file for inside, file in paths.items() if stays_of_packages(inside)}
        self.size = sum(path.stat().st_size for inside, path in self._paths.items() if not is_stubbed(inside))
        """Bytes of all; stubs, which are small, are not counted."""

    def __getitem__(self, name: str) -> bytes:
        data = self._paths[name].read_bytes()
        if not is_stubbed(name):
            return data
        try:
            return stub_of(data)
        except (ValueError, struct.error):  # built in another way than those that are known: it goes as it is
            return data

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


_NO_WHEELS = ("matching platform tag", "no wheels", "no usable wheels")


def _failure(facts: HostFacts, target: str, finished: UvResult) -> DeployError | UnsupportedHost:
    lacks = f"{facts.host}'s Python lacks {', '.join(facts.missing)}"
    by_hand = f"install them for {facts.python} on the host by hand"
    if finished.unreachable:
        return DeployError(
            f"{lacks}, and they cannot be fetched: no package index answers",
            remedy=f"Connect this machine to the Internet, point pip or uv to a mirror, or {by_hand}.",
        )
    if any(words in finished.log for words in _NO_WHEELS):
        return UnsupportedHost(
            f"{lacks}, and there are no ready-made ones for {target}", remedy=f"Better {by_hand}."
        )
    return DeployError(
        f"{lacks}, and fetching them failed: {finished.reason}",
        remedy=f"Look at the settings of pip or uv on this machine, or {by_hand}.",
    )
