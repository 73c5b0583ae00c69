"""Files of a Windows Python and of the agent's packages that do not go to hosts, as data with reasons.

Paths are those below the folder that uv filled, in small letters; `*` stands for anything, slashes too.
"""

from __future__ import annotations

import fnmatch
import re

PYTHON = {
    "there is nobody to install, develop or be taught on a host": (
        "lib/site-packages/*", "scripts/*", "lib/ensurepip/*", "lib/venv/*", "lib/distutils/*",
        "lib/lib2to3/*", "lib/idlelib/*", "lib/turtledemo/*", "lib/pydoc_data/*", "lib/msilib/*",
        "dlls/_msi*.pyd",
    ),
    "nor to measure or to debug": (
        "lib/unittest/*", "lib/doctest.py", "lib/pdb.py", "lib/bdb.py", "lib/cmd.py", "lib/profile.py",
        "lib/cprofile.py", "lib/pstats.py", "lib/trace.py", "lib/tabnanny.py", "lib/timeit.py",
        "lib/pyclbr.py", "lib/modulefinder.py", "lib/pickletools.py", "lib/symtable.py", "lib/zipapp.py",
        "lib/pydoc.py", "lib/rlcompleter.py", "lib/this.py", "lib/antigravity.py", "lib/__hello__.py",
        "lib/__phello__/*", "lib/_pyrepl/*", "lib/profiling/*", "lib/_pyio.py",
    ),
    "the agent speaks its own wire, and none of the web, of mail or of news": (
        "lib/http/*", "lib/xmlrpc/*", "lib/wsgiref/*", "lib/html/*", "lib/_markupbase.py", "lib/cgi.py",
        "lib/cgitb.py", "lib/webbrowser.py", "lib/urllib/error.py", "lib/urllib/request.py",
        "lib/urllib/response.py", "lib/urllib/robotparser.py", "lib/ftplib.py", "lib/imaplib.py",
        "lib/nntplib.py", "lib/poplib.py", "lib/smtplib.py", "lib/smtpd.py", "lib/telnetlib.py",
        "lib/email/mime/*", "lib/mailbox.py", "lib/mailcap.py", "lib/netrc.py", "lib/nturl2path.py",
        "lib/ssl.py",
    ),
    "it runs threads, and neither coroutines nor processes of Python's": (
        "lib/asyncio/*", "lib/asyncore.py", "lib/asynchat.py", "dlls/_asyncio*.pyd", "dlls/_overlapped*.pyd",
        "lib/multiprocessing/*", "lib/concurrent/futures/process.py", "dlls/_multiprocessing*.pyd",
    ),
    "it reads no sounds, XML only as trees, and no data of these kinds": (
        "lib/xml/dom/*", "lib/xml/sax/*", "lib/plistlib.py", "lib/dbm/*", "lib/shelve.py",
        "lib/zoneinfo/*", "dlls/_zoneinfo*.pyd", "lib/aifc.py", "lib/sunau.py", "lib/wave.py",
        "lib/sndhdr.py", "lib/imghdr.py", "lib/chunk.py", "lib/colorsys.py", "lib/uu.py", "lib/xdrlib.py",
        "dlls/winsound*.pyd",
    ),
    "it is for other systems, or for terminals": (
        "lib/curses/*", "lib/pty.py", "lib/tty.py", "lib/crypt.py", "lib/pipes.py", "lib/_aix_support.py",
        "lib/_osx_support.py", "lib/_android_support.py", "lib/_apple_support.py", "lib/_ios_support.py",
    ),
    "Windows has no code page of these names": (
        "lib/encodings/mac_*.py", "lib/encodings/iso2022_*.py", "lib/encodings/euc_*.py",
        "lib/encodings/iso8859_[2-9].py", "lib/encodings/iso8859_1[0-46]*.py", "lib/encodings/koi8_*.py",
        "lib/encodings/hp_roman8.py", "lib/encodings/palmos.py", "lib/encodings/ptcp154.py",
        "lib/encodings/kz1048.py", "lib/encodings/tis_620.py", "lib/encodings/hz.py",
    ),
    "headers and import libraries are for compilers, symbols for debuggers": (
        "include/*", "libs/*", "*.lib", "*.pdb", "lib/config-*", "lib/_sysconfigdata*", "lib/lib-dynload/*",
    ),
    "Tcl/Tk is for windows of its own, and the agent has none": (
        "tcl/*", "lib/tkinter/*", "lib/turtle.py", "*/_tkinter*.pyd", "dlls/tcl*.dll", "dlls/tk*.dll",
        "dlls/zlib1.dll",
    ),
    "the agent speaks no TLS: SSH carries it. So no OpenSSL grows old on hosts; hashes are built in": (
        "*/libcrypto-*.dll", "*/libssl-*.dll", "*/_ssl*.pyd", "*/_hashlib*.pyd",
    ),
    "`platform` asks WMI through it, which may never answer; without it, it asks the environment": (
        "*/_wmi*.pyd", "_wmi*.pyd",
    ),
    "the agent has no database": ("*/sqlite3.dll", "*/_sqlite3*.pyd", "lib/sqlite3/*"),
    "tests": ("lib/test/*", "*/_test*.pyd", "*/_ctypes_test*.pyd", "*/xxlimited*.pyd"),
    "another Python's bytecode, or the machine's on which this was made": ("*/__pycache__/*", "*.pyc"),
    "uv's own notes": ("build", "lib/externally-managed"),
    "Windows 10 and later has these itself": ("*/api-ms-win-*.dll", "api-ms-win-*.dll"),
}  # fmt: skip
"""Files of the Python as it is installed."""

PACKAGES = {
    "stubs and headers are for developers": (
        "*.pyi", "*.c", "*.h", "*.a", "*.lib", "*.pdb", "*.pxd", "*.pyx", "*/py.typed",
    ),
    "tests": (
        "*/tests/*", "comtypes/test/*", "numpy/conftest.py", "numpy/testing/*",
        "numpy/_core/*_tests.*", "numpy/_core/_simd.*",
    ),
    "compiling and packing": ("numpy/f2py/*", "numpy/distutils/*", "numpy/_pyinstaller/*"),
    "mathematics that pictures do without; numpy imports it only for who asks": (
        "numpy/ma/*", "numpy/polynomial/*", "numpy/fft/*", "numpy/matlib.py",
        "numpy/lib/recfunctions.py", "numpy/typing/mypy_plugin.py",
    ),
    "dxcam calls interfaces that it describes itself, and serves none": (
        "comtypes/client/*", "comtypes/server/*", "comtypes/tools/*", "comtypes/clear_cache.py",
    ),
    "other systems' screens": ("mss/darwin.py",),
    "documentation": ("numpy/doc/*", "numpy/random/_examples/*"),
    "programs and notes of installers": (
        "bin/*", "scripts/*", ".lock", "*.dist-info/record", "*.dist-info/wheel", "*.dist-info/installer",
        "*.dist-info/requested", "*.dist-info/direct_url.json", "*.dist-info/uv_cache.json",
        "*.dist-info/entry_points.txt", "*.dist-info/top_level.txt",
    ),
    "films are not decoded, faces are not looked for": ("cv2/opencv_videoio_ffmpeg*.dll", "cv2/data/*.xml"),
    "it needs VCOMP140.DLL, which a fresh Windows lacks; dxcam does without": (
        "dxcam/processor/_numpy_kernels*.pyd",
    ),
    "bytecode of the machine on which this was made": ("*/__pycache__/*", "*.pyc"),
}  # fmt: skip
"""Files of the packages, on each system. Licences and METADATA stay."""

STUBBED = {
    "OpenCV's films": (
        "*.libs/libavcodec-*", "*.libs/libavdevice-*", "*.libs/libavfilter-*", "*.libs/libavformat-*",
        "*.libs/libavutil-*", "*.libs/libswresample-*", "*.libs/libswscale-*", "*.libs/libdav1d-*",
        "*.libs/libvpx-*", "*.libs/libdrm-*",
    ),
    "films that come over TLS": ("*.libs/libcrypto-*", "*.libs/libssl-*"),
    "AVIF's compression; libavif itself is called when OpenCV lists its codecs": ("*.libs/libaom-*",),
    "OpenCV's linear algebra; numpy's OpenBLAS is another file, and `import numpy` multiplies with it": (
        "opencv*.libs/libopenblas*",
    ),
    "messages of linear algebra in Fortran": ("*.libs/libgfortran-*", "*.libs/libquadmath-*"),
}  # fmt: skip
"""Libraries in packages for Linux that must be found when others are loaded, and are never called."""


def stays_of_python(path: str) -> bool:
    """True if a file of the Python goes along; `path` has slashes."""
    return not _PYTHON.fullmatch(path.lower())


def stays_of_packages(path: str) -> bool:
    """True if a file of the packages goes along, as it is or as a stub."""
    return not _PACKAGES.fullmatch(path.lower())


def is_stubbed(path: str) -> bool:
    """True if a stub goes along in place of a library of the packages."""
    return bool(_STUBBED.fullmatch(path.lower()))


def _expression(table: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern) for row in table.values() for pattern in row))


_PYTHON = _expression(PYTHON)
_PACKAGES = _expression(PACKAGES)
_STUBBED = _expression(STUBBED)
