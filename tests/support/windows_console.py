r"""The console on Windows: its locked packages for Windows and this clone's code, on a stand-in's desktop.

    put_console(windows)                          # once for each host; or put_clone, with the tests
    console = WindowsConsole(windows)
    console.run("stats", "lab-01", "--json")      # Said: exit code, stdout, stderr
    console.python("import sys; print(sys.platform)")
    console.pytest("tests/agent", timeout=600)    # of put_clone
    console.home                                  # the user's profile, as a folder of this machine

What is real and what imitated: tests/winhost/README.md. Windows' own ssh is not there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import uv

from support.command_line import ROOT, Said
from support.windows import python as windows_python
from support.windows.host import WindowsHost
from winhost import mingw, wine
from winhost.cache import contents, once

_LOCKS = ROOT / "scripts" / "locks"
_SOURCE = Path(__file__).with_name("bcryptprimitives.c")
_PYTHON = r"C:\console\python\python.exe"
_PATHS = ("packages", "agent", "console")


def put_console(windows: WindowsHost) -> None:
    r"""The console in C:\console, with a Python of its own."""
    _put(windows, "run", "agent", "console")


def put_clone(windows: WindowsHost) -> None:
    r"""This clone in C:\console, with a Python of its own that has the tests' packages."""
    _put(windows, "test", "agent", "console", "docs", "scripts", "tests", "pyproject.toml", "README.md")


def _put(windows: WindowsHost, lock: str, *names: str) -> None:
    folder = windows.drive_c / "console"
    shutil.copytree(_environment(lock), folder, copy_function=os.link)
    # What an installation tells of itself: its version.
    installed = distribution("deskconsole")
    told = folder / "packages" / f"deskconsole-{installed.version}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(installed.read_text("METADATA") or "", encoding="utf-8")
    for name in names:
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, folder)
        else:
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignore)


class WindowsConsole:
    """The user of a host that sits at it, with the console."""

    def __init__(self, windows: WindowsHost) -> None:
        self.home = windows.home
        self.folder = windows.drive_c / "console"
        self._environment = wine.environment(windows.folder, windows.user, windows.display)

    def run(self, *arguments: str, timeout: float = 120) -> Said:
        """One command to its end."""
        return self._run("-m", "deskconsole", *arguments, timeout=timeout)

    def command(self, *words: str, timeout: float = 120, **environment: str) -> Said:
        """A command line of cmd.exe, in the user's profile; with uv and python on PATH, say, by WINEPATH."""
        with self._popen(["cmd", "/c", *words], self.home, environment) as process:
            return _said(process, timeout)

    def python(self, source: str, timeout: float = 120) -> Said:
        """Statements in its Python, where all packages can be imported."""
        return self._run("-X", "utf8", "-c", source, timeout=timeout)

    def pytest(self, *arguments: str, timeout: float) -> Said:
        """Tests of the clone."""
        options = ("-q", "-p", "no:cacheprovider", "--tb=short", "-o", "console_output_style=classic")
        command = ("-X", "utf8", "-m", "pytest", *options, *arguments)
        return self._run(*command, timeout=timeout, folder=self.folder)

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command that runs until the block ends."""
        with self._start("-m", "deskconsole", *arguments) as process:
            try:
                yield process
            finally:
                process.kill()

    def _run(self, *arguments: str, timeout: float, folder: Path | None = None) -> Said:
        with self._start(*arguments, folder=folder) as process:
            return _said(process, timeout)

    def _start(self, *arguments: str, folder: Path | None = None) -> subprocess.Popen[bytes]:
        return self._popen([_PYTHON, "-I", *arguments], folder or self.home, {})

    def _popen(
        self, command: list[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        # Pipes of ours are right here: Wine's services run already, and do not get them.
        return subprocess.Popen(
            [wine.wine(), *command], env={**self._environment, **environment}, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip


def _said(process: subprocess.Popen[bytes], timeout: float) -> Said:
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    out, err = (stream.replace(b"\r\n", b"\n") for stream in (out, err))
    return Said(process.returncode, out.decode(), err.decode())


def _environment(lock: str) -> Path:
    python = windows_python.windows_python()
    locked = _LOCKS / f"{lock}.txt"
    key = f"{python} {contents(locked, _SOURCE, Path(__file__))}"
    return once(f"console-{lock}", key, lambda folder: _assemble(folder, python, locked))


def _assemble(folder: Path, python: Path, lock: Path) -> None:
    shutil.copytree(python, folder / "python", copy_function=os.link)
    minor = next(path.stem for path in python.glob("python3??.dll")).removeprefix("python3")
    packages = folder / "packages"
    subprocess.run(
        [
            uv.find_uv_bin(), "pip", "install", "--quiet", "--no-progress", "--target", str(packages),
            "--python-platform", "x86_64-pc-windows-msvc", "--python-version", f"3.{minor}",
            "--only-binary", ":all:", "--require-hashes", "--no-deps", "-r", str(lock),
        ],
        check=True,
    )  # fmt: skip
    if sys.version_info[1] == int(minor):  # else each host compiles what it imports
        quiet = [sys.executable, "-m", "compileall", "-q", str(packages)]
        subprocess.run(quiet, stdout=subprocess.DEVNULL, check=False)  # some carry templates
    paths = "".join(f"C:\\console\\{name}\n" for name in _PATHS)
    (folder / "python" / "Lib" / "site-packages" / "console.pth").write_text(paths)
    library = folder / "python" / "bcryptprimitives.dll"
    mingw.gcc("-shared", "-nostartfiles", "-Wl,-e,DllMainCRTStartup", "-o", library, _SOURCE, "-ladvapi32")
    shutil.copy(library, packages / "bin")  # for uv.exe
