"""The Windows stand-in does what its README says: what other tests rely on is looked at here."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import paramiko
import pytest

from support.processes import is_gone
from support.windows.host import WindowsHost
from support.windows.listed_session import ListedSession
from support.xvfb import wait_for
from winhost import wine

# The stand-in's own Python, which a product never uses: tests of the product bring theirs.
PYTHON = r"C:\testbed\python\python.exe -I -S"
SLEEP = "import time; time.sleep(120)"

STATION = """
import ctypes
user32 = ctypes.WinDLL("user32")
user32.GetProcessWindowStation.restype = ctypes.c_void_p
name = ctypes.create_unicode_buffer(99)
user32.GetUserObjectInformationW(ctypes.c_void_p(user32.GetProcessWindowStation()), 2, name, 198, None)
print(name.value)
"""

SESSIONS = """
import ctypes
wts, rows, count = ctypes.WinDLL("wtsapi32", use_last_error=True), ctypes.c_void_p(), ctypes.c_ulong()
wts.WTSEnumerateSessionsW(None, 0, 1, ctypes.byref(rows), ctypes.byref(count))
told, text, size = [], ctypes.c_void_p(), ctypes.c_ulong()
for number in range(1, count.value + 1):
    asked = wts.WTSQuerySessionInformationW(None, number, 5, ctypes.byref(text), ctypes.byref(size))
    told.append(ctypes.wstring_at(text.value) if asked else ctypes.get_last_error())
token, elevated, advapi32 = ctypes.c_void_p(), ctypes.c_ulong(), ctypes.WinDLL("advapi32")
advapi32.OpenProcessToken(ctypes.c_void_p(-1), 8, ctypes.byref(token))
advapi32.GetTokenInformation(token, 20, ctypes.byref(elevated), 4, ctypes.byref(size))
print(bool(elevated.value), told)
"""

TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Principals><Principal id="Author"><LogonType>InteractiveToken</LogonType></Principal></Principals>
  <Actions Context="Author"><Exec>
    <Command>C:\\testbed\\python\\pythonw.exe</Command>
    <Arguments>-I -S "C:\\users\\Public\\the task.py"</Arguments>
  </Exec></Actions>
</Task>
"""
SAYS_WHERE = f"""
import sys
sys.stdout = open(r"C:\\users\\Public\\said.part", "w")
{STATION}
sys.stdout.close()
import os
os.replace(r"C:\\users\\Public\\said.part", r"C:\\users\\Public\\said.txt")
{SLEEP}
"""


@contextmanager
def connected(host: WindowsHost, **options: object) -> Iterator[paramiko.SSHClient]:
    with closing(paramiko.SSHClient()) as client:
        line = paramiko.hostkeys.HostKeyEntry.from_line(host.known_hosts_line)
        assert line is not None
        assert line.key is not None
        client.get_host_keys().add(line.hostnames[0], line.key.get_name(), line.key)
        login = options or {"key_filename": str(host.key)}
        client.connect(
            "127.0.0.1", host.port, username=host.user, look_for_keys=False, allow_agent=False, timeout=15,
            **login,  # type: ignore[arg-type]
        )  # fmt: skip
        yield client


def run(client: paramiko.SSHClient, command: str, stdin: str = "") -> tuple[int, str]:
    """Exit code and all that was said."""
    pipe, output, errors = client.exec_command(command, timeout=60)
    pipe.write(stdin)
    pipe.channel.shutdown_write()
    said = output.read() + errors.read()
    return output.channel.recv_exit_status(), said.decode(errors="replace").replace("\r\n", "\n")


@pytest.fixture(scope="module")
def client(shared_windows: WindowsHost) -> Iterator[paramiko.SSHClient]:
    with connected(shared_windows) as client:
        yield client


@pytest.fixture
def task(client: paramiko.SSHClient) -> Iterator[str]:
    """The name of a task that says where it runs and then waits."""
    with closing(client.open_sftp()) as sftp:
        sftp.putfo(io.BytesIO(SAYS_WHERE.encode()), "/C:/users/Public/the task.py")
        sftp.putfo(io.BytesIO(TASK.encode("utf-16")), "/C:/users/Public/the task.xml")
    code, said = run(client, r'schtasks /create /f /tn ours /xml "C:\users\Public\the task.xml"')
    assert (code, said.split(":")[0]) == (0, "SUCCESS")
    yield "ours"
    run(client, "schtasks /end /tn ours")
    run(client, "schtasks /delete /f /tn ours")


def last_result(client: paramiko.SSHClient) -> int:
    _, said = run(client, "schtasks /query /fo CSV /nh /v /tn ours")
    return int(said.split(",")[6].strip('"'))


def test_commands_run_as_on_windows(client: paramiko.SSHClient) -> None:
    assert run(client, "exit 9009") == (9009, "")
    assert run(client, "echo %OS% $env:OS") == (0, "Windows_NT $env:OS\n")
    assert run(client, "no_such_program")[0] != 0
    assert run(client, f"{PYTHON} -", "import sys; print(sys.platform, 1_000_000 * '.')")[1] == (
        f"win32 {1_000_000 * '.'}\n"
    )


def test_what_a_command_leaves_behind_ends_with_it(
    shared_windows: WindowsHost, client: paramiko.SSHClient
) -> None:
    def sleepers() -> int:
        return run(client, "tasklist /fo csv")[1].count('"python.exe"')

    code, _ = run(client, f'start "" /b {PYTHON} -c "{SLEEP}"')
    assert code == 0
    wait_for(lambda: sleepers() == 0)


def test_sftp_shows_a_windows_disk(shared_windows: WindowsHost, client: paramiko.SSHClient) -> None:
    before = shared_windows.listing()
    with closing(client.open_sftp()) as sftp:
        assert sftp.normalize(".") == f"/C:/users/{shared_windows.user}"
        sftp.putfo(io.BytesIO(b"some"), "AppData/Local/Příliš žluťoučký.txt")
        assert sftp.stat("/c:/USERS/tester/appdata/LOCAL/příliš žluťoučký.txt").st_size == 4
        assert shared_windows.listing() - before == {"users/tester/AppData/Local/Příliš žluťoučký.txt"}
        sftp.remove("AppData/Local/Příliš žluťoučký.txt")
        with pytest.raises(OSError, match="no such drive"):
            sftp.stat("/Z:/etc")
        with pytest.raises(OSError, match="in use"):
            sftp.open("/C:/testbed/python/pythonw.exe", "w")
        with pytest.raises(OSError, match="in use"):
            sftp.rename("/C:/testbed/python", "/C:/testbed/other")
    assert shared_windows.listing() == before


def test_ssh_sees_no_desktop_but_a_task_does(
    shared_windows: WindowsHost, client: paramiko.SSHClient, task: str
) -> None:
    assert run(client, f"{PYTHON} -", STATION) == (0, "Service-0x0-3e7$\n")
    assert last_result(client) == 267011  # has not yet run
    assert run(client, f"schtasks /run /i /tn {task}")[0] == 0
    said = shared_windows.drive_c / "users" / "Public" / "said.txt"
    wait_for(said.exists)
    assert said.read_text() == "WinSta0\n"
    said.unlink()
    assert last_result(client) == 267009  # is running
    run(client, f"schtasks /end /tn {task}")
    wait_for(lambda: last_result(client) == 267014)
    assert task in shared_windows.tasks()
    run(client, f"schtasks /delete /f /tn {task}")
    assert shared_windows.tasks() == set()
    assert run(client, f"schtasks /query /fo csv /tn {task}")[0] == 1


def test_a_log_off_ends_what_runs_on_the_desktop(
    shared_windows: WindowsHost, client: paramiko.SSHClient, task: str
) -> None:
    assert "tester" in run(client, "query user")[1]
    run(client, f"schtasks /run /tn {task}")
    said = shared_windows.drive_c / "users" / "Public" / "said.txt"
    wait_for(said.exists)
    said.unlink()
    shared_windows.log_off()
    try:
        assert shared_windows.processes("notepad.exe") == []
        assert "No User exists" in run(client, "query user")[1]
        wait_for(lambda: last_result(client) != 267009)
        ran = last_result(client)
        assert run(client, f"schtasks /run /tn {task}")[1].startswith("SUCCESS")
        time.sleep(1)
        assert not said.exists()
        assert last_result(client) == ran
        shared_windows.answer_away(0x800710E0)
        run(client, f"schtasks /run /tn {task}")
        assert last_result(client) & 0xFFFFFFFF == 0x800710E0
    finally:
        shared_windows.answer_away(None)
        shared_windows.log_on()
    assert len(shared_windows.processes("notepad.exe")) == 1
    run(client, f"schtasks /run /tn {task}")
    wait_for(said.exists)
    said.unlink()


def test_a_task_that_is_refused(shared_windows: WindowsHost, client: paramiko.SSHClient, task: str) -> None:
    shared_windows.refuse_tasks()
    try:
        answer = run(client, r'schtasks /create /f /tn other /xml "C:\users\Public\the task.xml"')
    finally:
        shared_windows.refuse_tasks(False)
    assert answer == (1, "ERROR: Access is denied.\n")


def test_sessions_are_listed_as_a_test_wants_and_a_user_may_lack_rights(
    shared_windows: WindowsHost, client: paramiko.SSHClient
) -> None:
    def asked() -> tuple[int, str]:
        return run(client, f"{PYTHON} -", SESSIONS)

    assert asked() == (0, "True []\n")
    shared_windows.list_sessions(ListedSession(1, "Console", "ann"), ListedSession(2, "RDP-Tcp#1", None))
    shared_windows.change(administrator=False)
    try:
        assert asked() == (0, "False ['ann', 5]\n")
    finally:
        shared_windows.list_sessions()
        shared_windows.change(administrator=True)


def test_what_is_typed_is_seen_and_stays(shared_windows: WindowsHost) -> None:
    empty = shared_windows.screenshot()
    assert empty.shape == (720, 1280, 3)
    shared_windows.type_text("Žluťoučký kůň")
    wait_for(lambda: not np.array_equal(shared_windows.screenshot(), empty))
    time.sleep(0.3)
    typed = shared_windows.screenshot()
    time.sleep(1)  # a caret that blinks would have done so
    assert np.array_equal(shared_windows.screenshot(), typed)


def test_the_desktop_changes_its_size(shared_windows: WindowsHost) -> None:
    shared_windows.resize(1024, 768)
    try:
        assert shared_windows.screenshot().shape == (768, 1024, 3)
    finally:
        shared_windows.resize(1280, 720)


def test_forwarding_and_its_refusal(shared_windows: WindowsHost, client: paramiko.SSHClient) -> None:
    transport = client.get_transport()
    assert transport is not None

    def forward() -> bytes:
        place = ("127.0.0.1", shared_windows.port)
        with closing(transport.open_channel("direct-tcpip", place, ("127.0.0.1", 1), timeout=10)) as channel:
            return channel.recv(4)

    assert forward() == b"SSH-"
    shared_windows.change(forwarding=False)
    try:
        with pytest.raises(paramiko.ChannelException, match=r"[Aa]dministratively prohibited"):
            forward()
    finally:
        shared_windows.change(forwarding=True)


def test_an_upload_is_cut_once(shared_windows: WindowsHost) -> None:
    data = bytes(300_000)
    name = "AppData/Local/upload"
    shared_windows.cut_upload_after(100_000)
    with connected(shared_windows) as client:
        cut = pytest.raises((OSError, EOFError, paramiko.SSHException))
        with cut, closing(client.open_sftp()) as sftp:  # to close it may find the cut, too
            sftp.putfo(io.BytesIO(data), name)
        assert 0 < (shared_windows.home / name).stat().st_size <= 100_000
    with connected(shared_windows) as client, closing(client.open_sftp()) as sftp:
        sftp.putfo(io.BytesIO(data), name)
        sftp.remove(name)


def test_a_shell_that_prints_at_its_start_spoils_sftp(shared_windows: WindowsHost) -> None:
    shared_windows.change(autorun="Active code page: 65001\r\n")
    try:
        with connected(shared_windows) as client:
            assert run(client, "exit 3") == (3, "Active code page: 65001\n")
            with pytest.raises(paramiko.SFTPError, match="Garbage"):
                client.open_sftp()
    finally:
        shared_windows.change(autorun="")


def test_input_without_an_end_is_read_as_far_as_it_goes(shared_windows: WindowsHost) -> None:
    shared_windows.change(stdin_ends=False)
    try:
        with connected(shared_windows) as client:
            said = run(client, f'{PYTHON} -c "import sys; print(sys.stdin.readline())"', "6 * 7\n")
            assert said == (0, "6 * 7\n\n")
            _, output, _ = client.exec_command(f"{PYTHON} -")
            output.channel.shutdown_write()
            time.sleep(1.5)
            assert not output.channel.exit_status_ready()
    finally:
        shared_windows.change(stdin_ends=True)


def test_what_a_scanner_holds_is_read_and_not_deleted(shared_windows: WindowsHost) -> None:
    name = "AppData/Local/new.txt"
    with connected(shared_windows) as client, closing(client.open_sftp()) as sftp:
        with shared_windows.scanner(r"*\new.txt"):
            sftp.putfo(io.BytesIO(b"6 * 7"), name)
            path = str(shared_windows.home / name)
            wait_for(lambda: path in wine.open_files(shared_windows.folder))
            assert run(client, r"type AppData\Local\new.txt") == (0, "6 * 7")
            run(client, r"del AppData\Local\new.txt")
            for change in (sftp.remove, lambda old: sftp.rename(old, f"{name}.old")):
                with pytest.raises(OSError, match="in use"):
                    change(name)
        sftp.remove(name)


def test_connections_are_dropped(shared_windows: WindowsHost) -> None:
    with connected(shared_windows) as client:
        transport = client.get_transport()
        assert transport is not None
        shared_windows.drop_connections()
        wait_for(lambda: not transport.is_active())
    with connected(shared_windows) as client:
        assert run(client, "exit 3")[0] == 3


def test_one_that_lacks_things_and_has_a_user_of_many_letters(
    make_windows: Callable[..., WindowsHost],
) -> None:
    user = "Žofie Nováková"
    host = make_windows(
        user=user, sftp=False, query=False, logged_on=False, password="pass word", size=(800, 600)
    )
    with pytest.raises(paramiko.AuthenticationException), connected(host, password="other"):
        pass
    with connected(host, password="pass word") as client:
        with pytest.raises(paramiko.SSHException):
            client.open_sftp()
        assert run(client, "query user")[0] != 0
        told = run(client, f"{PYTHON} -X utf8 -", "import os; print(os.getcwd(), os.environ['LOCALAPPDATA'])")
        assert told == (0, rf"C:\users\{user} C:\users\{user}\AppData\Local" + "\n")
    assert host.home.is_dir()
    assert host.processes("notepad.exe") == []
    assert host.screenshot().shape == (600, 800, 3)
    host.stop()
    assert not host.folder.exists()
    assert wine.processes(host.folder) == []


def test_what_a_killed_run_left_is_cleared(make_windows: Callable[..., WindowsHost]) -> None:
    script = (
        "from support.windows.host import WindowsHost; import os; host = WindowsHost.start(logged_on=False);"
        " print(host.folder, host._display.pid, flush=True); os._exit(1)"
    )
    tests = str(Path(__file__).parents[2])
    told = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": tests},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    folder, display = told.stdout.split()
    make_windows(logged_on=False)
    assert not Path(folder).exists()
    assert wine.processes(Path(folder)) == []
    wait_for(lambda: is_gone(int(display)))


def test_a_shell_that_wants_plain_commands(shared_windows: WindowsHost) -> None:
    shared_windows.change(shell="powershell")
    try:
        with connected(shared_windows) as client:
            assert run(client, "echo %OS% $env:OS") == (0, "%OS%\nWindows_NT\n")
            assert run(client, "cmd /c echo %OS%")[1].startswith("Windows_NT\n#< CLIXML\n<Objs ")
            assert run(client, f"{PYTHON} -", "print(6 * 7)")[1].startswith("42\n#< CLIXML\n")
            assert run(client, 'echo "a b"')[0] == 1
    finally:
        shared_windows.change(shell="cmd")
    assert shared_windows.refused_commands == [
        'quotes and special characters differ from shell to shell: echo "a b"'
    ]
