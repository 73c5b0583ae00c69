"""Building a runtime: what uv fetched, less what hosts do not need, packed in a folder that vanishes."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from datetime import UTC, datetime
from pathlib import Path

from deskconsole.common.errors import Cancelled, DeskconsoleError
from deskconsole.common.progress import Progress, ProgressMeter, Report, StepId

from .container import FORMAT, PLATFORM, Manifest, Payload, Runtime, write_container
from .fetch import PythonSource, fetch_packages, fetch_python, python_version
from .listing import listing, part_name
from .payload import write_rest
from .script_reader import READER_FILES
from .seed import seed_of
from .store import RuntimeStore, requirements_today
from .stripping import stays_of_packages, stays_of_python
from .uv import clear_downloads

_SITE_PACKAGES = "Lib/site-packages"
_attempts: dict[Path, Future[Runtime]] = {}
"""Builds that are under way, by the cache that they are for."""


def ensure_runtime(cache: Path, report: Report, source: PythonSource | None = None) -> Runtime:
    """The runtime that today's agent runs on: the one with the highest Python, else a new one.

    Threads that need one at the same time wait for the first of them, and where it fails, they do.
    Raises what `build_runtime` does.
    """
    shelf = RuntimeStore.below(cache)
    while (found := shelf.fitting()) is None:
        own = Future[Runtime]()
        attempt = _attempts.setdefault(cache, own)
        if attempt is not own:
            found = _outcome(attempt, report)
            if found is not None:
                return found
            continue
        try:
            own.set_result(shelf.fitting() or build_runtime(shelf, cache, source or PythonSource(), report))
        except BaseException as error:
            if isinstance(error, DeskconsoleError) and not isinstance(error, Cancelled):
                own.set_exception(error)
            else:
                own.cancel()
            raise
        finally:
            del _attempts[cache]
    return found


def _outcome(attempt: Future[Runtime], report: Report) -> Runtime | None:
    """Waits for another thread's build and returns its runtime; None where only that thread was cancelled."""
    while True:
        try:
            return attempt.result(timeout=0.5)
        except CancelledError:
            return None
        except TimeoutError:
            report(Progress(StepId.WAIT_FOR_BUILD))


def build_runtime(shelf: RuntimeStore, cache: Path, source: PythonSource, report: Report) -> Runtime:
    """Builds a runtime and puts it onto the shelf.

    uv's downloads stay in `cache/windows` until a build succeeds: one that was cut fetches nothing twice.
    Raises ConfigurationError (what the user gave is wrong) and RuntimeUnavailable (it cannot be fetched or
    kept). What `report` raises ends it, and nothing is left.
    """
    downloads = cache / "windows"
    with shelf.aside() as scratch:
        python = fetch_python(source, scratch, downloads, report)
        version = python_version(python)
        packages = fetch_packages(version, scratch, downloads, report)
        files = _files(python, stays_of_python)
        site = _files(packages, stays_of_packages)
        files |= {f"{_SITE_PACKAGES}/{name}": data for name, data in site.items()} | READER_FILES
        runtime = shelf.put(_pack(scratch, files, version, _versions(packages), report))
        clear_downloads(scratch, downloads)
        return runtime


def _versions(packages: Path) -> dict[str, str]:
    found = importlib.metadata.distributions(path=[str(packages)])
    return dict(sorted((each.name.lower(), each.version) for each in found))


def _files(folder: Path, stays: Callable[[str], bool]) -> dict[str, bytes]:
    """Content by path of what goes along. Links are passed over: uv makes one for its own convenience."""
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and stays(name):
            files[name] = path.read_bytes()
    return files


def _pack(
    scratch: Path, files: dict[str, bytes], version: str, packages: dict[str, str], report: Report
) -> Runtime:
    seed = seed_of(files)
    listed = listing(files)
    others = {name: data for name, data in files.items() if name not in seed}
    rest = scratch / "rest"
    write_rest(rest, listed, others, ProgressMeter(StepId.PACK_RUNTIME, report))
    with rest.open("rb") as packed:
        digest = hashlib.file_digest(packed, "sha256").hexdigest()
    manifest = Manifest(
        format=FORMAT,
        name=part_name("runtime", listed),
        python=version,
        platform=PLATFORM,
        requirements=requirements_today(),
        packages=packages,
        seed={name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in sorted(seed.items())},
        rest=Payload(
            size=rest.stat().st_size,
            sha256=digest,
            unpacked=sum(map(len, others.values())),
            files=len(others),
        ),
        built=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    container = scratch / "container"
    write_container(container, manifest, seed, rest)
    return Runtime(container, manifest)
