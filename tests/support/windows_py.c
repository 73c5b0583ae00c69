/* py.exe, Windows' launcher of Python, which Wine lacks: `py -3 WORDS` runs `python.exe WORDS` beside it. */

#include <wchar.h>
#include <windows.h>

static wchar_t command[32768];

static const wchar_t *after_word(const wchar_t *at)
{
    for (BOOL quoted = FALSE; *at && (quoted || *at != L' '); at++)
        quoted ^= *at == L'"';
    while (*at == L' ')
        at++;
    return at;
}

int wmain(void)
{
    wchar_t path[MAX_PATH];
    DWORD size = GetModuleFileNameW(NULL, path, MAX_PATH), code = 1;
    while (size && path[size - 1] != L'\\')
        size--;
    path[size] = 0;
    _snwprintf(command, 32767, L"\"%lspython.exe\" %ls", path, after_word(after_word(GetCommandLineW())));
    STARTUPINFOW start = {sizeof start};
    PROCESS_INFORMATION process;
    if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
        return 1;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    return code;
}
