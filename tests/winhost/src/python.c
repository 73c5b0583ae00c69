/* python.exe, and with -mwindows pythonw.exe: like CPython's own, all the work is in pythonXY.dll. */
#include <windows.h>

__declspec(dllimport) int Py_Main(int argc, wchar_t **argv);

int wmain(int argc, wchar_t **argv)
{
    return Py_Main(argc, argv);
}
