/* ssh.exe, which Wine lacks: `ssh -G ... NAME` prints the file NAME that lies beside it. */

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

int wmain(int argc, wchar_t **argv)
{
    wchar_t path[2 * MAX_PATH];
    DWORD size = GetModuleFileNameW(NULL, path, MAX_PATH);
    while (size && path[size - 1] != L'\\')
        size--;
    wcsncpy(path + size, argv[argc - 1], MAX_PATH);
    FILE *file = _wfopen(path, L"rb");
    if (!file) {
        fputs("nothing is known of that name\n", stderr);
        return 255;
    }
    _setmode(_fileno(stdout), _O_BINARY);
    for (int byte; (byte = fgetc(file)) != EOF;)
        fputc(byte, stdout);
    return 0;
}
