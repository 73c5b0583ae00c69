"""Commands without a terminal, with streams closed, in other locales, among other programs' settings."""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deskconsole.cli.streams import LossyStream
from support.bootstrap_host import VENV_PATH, end_agents
from support.command_line import ROOT, CommandLine
from support.sshd import Sshd
from support.xvfb import Xvfb, wait_for

RUN = ROOT / "scripts" / "run"


@pytest.fixture
def pollution(tmp_path: Path) -> Mapping[str, str]:
    """What a robot's or a cluster's login script sets: a Python of its own, and modules that end this one."""
    folder = tmp_path / "others"
    folder.mkdir()
    for name in ("json", "numpy", "cv2", "msgspec", "paramiko", "sitecustomize"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name} of another program')\n")
    return {
        "PYTHONPATH": str(folder),
        "PYTHONHOME": "/nowhere",
        "PYTHONSTARTUP": str(folder / "json.py"),
        "PYTHONWARNINGS": "error",
    }


def run_in_shell(
    user: CommandLine, redirection: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command with its streams as the shell's `redirection` says."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "deskconsole", *arguments],
        env={**user.environment, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# Without a terminal


@pytest.mark.parametrize("command", [[], ["demo"]], ids=["console", "demo"])
@pytest.mark.parametrize(
    ("redirection", "stream"),
    [
        ("</dev/null", "stdin"),
        ("<&-", "stdin"),
        ("<$TERMINAL >/dev/null", "stdout"),
        ("<$TERMINAL >&-", "stdout"),
        ("<$TERMINAL >$TERMINAL", "stderr"),
    ],
)
def test_no_terminal_is_one_sentence(
    redirection: str, stream: str, command: list[str], user: CommandLine
) -> None:
    ours, theirs = pty.openpty()
    try:
        terminal = {"TERMINAL": os.ttyname(theirs), "TERM": "xterm"}
        ended = run_in_shell(user, redirection, *command, environment=terminal)
    finally:
        os.close(ours)
        os.close(theirs)
    assert ended.returncode == 2
    assert ended.stdout == ""
    first, second = ended.stderr.splitlines()
    assert first == f"deskconsole: the console needs a terminal, and {stream} is not one"
    assert "ssh -t" in second


def test_no_terminal_and_no_stderr_still_ends(user: CommandLine) -> None:
    assert run_in_shell(user, "<&- >&- 2>&-").returncode == 2


def test_a_terminal_that_cannot_be_drawn_on_is_one_sentence(user: CommandLine) -> None:
    ours, theirs = pty.openpty()
    ended = subprocess.run(
        [sys.executable, "-m", "deskconsole"],
        env={**user.environment, "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        check=False,
        timeout=60,
    )
    said = os.read(ours, 4096)
    os.close(ours)
    os.close(theirs)
    assert ended.returncode == 2
    assert b"type dumb" in said
    assert b"\x1b" not in said


# Streams that take nothing


@pytest.mark.parametrize(
    ("redirection", "reason"), [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")]
)
@pytest.mark.parametrize("arguments", [("hosts", "--json"), ("--help",), ("--version",)], ids=" ".join)
def test_a_result_that_cannot_be_written_is_an_error(
    redirection: str, reason: str, arguments: tuple[str, ...], user: CommandLine
) -> None:
    ended = run_in_shell(user, redirection, *arguments)
    assert ended.returncode == 1
    assert ended.stderr == f"deskconsole: the result cannot be written to stdout: {reason}\n"


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
def test_a_message_that_cannot_be_written_keeps_the_exit_code(redirection: str, user: CommandLine) -> None:
    assert run_in_shell(user, redirection, "stats", "nowhere.invalid").returncode == 3
    assert run_in_shell(user, redirection, "hosts", "remove", "nowhere").returncode == 2


def test_a_closed_stream_is_not_taken_by_a_file(user: CommandLine) -> None:
    """The lowest free number goes to the next file that is opened: it would be printed into."""
    ended = run_in_shell(user, "<&- >&- 2>&-", "hosts", "add", "lab", "--address", "10.0.0.1")
    assert ended.returncode == 0
    assert user.hosts.read_text().count("lab") == 1
    assert json.loads(user.run("hosts", "--json").stdout)[0]["address"] == "10.0.0.1"


# Locales


def test_a_table_in_a_locale_that_lacks_its_characters(user: CommandLine) -> None:
    user.add_host("lab-1", address="10.0.0.1", group="第一教室")
    user.add_host("lab-2", address="10.0.0.2", group="büro")
    latin = {**user.environment, "PYTHONIOENCODING": "iso-8859-1"}
    ended = subprocess.run(
        [sys.executable, "-m", "deskconsole", "hosts"], env=latin, capture_output=True, check=True
    )
    lines = ended.stdout.decode("iso-8859-1").splitlines()
    assert [line.split()[-1] for line in lines[1:]] == [r"\u7b2c\u4e00\u6559\u5ba4", "büro"]
    assert ended.stderr == b""


def test_columns_stand_below_each_other_behind_wide_characters(user: CommandLine) -> None:
    user.add_host("第一教室", address="10.0.0.1", group="a")
    user.add_host("lab", address="10.0.0.2", group="a")
    first, second = user.run("hosts", environment={"PYTHONUTF8": "1"}).stdout.splitlines()[1:]
    # Each of the four characters takes two cells.
    assert first.index("10.0") + 4 == second.index("10.0")


@pytest.mark.parametrize("shows_utf8", [False, True], ids=["Latin-1", "UTF-8"])
def test_a_terminal_that_shows_other_characters_is_one_sentence(
    shows_utf8: bool, user: CommandLine, tmp_path: Path
) -> None:
    """A real xterm: the program's own locale says nothing of it, so the terminal itself is asked."""
    code, log = tmp_path / "code", tmp_path / "log"
    line = f"LC_ALL=C {shlex.quote(sys.executable)} -m deskconsole; echo $? >{code}"
    with Xvfb(800, 600) as screen:
        xterm = screen.run(
            "xterm", "-l", "-lf", str(log), "-e", "sh", "-c", line,
            environment={**user.environment, "LC_ALL": "C.UTF-8" if shows_utf8 else "C", "TERM": "xterm"},
        )  # fmt: skip
        if shows_utf8:
            wait_for(lambda: log.exists() and "Try the" in log.read_text(errors="replace"))
            assert not code.exists()
        else:
            xterm.wait(60)
            assert code.read_text().strip() == "2"
            assert "this terminal does not show UTF-8" in log.read_text(errors="replace")


# Other programs' settings


def test_run_is_not_led_astray_by_another_programs_python(
    user: CommandLine, pollution: Mapping[str, str]
) -> None:
    ended = subprocess.run(
        [RUN, "hosts", "--json"],
        env={**user.environment, **pollution},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "[]\n", "")


@pytest.fixture
def polluted_server(tmp_path: Path, pollution: Mapping[str, str]) -> Iterator[Sshd]:
    """A host whose login scripts set another program's Python up."""
    with Sshd(tmp_path / "host", environment={"PATH": VENV_PATH, **pollution}) as server:
        yield server
        end_agents(server.home)


def test_python_variables_of_another_program_do_no_harm(
    user: CommandLine, polluted_server: Sshd, screen: Xvfb, tmp_path: Path
) -> None:
    user.know(polluted_server, "lab", x_display=screen.display)
    ended = user.run("shot", "lab", "-o", tmp_path / "lab.png")
    assert ended.code == 0, ended
    assert (tmp_path / "lab.png").stat().st_size > 0


# Ctrl+C


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener


def test_ctrl_c_at_any_moment_is_one_sentence(user: CommandLine, silent: socket.socket) -> None:
    """From bash over the imports to the connection; only bash's own first moment says nothing."""
    began = time.monotonic()
    until_connected = 0.0
    codes = []
    for moment in range(12):
        with subprocess.Popen(
            [RUN, "stats", f"127.0.0.1:{silent.getsockname()[1]}"],
            env=user.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        ) as process:
            if moment == 0:  # The last moment comes first: it tells where the others are.
                assert select.select([silent], [], [], 90)[0]
                until_connected = time.monotonic() - began
            else:
                time.sleep(until_connected * moment / 12)
            os.killpg(process.pid, signal.SIGINT)
            stdout, stderr = process.communicate(timeout=90)
        assert stdout == ""
        if stderr.startswith("Fatal Python error: init"):
            continue  # Python has begun, and cannot raise an interrupt yet: seen once in some hundred runs.
        assert stderr in ("deskconsole: cancelled\n", ""), f"{moment} of 12"
        assert stderr or process.returncode == -signal.SIGINT
        codes.append(process.returncode)
    assert codes[0] == 130
    assert set(codes) <= {130, -signal.SIGINT}


# The clone


def test_an_interrupt_that_python_cannot_raise_comes_again() -> None:
    """It came in a callback of the garbage collector's: Python prints a traceback there, and goes on."""
    program = """
import time, weakref
from deskconsole.common.signals import end_in_order
end_in_order()
class Module: pass
def callback(_): raise KeyboardInterrupt
module = Module()
reference = weakref.ref(module, callback)
try:
    del module
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "console")},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert (ended.stdout, ended.stderr) == ("interrupted\n", "")


def test_the_console_is_drawn_on_a_terminal_that_may_go_away() -> None:
    ours, theirs = pty.openpty()
    screen = LossyStream(os.fdopen(theirs, "wb"), encoding="utf-8")
    screen.write("here")
    screen.flush()
    os.close(ours)
    for _ in range(100):  # more than Textual's writer holds
        screen.write("gone")
        screen.flush()
    screen.close()


def test_a_clone_of_another_user_is_named(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        shutil.copytree(ROOT / "scripts", clone / "scripts", ignore=shutil.ignore_patterns("benchmarks"))
        shutil.copy(ROOT / "pyproject.toml", clone)
        (clone / ".venv").mkdir()
        (clone / ".venv").chmod(0o555)
        Path(name).chmod(0o755)
        as_stranger = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        ended = subprocess.run(
            [*(as_stranger if os.geteuid() == 0 else []), clone / "scripts" / "run", "--version"],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "cannot be written by" in ended.stderr
    assert f"git clone {clone}" in ended.stderr
    assert ended.stderr.count("\n") == 1
