"""Runtimes as a user builds, carries and removes them, and one of them at work on the Windows stand-in.

uv and the package index are real, the Python that is fetched is the stand-in's, behind a list of downloads.
Nobody has yet built one here from the Pythons that uv fetches by itself.
"""

from __future__ import annotations

import ast
import hashlib
import json
import lzma
import re
import signal
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deskconsole.runtimes.container import Runtime
from deskconsole.runtimes.payload import read_rest
from deskconsole.ssh.connection import Connection
from support.built_runtime import build_command, built_runtime
from support.command_line import CommandLine, end
from support.small_runtime import write_small_runtime
from support.windows import python as windows_python
from support.windows.host import WindowsHost
from support.windows.login import log_in

NOWHERE = "http://127.0.0.1:9/"
"""Nothing listens there."""
UNREACHABLE = {"UV_HTTP_RETRIES": "0", "no_proxy": "127.0.0.1"}


@pytest.fixture
def user(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "user")


def kept(user: CommandLine) -> list[str]:
    """What lies where runtimes are kept."""
    return sorted(path.name for path in (user.home / "cache" / "runtimes").glob("*"))


def changed_list(folder: Path, **fields: object) -> Path:
    """The stand-in's list of downloads, with other fields in its only row."""
    rows = json.loads(windows_python.downloads_list(folder).path.read_bytes())
    path = folder / "changed.json"
    path.write_text(json.dumps({key: row | fields for key, row in rows.items()}))
    return path


def build(user: CommandLine, tmp_path: Path, *more: str | Path, **environment: str) -> Any:
    """Builds with the stand-in's Python, options added or replaced."""
    return user.run(*build_command(tmp_path), *more, environment=environment)


@pytest.fixture(scope="module")
def connection(shared_windows: WindowsHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with log_in(shared_windows, tmp_path_factory.mktemp("console")) as opened:
        yield opened


def _imported_at_once(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Imports that a module makes when it is itself imported, and cannot do without."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If):
            if not re.search("TYPE_CHECKING|__name__", ast.unparse(node.test)):
                yield from _imported_at_once([*node.body, *node.orelse])
        elif isinstance(node, ast.ClassDef | ast.With):
            yield from _imported_at_once(node.body)


def _names(node: ast.Import | ast.ImportFrom, module: str, *, package: bool) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    parts = module.split(".") if package else module.split(".")[:-1]
    above = parts[: len(parts) - node.level + 1] if node.level else []
    origin = ".".join([*above, *([node.module] if node.module else [])])
    return [origin, *(f"{origin}.{alias.name}" for alias in node.names)]


def test_nothing_that_stays_imports_what_was_left_out() -> None:
    runtime = Runtime.read(built_runtime())
    with runtime.open_rest() as rest, lzma.open(rest) as plain, tarfile.open(fileobj=plain) as archive:
        sources = {
            re.sub(r"^Lib/(site-packages/)?", "", member.name): archive.extractfile(member).read()  # type: ignore[union-attr]
            for member in archive
            if member.name.endswith(".py")
        }
    with tarfile.open(windows_python.python_archive()) as archive:
        whole = [name.removeprefix("python/Lib/") for name in archive.getnames() if name.endswith(".py")]

    def module(path: str) -> str:
        return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    left_out = {module(path) for path in whole} - {module(path) for path in sources}
    left_out |= {
        "numpy.ma",
        "numpy.fft",
        "numpy.testing",
        "numpy.polynomial",
        "comtypes.client",
        "mss.darwin",
    }
    assert {"asyncio", "unittest", "http.client"} <= left_out
    for path, source in sources.items():
        own, package = module(path), path.endswith("/__init__.py")
        for node in _imported_at_once(ast.parse(source).body):
            lacking = left_out.intersection(_names(node, own, package=package))
            assert not lacking, f"{path} imports {lacking}"


def test_a_built_runtime_is_small_and_whole() -> None:
    runtime = Runtime.read(built_runtime())
    runtime.verify()
    manifest = runtime.manifest
    assert runtime.path.stat().st_size < 45_000_000
    seed = sum(size for size, _ in manifest.seed.values())
    assert seed < 9_000_000
    assert seed + manifest.rest.unpacked < 130_000_000
    assert {"numpy", "opencv-python-headless", "mss", "msgspec"} <= manifest.packages.keys()
    with runtime.open_rest() as rest:
        held = read_rest(rest, manifest.rest.size, 1 << 30, lambda done, total: None)
    assert (len(held.files), sum(size for size, _ in held.files.values())) == (
        manifest.rest.files,
        manifest.rest.unpacked,
    )
    listed = {*json.loads(held.listing)}
    assert {"pythonw.exe", "vcruntime140_1.dll", "Lib/site-packages/cv2/cv2.pyd"} <= listed
    assert not [name for name in listed if "ffmpeg" in name or "/tests/" in name or name.endswith(".pyi")]


def test_the_seed_runs_alone_and_unpacks_a_runtime_that_has_everything(
    shared_windows: WindowsHost, connection: Connection
) -> None:
    runtime = Runtime.read(built_runtime())
    folder = shared_windows.home / "seed"
    for name in runtime.manifest.seed:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(runtime.read_seed(name))
    with runtime.open_rest() as rest:
        (folder / "rest.tar.xz").write_bytes(rest.read())
    unpacking = b"""\
import hashlib, json, lzma, os, shutil, subprocess, sys, tarfile, tempfile, traceback, zipfile
os.chdir(os.path.dirname(sys.executable))
with tarfile.open("rest.tar.xz") as archive:
    archive.extractall(".")
print(json.dumps([hashlib.sha256(b"seed").hexdigest()[:8], sys.platform]))
"""
    said = connection.run(r"seed\python.exe -I -S -X utf8 -", stdin=unpacking, timeout=110)
    assert (said.exit_code, json.loads(said.stdout)) == (0, ["19b25856", "win32"]), said
    (folder / f"python{''.join(runtime.manifest.python.split('.')[:2])}.zip").unlink()
    importing = (
        b"import numpy.random, numpy.ctypeslib, cv2, mss, msgspec, backports.zstd, ctypes, logging.config\n"
        b"print(cv2.__version__)"
    )
    said = connection.run(r"seed\python.exe -I -X utf8 -", stdin=importing, timeout=110)
    assert said.exit_code == 0, said
    assert runtime.manifest.packages["opencv-python-headless"].startswith(said.stdout.decode().strip())


def test_a_runtime_is_carried_to_another_console_and_removed(user: CommandLine, tmp_path: Path) -> None:
    container = built_runtime()
    taken = user.run("runtime", "import", container, "--json").json()
    assert (taken["name"], taken["fits"]) == (container.stem, True)
    said = user.run("runtime", "list", "--json")
    assert json.loads(said.stdout) == [taken]
    old = user.run("runtime", "import", write_small_runtime(tmp_path, requirements="0" * 64))
    assert "Today's agent needs other packages" in old.stderr
    (user.home / "cache" / "runtimes" / "runtime-0123456789ab.zip").write_bytes(b"half")
    listed = user.run("runtime", "list")
    assert [line.split()[3:5] for line in listed.stdout.splitlines()[1:]] == [["MB", "no"], ["MB", "yes"]]
    assert "runtime-0123456789ab.zip is damaged" in listed.stderr
    assert len(user.run("runtime", "remove", "--outdated", "--json").json()["removed"]) == 2
    assert kept(user) == [container.name]
    assert user.run("runtime", "remove", container.stem).code == 0
    assert kept(user) == []
    assert "there is no runtime" in user.run("runtime", "remove", container.stem).refusal(2)
    assert "no runtimes were given" in user.run("runtime", "remove").refusal(2)


def test_a_damaged_runtime_is_not_taken_over(user: CommandLine, tmp_path: Path) -> None:
    half = tmp_path / "half.zip"
    half.write_bytes(built_runtime().read_bytes()[:-1000])
    assert "half.zip is not a runtime, or not all of one" in user.run("runtime", "import", half).refusal(2)
    half.write_bytes(write_small_runtime(tmp_path, packed={}).read_bytes())
    assert "half.zip is damaged" in user.run("runtime", "import", half).refusal(2)
    assert "cannot be read" in user.run("runtime", "import", tmp_path / "none").refusal(2)
    assert kept(user) == []


@pytest.mark.parametrize("version", ["3.10", "3.15", "4.0", "three", "3.13.5.1", ""])
def test_only_pythons_that_the_agent_runs_on(user: CommandLine, version: str) -> None:
    assert "is not a Python that the agent runs on" in user.run(
        "runtime", "build", "--python", version
    ).refusal(2)


def test_wrong_lists_of_downloads_are_named(user: CommandLine, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("[1")
    assert "there is no /none" in build(user, tmp_path, "--downloads", "/none").refusal(2)
    said = build(user, tmp_path, "--downloads", broken).refusal(2)
    assert "broken.json cannot be used" in said
    assert "python-downloads-json-url" in said
    assert "there is no Python 3.12.99" in build(user, tmp_path, "--python", "3.12.99").refusal(2)
    other = changed_list(tmp_path, sha256="0" * 64)
    assert "does not have the hash" in build(user, tmp_path, "--downloads", other).refusal(6)
    gone = changed_list(tmp_path, url=(tmp_path / "gone.tar.gz").as_uri())
    assert "No such file" in build(user, tmp_path, "--downloads", gone).refusal(6)
    assert kept(user) == []
    assert user.leftovers() == []


def test_where_nothing_can_be_reached_the_ways_out_are_named(user: CommandLine, tmp_path: Path) -> None:
    said = user.run("runtime", "build", "--mirror", NOWHERE, environment=UNREACHABLE).refusal(6)
    assert "Python 3.13 for Windows cannot be fetched: nothing answers" in said
    assert "`deskconsole runtime build --mirror" in said
    assert "runtime import FILE" in said
    said = build(
        user, tmp_path, **UNREACHABLE, UV_DEFAULT_INDEX=NOWHERE, UV_CACHE_DIR=str(tmp_path / "empty")
    ).refusal(6)
    assert "packages for Windows cannot be fetched: no package index answers" in said
    assert kept(user) == []


def test_a_python_without_its_runtime_library_is_refused(user: CommandLine, tmp_path: Path) -> None:
    lacking = tmp_path / "lacking.tar.gz"
    with (
        tarfile.open(windows_python.python_archive()) as whole,
        tarfile.open(lacking, "w:gz", compresslevel=1) as less,
    ):
        for member in whole:
            if not member.name.endswith("vcruntime140_1.dll"):
                less.addfile(member, whole.extractfile(member))
    found = changed_list(
        tmp_path, url=lacking.as_uri(), sha256=hashlib.sha256(lacking.read_bytes()).hexdigest()
    )
    said = build(user, tmp_path, "--downloads", found).refusal(6)
    assert "not complete: vcruntime140_1.dll is not in it" in said
    assert kept(user) == []


def test_a_build_that_is_interrupted_leaves_nothing(user: CommandLine, tmp_path: Path) -> None:
    with user.started(*build_command(tmp_path)) as process:
        shelf = user.home / "cache" / "runtimes"
        deadline = time.monotonic() + 90
        while not list(shelf.glob(".making-*/rest")) and time.monotonic() < deadline:
            time.sleep(0.05)
        code, stdout, stderr = end(process, signal.SIGTERM)
    assert (code, stdout, stderr) == (130, "", "deskconsole: cancelled\n")
    assert kept(user) == []
    assert user.leftovers() == []
