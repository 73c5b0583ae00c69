"""Stubs of shared libraries, loaded by the loader of this machine."""

from __future__ import annotations

import ctypes
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from deskconsole.runtimes.stub_library import stub_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ELF libraries are Linux's")


@pytest.fixture(scope="module")
def library() -> bytes:
    """libm, of which every name has a version."""
    ctypes.CDLL("libm.so.6")
    maps = Path("/proc/self/maps").read_text()
    found = re.search(r"/\S+/libm[.-]\S+", maps)
    assert found is not None
    return Path(found[0]).read_bytes()


def test_stub_has_all_names_with_their_versions(library: bytes, tmp_path: Path) -> None:
    path = tmp_path / "libstub.so"
    path.write_bytes(stub_of(library))
    stub = ctypes.CDLL(str(path))
    for name in ("cos", "pow", "fma"):
        assert hasattr(stub, name)
    assert not hasattr(stub, "no_such_name")
    versioned = ctypes.CDLL(None).dlvsym
    versioned.restype = ctypes.c_void_p
    version = re.search(rb"GLIBC_2\.(?:2\.5|17)\b", library)
    assert version is not None
    handle = ctypes.c_void_p(stub._handle)
    assert versioned(handle, b"cos", version[0])
    assert not versioned(handle, b"cos", b"GLIBC_1.0")


def test_stub_is_small_and_equal_each_time(library: bytes) -> None:
    assert len(stub_of(library)) < len(library) / 5
    assert stub_of(library) == stub_of(library)


def test_call_into_stub_ends_the_process(library: bytes, tmp_path: Path) -> None:
    path = tmp_path / "libstub.so"
    path.write_bytes(stub_of(library))
    call = f"import ctypes; ctypes.CDLL({str(path)!r}).cos()"
    assert subprocess.run([sys.executable, "-c", call], check=False).returncode == -11


def test_stub_is_for_the_machine_of_its_library(library: bytes) -> None:
    arm = 183
    other = library[:18] + struct.pack("<H", arm) + library[20:]
    assert struct.unpack_from("<H", stub_of(other), 18) == (arm,)


@pytest.mark.parametrize("content", [b"MZ" + bytes(200), b"\x7fELF\x01\x01\x01" + bytes(200)])
def test_other_files_have_no_stub(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a shared library"):
        stub_of(content)
