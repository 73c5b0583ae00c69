/* shim.exe, installed as system32\NAME.exe: runs shims/NAME.py by the host's private Python with the
   same raw arguments. It stands in for programs that Wine lacks or has as empty stubs. */
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

static const wchar_t *skip_program(const wchar_t *line)
{
    int quoted = 0;
    while (*line && (quoted || (*line != L' ' && *line != L'\t'))) {
        if (*line == L'"')
            quoted = !quoted;
        line++;
    }
    return line;
}

int wmain(int argc, wchar_t **argv)
{
    wchar_t path[MAX_PATH], name[MAX_PATH];
    GetModuleFileNameW(NULL, path, MAX_PATH);
    _wsplitpath(path, NULL, NULL, name, NULL);
    _wcslwr(name);

    const wchar_t *arguments = skip_program(GetCommandLineW());
    size_t size = wcslen(arguments) + 2 * MAX_PATH;
    wchar_t *command = calloc(size, sizeof *command);
    _snwprintf(command, size, L"C:\\testbed\\python\\python.exe -I -S -m winhost.shims.%ls%ls",
               name, arguments);

    STARTUPINFOW startup = {sizeof startup};
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    PROCESS_INFORMATION process;
    if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &startup, &process))
        return 255;
    WaitForSingleObject(process.hProcess, INFINITE);
    DWORD code = 255;
    GetExitCodeProcess(process.hProcess, &code);
    return (int)code;
}
