"""A question to the person at the desktop of a Windows stand-in, and the hand that answers it."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

from support.xvfb import wait_for

from .host import WindowsHost
from .program import WindowsProgram

BEGIN = """
import ctypes, logging
from ctypes import wintypes
from deskagent.consent.platforms import asker_opener, sign_opener
from deskagent.consent.question import Question

said = []
class Notes(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())
logging.getLogger().addHandler(Notes())
logging.getLogger().setLevel(logging.INFO)

user32 = ctypes.WinDLL("user32")
user32.FindWindowW.restype = user32.FindWindowExW.restype = ctypes.c_void_p
def place(label):
    window = user32.FindWindowW(None, "deskconsole")
    button = window and user32.FindWindowExW(ctypes.c_void_p(window), None, None, label)
    area = wintypes.RECT()
    if not button or not user32.GetWindowRect(ctypes.c_void_p(button), ctypes.byref(area)):
        return None
    return [(area.left + area.right) // 2, (area.top + area.bottom) // 2]
def texts():
    found = []
    def note(window, _):
        text = ctypes.create_unicode_buffer(500)
        user32.GetWindowTextW(ctypes.c_void_p(window), text, 500)
        found.append(text.value)
        return 1
    note = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(note)
    user32.EnumChildWindows(ctypes.c_void_p(user32.FindWindowW(None, "deskconsole")), note, None)
    return found

asker = asker_opener()()
clicks = []
sign = sign_opener()(lambda: clicks.append(1))
"""


class Asked:
    """A question on the desktop, and what comes of it."""

    def __init__(
        self, person: WindowsProgram, *, seconds: float, control: bool = True, name: str = "žofie@dešk & Co"
    ) -> None:
        self.person = person
        person.run("asker = asker_opener()()")
        question = f"Question({name!r}, {control}, {seconds})"
        self.began = time.monotonic()
        self._pool = ThreadPoolExecutor(1)
        self.answer: Future[str] = self._pool.submit(person.value, f"asker.ask({question})")
        wait_for(lambda: person.value("place('No')"), what="the question")

    def click(self, windows_desktop: WindowsHost, label: str) -> str:
        """A hand's click on a button, once the question has been there for a moment."""
        x, y = self.person.value(f"place({label!r})")
        time.sleep(0.6)
        windows_desktop.xdotool("mousemove", str(x), str(y), "click", "1")
        return self.answer.result(60)
