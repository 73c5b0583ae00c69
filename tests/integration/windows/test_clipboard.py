"""The clipboard of a Windows stand-in: put and fetched by the agent, used by notepad and other programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.windows.host import WindowsHost
from support.windows.program import WindowsProgram
from support.xvfb import wait_for

# The first run on a machine builds the stand-in and its runtime.
pytestmark = pytest.mark.timeout(600)

AGENT = """
import deskagent.clipboard.windows as module
from deskagent.clipboard.system_clipboard import ClipRefused
from deskagent.clipboard.platforms import clipboard_opener
clipboard = clipboard_opener()()

def refused(call, *arguments):
    try:
        call(*arguments)
    except ClipRefused as error:
        return str(error)
    return ""
"""

PROGRAM = """
import ctypes
from ctypes import c_void_p
user32, kernel32 = ctypes.WinDLL("user32"), ctypes.WinDLL("kernel32")
kernel32.GlobalAlloc.restype = kernel32.GlobalLock.restype = user32.GetClipboardData.restype = c_void_p
user32.FindWindowW.restype = user32.FindWindowExW.restype = user32.CreateWindowExW.restype = c_void_p
kernel32.GlobalLock.argtypes = kernel32.GlobalUnlock.argtypes = [c_void_p]
kernel32.GlobalAlloc.argtypes = [ctypes.c_uint, ctypes.c_size_t]
user32.SetClipboardData.argtypes = [ctypes.c_uint, c_void_p]
user32.SendMessageW.argtypes = [c_void_p, ctypes.c_uint, c_void_p, c_void_p]

def own(text, **formats):
    # As a program of Windows copies: a text, and numbers in formats by name (blanks for underscores).
    own.window = user32.CreateWindowExW(0, "STATIC", None, 0, 0, 0, 0, 0, None, None, None, None)
    assert user32.OpenClipboard(c_void_p(own.window))
    user32.EmptyClipboard()
    data = {} if text is None else {13: (text + "\\0").encode("utf-16-le")}
    for name, number in formats.items():
        data[user32.RegisterClipboardFormatW(name.replace("_", " "))] = number.to_bytes(4, "little")
    for kind, content in data.items():
        memory = kernel32.GlobalAlloc(2, len(content))
        ctypes.memmove(kernel32.GlobalLock(memory), content, len(content))
        kernel32.GlobalUnlock(memory)
        assert user32.SetClipboardData(kind, memory)
    user32.CloseClipboard()
    user32.DestroyWindow(c_void_p(own.window))

def has(name):
    return bool(user32.IsClipboardFormatAvailable(user32.RegisterClipboardFormatW(name)))

def page():
    return c_void_p(user32.FindWindowExW(c_void_p(user32.FindWindowW("Notepad", None)), None, "Edit", None))

def written():
    text = ctypes.create_unicode_buffer(200_000)
    user32.SendMessageW(page(), 0xD, 200_000, ctypes.addressof(text))
    return text.value

def write(text):
    user32.SendMessageW(page(), 0xC, 0, ctypes.cast(ctypes.c_wchar_p(text), c_void_p))
"""


@pytest.fixture(scope="module")
def agent(windows_desktop: WindowsHost) -> Iterator[WindowsProgram]:
    with WindowsProgram(windows_desktop) as agent:
        agent.run(AGENT)
        yield agent


@pytest.fixture(scope="module")
def program(windows_desktop: WindowsHost) -> Iterator[WindowsProgram]:
    """Another program on that desktop, which also reads and writes notepad's page."""
    with WindowsProgram(windows_desktop) as program:
        program.run(PROGRAM)
        yield program


def test_what_is_put_is_pasted_into_notepad_with_its_line_ends(
    windows_desktop: WindowsHost, agent: WindowsProgram, program: WindowsProgram
) -> None:
    program.run("write('')")
    agent.run("clipboard.put('grüß 中 😀\\nx\\x00\\x1b\\ty')")
    windows_desktop.xdotool("mousemove", "300", "300", "click", "1", "key", "ctrl+v")
    wait_for(lambda: program.value("written()") == "grüß 中 😀\r\nx\ty", what="the text in notepad")


def test_what_notepad_copies_is_fetched(
    windows_desktop: WindowsHost, agent: WindowsProgram, program: WindowsProgram
) -> None:
    program.run("own('something before')")
    program.run("write('grüß 中 😀\\r\\nx')")
    windows_desktop.xdotool("mousemove", "300", "300", "click", "1", "key", "ctrl+a", "ctrl+c")
    wait_for(
        lambda: agent.value("clipboard.fetch()") == "grüß 中 😀\nx", what="the text that notepad has copied"
    )


def test_what_is_put_is_kept_out_of_history_and_cloud_and_can_be_fetched_again(
    agent: WindowsProgram, program: WindowsProgram
) -> None:
    agent.run("clipboard.put('grüß\\nx')")
    for name in (
        "ExcludeClipboardContentFromMonitorProcessing",
        "CanIncludeInClipboardHistory",
        "CanUploadToCloudClipboard",
    ):
        assert program.value(f"has({name!r})")
    assert agent.value("clipboard.fetch()") == "grüß\nx"


def test_what_was_put_outlives_the_agent(windows_desktop: WindowsHost, agent: WindowsProgram) -> None:
    with WindowsProgram(windows_desktop) as other:
        other.run(AGENT + "\nclipboard.put('left behind')\nclipboard.close()")
    assert agent.value("clipboard.fetch()") == "left behind"


@pytest.mark.parametrize(
    "mark",
    [
        "ExcludeClipboardContentFromMonitorProcessing=1",
        "Clipboard_Viewer_Ignore=1",
        "CanIncludeInClipboardHistory=0",
        "CanUploadToCloudClipboard=0",
    ],
)
def test_a_secret_is_not_fetched(agent: WindowsProgram, program: WindowsProgram, mark: str) -> None:
    program.run(f"own('secret', {mark})")
    assert (
        agent.value("refused(clipboard.fetch)") == "a password manager has marked the clipboard as a secret"
    )


def test_what_may_be_kept_is_no_secret(agent: WindowsProgram, program: WindowsProgram) -> None:
    program.run("own('open', CanIncludeInClipboardHistory=1)")
    assert agent.value("clipboard.fetch()") == "open"


def test_too_long_a_text_is_refused_and_the_old_one_stays(
    agent: WindowsProgram, program: WindowsProgram
) -> None:
    program.run("own('old')")
    assert "64,000" in agent.value("refused(clipboard.put, 64_001 * 'x')")
    assert agent.value("clipboard.fetch()") == "old"
    agent.run("clipboard.put(32_000 * '€\\n')")
    assert agent.value("clipboard.fetch() == 32_000 * '€\\n'")
    for length in (64_001, 300_000):
        program.run(f"own({length} * 'x')")
        assert "64,000" in agent.value("refused(clipboard.fetch)")


def test_a_clipboard_without_text_is_refused(agent: WindowsProgram, program: WindowsProgram) -> None:
    program.run("own(None, some_picture=1)")
    assert agent.value("refused(clipboard.fetch)") == "the clipboard holds no text"


def test_a_program_that_holds_the_clipboard_is_waited_for_and_then_named(
    agent: WindowsProgram, program: WindowsProgram
) -> None:
    program.run("own('held')")
    program.run("import threading; held = threading.Event(); free = threading.Event()")
    program.run(
        "def hold(seconds):\n assert user32.OpenClipboard(None)\n held.set()\n free.wait(seconds)\n"
        " user32.CloseClipboard()\n held.clear()"
    )
    program.run("threading.Thread(target=hold, args=(0.1,)).start(); held.wait()")
    assert agent.value("clipboard.fetch()") == "held"
    program.run("free.clear(); threading.Thread(target=hold, args=(30,)).start(); held.wait()")
    assert agent.value("refused(clipboard.fetch)") == "another program holds the clipboard; try again"
    program.run("free.set()")
    wait_for(lambda: agent.value("refused(clipboard.fetch)") == "", what="the clipboard")
