"""The Task Scheduler by COM, for what schtasks cannot do: run a task in a session that is named.

By calls of the interfaces' tables: late binding by comtypes would write modules into the user's profile.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import sys
import uuid
from collections.abc import Iterator
from ctypes import POINTER, byref, c_void_p
from typing import Any

from deskwin32.calls import windows

IGNORE_CONSTRAINTS = 0x2
USE_SESSION = 0x4
"""Flags of IRegisteredTask.RunEx."""

SCHEDULER = "0f87369f-a4e5-4cfc-bd3e-73e6154572dd"
TASK_SERVICE = "2faba4c7-4da9-4013-9697-20cc3fd40f85"
IN_THIS_PROCESS = 1
SERVICE_GET_FOLDER, SERVICE_CONNECT, FOLDER_GET_TASK, TASK_RUN_EX = 7, 10, 13, 13
"""Places of the methods in ITaskService, ITaskFolder and IRegisteredTask, counted from 0, by taskschd.h."""
RELEASE = 2


class Variant(ctypes.Structure):
    """VARIANT; one of zeros is empty."""

    _fields_ = (("kind", ctypes.c_ushort), ("reserved", ctypes.c_ushort * 3), ("value", c_void_p * 2))


def run_in_session(name: str, number: int) -> None:
    """Runs a task of the root folder in the session of that number. Raises OSError where that cannot be."""
    if sys.platform != "win32":
        raise OSError(errno.ENOSYS, "only Windows has scheduled tasks")
    empty, result = Variant(), POINTER(c_void_p)
    windows("CoInitializeEx")(None, 0)
    with released() as service, released() as folder, released() as task, released() as running:
        kinds = uuid.UUID(SCHEDULER).bytes_le, uuid.UUID(TASK_SERVICE).bytes_le
        windows("CoCreateInstance")(kinds[0], None, IN_THIS_PROCESS, kinds[1], byref(service))
        call(service, SERVICE_CONNECT, (Variant,) * 4, empty, empty, empty, empty)
        with text("\\") as root, text(name) as called, text("") as no_user:
            call(service, SERVICE_GET_FOLDER, (c_void_p, result), root, byref(folder))
            call(folder, FOLDER_GET_TASK, (c_void_p, result), called, byref(task))
            types = (Variant, ctypes.c_long, ctypes.c_long, c_void_p, result)
            flags = IGNORE_CONSTRAINTS | USE_SESSION
            call(task, TASK_RUN_EX, types, empty, flags, number, no_user, byref(running))


def call(instance: c_void_p, place: int, types: tuple[Any, ...], *arguments: Any) -> None:
    """Calls the method at that place of an object's table. Raises OSError with the HRESULT."""
    if sys.platform == "win32":
        ctypes.WINFUNCTYPE(ctypes.HRESULT, *types)(place, "")(instance, *arguments)


@contextlib.contextmanager
def released() -> Iterator[c_void_p]:
    """A place for an object, which is given back."""
    instance = c_void_p()
    try:
        yield instance
    finally:
        if sys.platform == "win32" and instance.value:
            ctypes.WINFUNCTYPE(ctypes.c_ulong)(RELEASE, "")(instance)


@contextlib.contextmanager
def text(words: str) -> Iterator[int]:
    """A text as COM wants it (BSTR)."""
    copy = windows("SysAllocString")(words)
    try:
        yield copy
    finally:
        windows("SysFreeString")(copy)
