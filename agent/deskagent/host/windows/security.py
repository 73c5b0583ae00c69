"""Rights on a Windows host: to read a folder, in SDDL (the system's own text for it), and to end processes.

Wine keeps Unix modes in place of access lists: what is done here was read back there as far as modes can say
it, and was not seen on a real Windows.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections.abc import Iterator
from ctypes import byref, c_void_p
from ctypes.wintypes import BOOL, DWORD, HANDLE

from deskwin32.calls import Privilege, SecurityAttributes, closing, windows

ADMINISTRATORS = "BA"
SYSTEM = "SY"
"""SDDL's abbreviations of the two that reach everything anyway."""

READ_AND_RUN = "0x1200a9"
"""FILE_GENERIC_READ and FILE_GENERIC_EXECUTE."""

ADD_FILES = "0x1201bb"
"""The same and FILE_GENERIC_WRITE; no folder can be made, and nothing is deleted by the folder's rights."""

CHANGE = "0x1301bf"
"""Read, write, run and delete, as it is right for a file of one's own."""

_REVISION = 1
_FILE_OBJECT = 1
_DACL = 4
_LABEL = 0x10
_PROTECTED = 0x80000000
_TOKEN_ADJUST_PRIVILEGES = 0x20
_PRIVILEGE_ENABLED = 2


def make_private_folder(path: str, sid: str) -> None:
    """Makes a folder with a list of its own: this user, administrators and the system, and no others.

    Raises OSError, also where the folder came out open to others.
    """
    entries = [f"(A;OICI;FA;;;{who})" for who in [sid, ADMINISTRATORS, SYSTEM]]
    with _descriptor("D:P" + "".join(entries)) as descriptor:
        attributes = SecurityAttributes(ctypes.sizeof(SecurityAttributes), descriptor, 0)
        windows("CreateDirectoryW")(path, byref(attributes))
        # By way of the system, which may abbreviate a user's SID here as it does when a folder is asked.
        others = trustees(access_list(path)) - trustees(_text(descriptor))
    if others:
        raise OSError(0, f"the folder is open to {', '.join(sorted(others))}", path)


def allow_reading(path: str, sid: str) -> None:
    """Lets one more user read and run what lies in a folder; nothing is done where he may already."""
    _grant(path, f"(A;OICI;{READ_AND_RUN};;;{sid})")


def allow_files(path: str, sid: str) -> None:
    """Lets one more user keep files of his own in a folder, and no folders.

    Where something lies in it that he may not delete, he cannot make the folder a link to elsewhere either:
    Windows does that with empty ones only.
    """
    _grant(path, f"(A;;{ADD_FILES};;;{sid})(A;OIIO;{CHANGE};;;{sid})")


def _grant(path: str, entries: str) -> None:
    before = access_list(path)
    with _descriptor(f"D:{entries}") as granted:
        if trustees(_text(granted)) <= trustees(before):
            return
    # What is granted here has to come before what is inherited.
    flags, parenthesis, inherited = before.partition("(")
    with _descriptor(flags + entries + parenthesis + inherited) as descriptor:
        present, defaulted, found = BOOL(), BOOL(), c_void_p()
        windows("GetSecurityDescriptorDacl")(descriptor, byref(present), byref(found), byref(defaulted))
        what = _DACL | _PROTECTED if "P" in flags else _DACL
        windows("SetNamedSecurityInfoW")(path, _FILE_OBJECT, what, None, None, found, None)


def access_list(path: str) -> str:
    """A folder's list in SDDL, such as `D:PAI(A;OICI;FA;;;BA)`."""
    descriptor = c_void_p()
    windows("GetNamedSecurityInfoW")(path, _FILE_OBJECT, _DACL, None, None, None, None, byref(descriptor))
    try:
        return _text(descriptor)
    finally:
        windows("LocalFree")(descriptor)


def trustees(text: str) -> set[str]:
    """Whom a list lets in: SIDs, or SDDL's abbreviations of them."""
    entries = [entry.split(";") for entry in re.findall(r"\(([^()]*)", text)]
    return {fields[5] for fields in entries if len(fields) > 5 and "A" in fields[0]}


def label(path: str) -> str:
    """The mandatory label of a file or folder in SDDL, such as `S:AI(ML;OICI;NW;;;HI)`; without one, `S:` or
    nothing, it has a medium one."""
    descriptor = c_void_p()
    windows("GetNamedSecurityInfoW")(path, _FILE_OBJECT, _LABEL, None, None, None, None, byref(descriptor))
    try:
        return _text(descriptor, _LABEL)
    finally:
        windows("LocalFree")(descriptor)


def set_label(path: str, text: str) -> None:
    """Gives a file or folder the mandatory label that is written in SDDL. Raises OSError."""
    with _descriptor(text) as descriptor:
        present, defaulted, found = BOOL(), BOOL(), c_void_p()
        windows("GetSecurityDescriptorSacl")(descriptor, byref(present), byref(found), byref(defaulted))
        windows("SetNamedSecurityInfoW")(path, _FILE_OBJECT, _LABEL, None, None, None, found)


def reach_others() -> None:
    """Lets an administrator see and end other users' processes too; does nothing for other users."""
    with contextlib.suppress(OSError):
        token = HANDLE()
        windows("OpenProcessToken")(windows("GetCurrentProcess")(), _TOKEN_ADJUST_PRIVILEGES, byref(token))
        with closing(token):
            privilege = Privilege(count=1, attributes=_PRIVILEGE_ENABLED)
            windows("LookupPrivilegeValueW")(None, "SeDebugPrivilege", byref(privilege.luid))
            windows("AdjustTokenPrivileges")(token, 0, byref(privilege), 0, None, None)


@contextlib.contextmanager
def _descriptor(text: str) -> Iterator[c_void_p]:
    descriptor = c_void_p()
    windows("ConvertStringSecurityDescriptorToSecurityDescriptorW")(text, _REVISION, byref(descriptor), None)
    try:
        yield descriptor
    finally:
        windows("LocalFree")(descriptor)


def _text(descriptor: c_void_p, what: int = _DACL) -> str:
    text, size = c_void_p(), DWORD()
    windows("ConvertSecurityDescriptorToStringSecurityDescriptorW")(
        descriptor, _REVISION, what, byref(text), byref(size)
    )
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        windows("LocalFree")(text)
