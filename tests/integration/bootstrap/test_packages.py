"""Packages for a host whose Python lacks them: really fetched by uv, from wheels made for the test.

The wheels stand in for numpy and OpenCV so that no package index is needed; everything else is real.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from deskconsole.bootstrap.archive import Archive
from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.posix import wheels
from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.remove import remove
from deskconsole.common.errors import Cancelled, DeployError, UnsupportedHost
from deskconsole.common.progress import Progress, StepId
from support.bootstrap_host import Ground, listing, names


def make_wheel(folder: Path, name: str, tag: str, files: dict[str, bytes]) -> Path:
    """A wheel of version 1.0 with these files."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-1.0.dist-info"
    content = dict(files)
    content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
    content[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    )
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n"
        for path, data in content.items()
    )
    content[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    path = folder / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, data in content.items():
            archive.writestr(inside, data)
    return path


def lock(*built: Path) -> bytes:
    """A locked list of the wheels."""
    return "".join(
        f"{wheel.name.split('-')[0]}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
        for wheel in built
    ).encode()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, the only place where uv may look."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    return folder


def test_a_bare_python_gets_its_packages_once(
    bare: Ground, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(
        index,
        "pretend",
        "py3-none-any",
        {"pretend/__init__.py": b"WORD = 'here'\n", "pretend/tests/x.py": b"", "pretend/x.pyi": b""},
    )
    wanted = lock(wheel)
    monkeypatch.setattr(wheels, "locked", lambda: wanted)
    facts = probe(bare.connection, bare.host)
    assert set(facts.missing) >= {"numpy", "cv2", "mss", "msgspec"}

    seen: list[Progress] = []
    deployed = deploy(bare.connection, facts, cache=tmp_path / "cache", progress=seen.append)
    assert deployed.packages is not None
    folder = Path(facts.root, deployed.packages)
    assert "pretend/__init__.py" in listing(folder)
    assert not listing(folder) & {"pretend/tests", "pretend/x.pyi"}, "what the agent does not load stays here"
    assert {
        StepId.FETCH_PACKAGES,
        StepId.PACK_PACKAGES,
        StepId.UPLOAD_PACKAGES,
        StepId.INSTALL_PACKAGES,
    } <= {step.step for step in seen}
    said = subprocess.run(
        [facts.python, "-c", "import pretend; print(pretend.WORD)"],
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        check=True,
    )
    assert said.stdout == b"here\n"

    assert (tmp_path / "cache" / "uv").is_dir(), "uv's own cache lies below the console's"
    wheel.unlink()  # what follows needs no index any more
    facts = probe(bare.connection, bare.host)
    assert deploy(bare.connection, facts, cache=tmp_path / "cache").uploaded == 0
    remove(bare.connection, facts)
    assert listing(bare.home) == set()
    facts = probe(bare.connection, bare.host)
    assert deploy(bare.connection, facts, cache=tmp_path / "cache").uploaded > 0


def test_hosts_that_need_the_same_packages_at_once_wait_for_the_first(
    bare: Ground, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(index, "pretend", "py3-none-any", {"pretend/blob": os.urandom(10_000_000)})
    wanted = lock(wheel)
    monkeypatch.setattr(wheels, "locked", lambda: wanted)
    facts = probe(bare.connection, bare.host)
    target = wheels.wheels_platform(facts)

    def ask(_number: int) -> tuple[Archive, set[StepId]]:
        seen: list[Progress] = []
        archive = wheels.packages_archive(facts, target, tmp_path / "cache", seen.append)
        return archive, {step.step for step in seen}

    with ThreadPoolExecutor(8) as hosts:
        got = list(hosts.map(ask, range(8)))
    assert len({archive.sha256() for archive, _ in got}) == 1
    assert sum(StepId.FETCH_PACKAGES in steps for _, steps in got) == 1
    assert sum(StepId.PACK_PACKAGES in steps for _, steps in got) == 1
    # A hundred hosts are sent the same file: none of them has it in memory.
    assert all(isinstance(archive.content, Path) for archive, _ in got)


def test_a_wheel_with_another_hash_is_not_taken(
    bare: Ground, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(index, "pretend", "py3-none-any", {"pretend.py": b""})
    wanted = lock(wheel)
    make_wheel(index, "pretend", "py3-none-any", {"pretend.py": b"something else"})
    monkeypatch.setattr(wheels, "locked", lambda: wanted)
    facts = probe(bare.connection, bare.host)
    with pytest.raises(DeployError, match=r"lab-01's Python lacks .*[Hh]ash"):
        deploy(bare.connection, facts, cache=tmp_path / "cache")
    assert listing(bare.home) == set()
    assert names(tmp_path / "cache/packages") == []


def test_a_platform_without_ready_packages_is_named(
    bare: Ground, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(index, "pretend", "cp311-cp311-win_amd64", {"pretend.py": b""})
    wanted = lock(wheel)
    monkeypatch.setattr(wheels, "locked", lambda: wanted)
    facts = probe(bare.connection, bare.host)
    with pytest.raises(UnsupportedHost, match=r"no ready-made ones for .*manylinux"):
        deploy(bare.connection, facts, cache=tmp_path / "cache")


def test_without_a_network_one_sentence_says_so(
    bare: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    facts = probe(bare.connection, bare.host)
    with pytest.raises(DeployError, match="no package index answers") as caught:
        deploy(bare.connection, facts, cache=tmp_path / "cache")
    assert "mirror" in caught.value.remedy
    assert listing(bare.home) == set()


def test_fetching_packages_can_be_cancelled(bare: Ground, index: Path, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled("the user said so")

    facts = probe(bare.connection, bare.host)
    with pytest.raises(Cancelled):
        deploy(bare.connection, facts, cache=tmp_path / "cache", progress=stop)
    assert names(tmp_path / "cache/packages") == []


def test_a_system_without_ready_made_packages_is_named_before_anything_is_fetched(bare: Ground) -> None:
    facts = replace(probe(bare.connection, bare.host), libc="musl")
    with pytest.raises(UnsupportedHost, match="musl"):
        deploy(bare.connection, facts)


def test_a_host_that_lacks_only_what_helps_gets_it_where_that_can_be_had(
    bare: Ground, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = lock(make_wheel(index, "pretend", "py3-none-any", {"pretend.py": b""}))
    monkeypatch.setattr(wheels, "locked", lambda: wanted)
    facts = replace(probe(bare.connection, bare.host), missing=("Xlib",))
    nowhere = deploy(bare.connection, replace(facts, libc="musl"), cache=tmp_path / "cache")
    assert nowhere.packages is None, "there are none for its system, and it works without"
    assert deploy(bare.connection, facts, cache=tmp_path / "cache").packages is not None


def test_without_a_network_a_host_that_lacks_only_what_helps_is_served_all_the_same(
    bare: Ground, index: Path, tmp_path: Path
) -> None:
    facts = replace(probe(bare.connection, bare.host), missing=("Xlib",))
    assert deploy(bare.connection, facts, cache=tmp_path / "cache").packages is None
