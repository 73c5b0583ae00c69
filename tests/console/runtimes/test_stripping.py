"""What goes to hosts and what does not, by name."""

from __future__ import annotations

import pytest

from deskconsole.runtimes.stripping import is_stubbed, stays_of_packages, stays_of_python


@pytest.mark.parametrize(
    ("path", "stays"),
    [
        ("python.exe", True),
        ("pythonw.exe", True),
        ("vcruntime140_1.dll", True),
        ("LICENSE.txt", True),
        ("DLLs/_lzma.pyd", True),
        ("DLLs/_ctypes.pyd", True),
        ("DLLs/libffi-8.dll", True),
        ("Lib/os.py", True),
        ("Lib/encodings/cp1252.py", True),
        ("Lib/encodings/cp866.py", True),
        ("Lib/encodings/gbk.py", True),  # Windows' code page 936
        ("Lib/encodings/iso8859_1.py", True),
        ("Lib/encodings/iso8859_15.py", True),
        ("Lib/encodings/iso8859_16.py", False),
        ("Lib/xml/etree/ElementTree.py", True),
        ("Lib/xml/sax/handler.py", False),
        ("Lib/urllib/parse.py", True),
        ("Lib/urllib/request.py", False),
        ("Lib/concurrent/futures/thread.py", True),
        ("Lib/unittest/case.py", False),
        ("Lib/asyncio/tasks.py", False),
        ("DLLs/_asyncio.pyd", False),
        ("Lib/test/test_os.py", False),
        ("Lib/site-packages/pip/__init__.py", False),
        ("Lib/ensurepip/_bundled/pip.whl", False),
        ("Lib/idlelib/idle.pyw", False),
        ("Lib/tkinter/__init__.py", False),
        ("Lib/__pycache__/os.cpython-313.pyc", False),
        ("DLLs/_tkinter.pyd", False),
        ("DLLs/_wmi.pyd", False),
        ("DLLs/tcl86t.dll", False),
        ("DLLs/_testcapi.pyd", False),
        ("DLLs/libcrypto-3-x64.dll", False),
        ("DLLs/libcrypto-3.dll", False),
        ("tcl/tcl8.6/init.tcl", False),
        ("include/Python.h", False),
        ("libs/python313.lib", False),
        ("Scripts/pip.exe", False),
        ("python313.pdb", False),
        ("BUILD", False),
    ],
)
def test_files_of_python_that_go_to_hosts(path: str, *, stays: bool) -> None:
    assert stays_of_python(path) is stays


@pytest.mark.parametrize(
    ("path", "stays"),
    [
        ("numpy/__init__.py", True),
        ("numpy/_core/_multiarray_umath.cp313-win_amd64.pyd", True),
        ("numpy/testing/__init__.py", False),
        ("numpy/ma/core.py", False),
        ("numpy/random/__init__.py", True),
        ("numpy/core/multiarray.py", True),  # cv2 imports it
        ("comtypes/client/__init__.py", False),
        ("numpy.libs/libscipy_openblas64_-abc.dll", True),
        ("numpy-2.5.5.dist-info/METADATA", True),
        ("numpy-2.5.5.dist-info/licenses/LICENSE.txt", True),
        ("cv2/cv2.pyd", True),
        ("cv2/data/__init__.py", True),
        ("backports/zstd/_zstd.cp313-win_amd64.pyd", True),
        ("comtypes/_post_coinit/unknwn.py", True),
        ("dxcam/processor/_numpy_kernels.cp313-win_amd64.pyd", False),
        ("dxcam/processor/_numpy_kernels.c", False),
        ("comtypes/test/test_BSTR.py", False),
        ("numpy/_core/tests/test_umath.py", False),
        ("numpy/_core/_umath_tests.cp313-win_amd64.pyd", False),
        ("numpy/f2py/crackfortran.py", False),
        ("numpy/__init__.pyi", False),
        ("cv2/opencv_videoio_ffmpeg4140_64.dll", False),
        ("cv2/data/haarcascade_eye.xml", False),
        ("numpy-2.5.5.dist-info/RECORD", False),
        ("numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so", True),
        ("numpy/_core/_simd.cpython-311-x86_64-linux-gnu.so", False),
        ("numpy/_core/_umath_tests.cpython-311-x86_64-linux-gnu.so", False),
        ("numpy/random/lib/libnpyrandom.a", False),
        ("opencv_python_headless.libs/libavcodec-57aca189.so.62.28.102", True),
        ("bin/f2py.exe", False),
        (".lock", False),
    ],
)
def test_files_of_packages_that_go_to_hosts(path: str, *, stays: bool) -> None:
    assert stays_of_packages(path) is stays


@pytest.mark.parametrize(
    ("path", "stubbed"),
    [
        ("opencv_python_headless.libs/libavcodec-57aca189.so.62.28.102", True),
        ("opencv_python_headless.libs/libcrypto-a324fe28.so.1.1.1k", True),
        ("opencv_python_headless.libs/libopenblasp-r0-59ffcd50.3.15.so", True),
        ("opencv_python_headless.libs/libopenblas-r0-f650aae0.3.3.so", True),
        ("opencv_python.libs/libavfilter-dc48f827.so.11.14.102", True),
        ("opencv_python.libs/libQt5Core-9088e21b.so.5.15.19", False),
        ("opencv_python_headless.libs/libpng16-529cb57a.so.16.58.0", False),
        ("opencv_python_headless.libs/libavif-43e630fc.so.16.4.2", False),
        ("numpy.libs/libscipy_openblas64_-32a4b2a6.so", False),
        ("numpy.libs/libgfortran-040039e1-0352e75f.so.5.0.0", True),
        ("cv2/cv2.abi3.so", False),
        ("cv2/cv2.pyd", False),
    ],
)
def test_libraries_that_stubs_replace(path: str, *, stubbed: bool) -> None:
    assert is_stubbed(path) is stubbed
