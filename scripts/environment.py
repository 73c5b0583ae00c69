"""Prepares .venv for scripts/run.cmd, on Windows, where environment.sh cannot run.

    python environment.py ready      exit code 0: .venv has what scripts/locks/run.txt locks, and this project
    python environment.py prepare    makes that true: by uv where it is on PATH, otherwise by venv and pip

Needs the standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCRIPTS = Path(__file__).resolve().parent
_ROOT = _SCRIPTS.parent
_LOCK = _SCRIPTS / "locks" / "run.txt"
_VENV = _ROOT / ".venv"
_PYTHON = _VENV / "Scripts" / "python.exe"
_STAMP = _VENV / "ready-run"
_LOG = _VENV / "install.log"
_WHEELS_ONLY = ("--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(_LOCK))
_PROJECT = ("--no-deps", "--no-build-isolation", "--editable", str(_ROOT))
_SHOWN = 12
"""Lines of the log."""


def main(task: str) -> int:
    """Does the task; returns the exit code."""
    if task == "ready":
        return 0 if _is_ready() else 1
    try:
        with _alone():
            # Another start may have done it meanwhile.
            if not (_runs("") and _is_ready()):
                _prepare()
    except KeyboardInterrupt:
        _say("cancelled")
        return 130
    except (OSError, subprocess.CalledProcessError) as error:
        _say(f"could not prepare {_VENV}: {error}")
        return 1
    return 0


def _is_ready() -> bool:
    try:
        return _STAMP.read_text() == _fingerprint()
    except OSError:
        return False


def _fingerprint() -> str:
    """Changes when the lock, the project's metadata, the place of the clone or the Python behind .venv do."""
    parts = [path.read_bytes() for path in (_LOCK, _ROOT / "pyproject.toml", _VENV / "pyvenv.cfg")]
    return hashlib.sha256(b"\0".join([*parts, os.fsencode(_ROOT)])).hexdigest()


def _prepare() -> None:
    began = time.monotonic()
    uv = shutil.which("uv")
    if not _runs("" if uv else "import pip"):
        _say(f"making .venv with Python {sys.version.split()[0]} ({sys.executable})")
        if uv:
            _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(_VENV))
        else:
            _run(sys.executable, "-Im", "venv", "--clear", str(_VENV))
    _STAMP.unlink(missing_ok=True)
    _say("installing the locked packages (scripts/locks/run.txt): up to a minute")
    if uv:
        install = [uv, "pip", "install", "--quiet", "--python", str(_PYTHON)]
    else:
        install = [str(_PYTHON), "-Im", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run(*install, *_WHEELS_ONLY)
    # The build backend is locked and installed above: nothing is fetched here.
    _run(*install, *_PROJECT)
    try:
        _run(str(_PYTHON), "-I", str(_SCRIPTS / "bytecode.py"))
    except subprocess.CalledProcessError:
        _say(f"the first start takes longer; {_LOG} says why")
    _STAMP.write_text(_fingerprint())
    _say(f"ready after {time.monotonic() - began:.0f} s")


def _runs(statement: str) -> bool:
    """Tells whether the Python of .venv starts (what is behind it may be gone by now) and executes this."""
    try:
        command = [str(_PYTHON), "-Ic", statement]
        return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _run(*command: str) -> None:
    """Runs a command, shows the end of what it said where it failed, and keeps all of that in the log."""
    # Settings for other programs: PYTHONPATH and the like, and a place of pip's that is not .venv.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, env={**kept, "PIP_USER": "0", "PIP_TARGET": ""}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if _VENV.is_dir():
        with _LOG.open("ab") as log:
            log.write(done.stdout)
    if done.returncode:
        lines = done.stdout.decode(errors="replace").splitlines()
        print(*lines[-_SHOWN:], sep="\n", file=sys.stderr)
        done.check_returncode()


@contextmanager
def _alone() -> Iterator[None]:
    """Waits for another start that prepares the same .venv."""
    if sys.platform != "win32":
        raise OSError("this is for Windows; elsewhere it is environment.sh")
    import msvcrt

    name = hashlib.sha256(os.fsencode(_ROOT)).hexdigest()[:12]
    descriptor = os.open(Path(tempfile.gettempdir()) / f"deskconsole-{name}.lock", os.O_RDWR | os.O_CREAT)
    told = False
    try:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                break
            except OSError:
                if not told:
                    _say("another start is preparing .venv, waiting for it")
                told = True
                time.sleep(0.25)
        yield
    finally:
        os.close(descriptor)


def _say(text: str) -> None:
    print(f"deskconsole: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
