"""Users of a Windows host: who this process runs as, with which rights, and the SIDs of others."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_void_p
from ctypes.wintypes import DWORD, HANDLE

from deskwin32.calls import closing, windows

PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
TOKEN_QUERY = 0x8
TOKEN_USER = 1
TOKEN_ELEVATION = 20


def own_user() -> tuple[str, str]:
    """`DOMAIN\\user` and SID of the user that this process runs as."""
    with user_of(windows("GetCurrentProcess")()) as sid:
        return account_of(sid), sid_text(sid)


def sid_of_process(pid: int) -> str:
    """The SID of the user that a process runs as; raises OSError where it may not be asked."""
    handle = windows("OpenProcess")(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid)
    with closing(handle) as process, user_of(process) as sid:
        return sid_text(sid)


@contextmanager
def user_of(process: HANDLE) -> Iterator[int | None]:
    """A process' user, as a SID in memory."""
    token = HANDLE()
    windows("OpenProcessToken")(process, TOKEN_QUERY, byref(token))
    with closing(token):
        buffer = ctypes.create_string_buffer(1024)
        size = DWORD()
        windows("GetTokenInformation")(token, TOKEN_USER, buffer, len(buffer), byref(size))
    yield c_void_p.from_buffer(buffer).value  # TOKEN_USER begins with a pointer to the SID behind it


def is_elevated() -> bool:
    """True if this process has an administrator's full rights."""
    token = HANDLE()
    windows("OpenProcessToken")(windows("GetCurrentProcess")(), TOKEN_QUERY, byref(token))
    with closing(token):
        elevation, size = DWORD(), DWORD()
        windows("GetTokenInformation")(token, TOKEN_ELEVATION, byref(elevation), 4, byref(size))
    return bool(elevation.value)


def account_of(sid: int | None) -> str:
    """`DOMAIN\\user` of a SID in memory."""
    name, domain = ctypes.create_unicode_buffer(512), ctypes.create_unicode_buffer(512)
    sizes = DWORD(len(name)), DWORD(len(domain))
    use = DWORD()
    windows("LookupAccountSidW")(None, sid, name, byref(sizes[0]), domain, byref(sizes[1]), byref(use))
    return f"{domain.value}\\{name.value}" if domain.value else name.value


def sid_text(sid: int | None) -> str:
    """`S-1-5-...` of a SID in memory."""
    text = c_void_p()
    windows("ConvertSidToStringSidW")(sid, byref(text))
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        windows("LocalFree")(text)


def sid_of(account: str) -> str:
    """The SID of `DOMAIN\\user` or `user`; raises OSError where the host does not know it."""
    sid, domain = ctypes.create_string_buffer(256), ctypes.create_unicode_buffer(512)
    sizes = DWORD(len(sid)), DWORD(len(domain))
    use = DWORD()
    windows("LookupAccountNameW")(None, account, sid, byref(sizes[0]), domain, byref(sizes[1]), byref(use))
    return sid_text(ctypes.addressof(sid))
