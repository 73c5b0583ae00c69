"""A runtime of a few bytes, for what does not run one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from deskconsole.runtimes.container import FORMAT, PLATFORM, Manifest, Payload, write_container
from deskconsole.runtimes.listing import listing, part_name
from deskconsole.runtimes.payload import write_rest
from deskconsole.runtimes.store import requirements_today

FILES = {"python.exe": b"MZ a program", "Lib/os.py": b"import sys\n" * 100, "Lib/ä b.py": b""}
SEED = {"python.exe": FILES["python.exe"], "python313.zip": b"PK modules"}


def write_small_runtime(
    folder: Path,
    *,
    listed: dict[str, bytes] = FILES,
    packed: dict[str, bytes] | None = None,
    seed: dict[str, bytes] = SEED,
    **fields: Any,
) -> Path:
    """The path of a container; `packed`: what its archive holds; `fields`: what its manifest says."""
    rows = listing(listed)
    if packed is None:
        packed = {name: data for name, data in listed.items() if name not in seed}
    rest = folder / "rest"
    write_rest(rest, rows, packed, lambda done, total: None)
    manifest = Manifest(
        format=FORMAT,
        name=part_name("runtime", rows),
        python="3.13.5",
        platform=PLATFORM,
        requirements=requirements_today(),
        packages={"numpy": "2.0"},
        seed={name: (len(data), _sha256(data)) for name, data in seed.items()},
        rest=Payload(
            size=rest.stat().st_size,
            sha256=_sha256(rest.read_bytes()),
            unpacked=sum(map(len, packed.values())),
            files=len(packed),
        ),
        built="2026-01-02T03:04:05+00:00",
    )
    manifest = msgspec.structs.replace(manifest, **fields)
    path = folder / f"{manifest.name}.zip"
    write_container(path, manifest, seed, rest)
    rest.unlink()
    return path


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
