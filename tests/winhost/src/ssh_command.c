/* ssh_command.exe [-session0] [-killable] [-plain] [-limited] RESULT_FILE HEX

   The Windows half of the imitated SSH server: runs one remote command as Windows OpenSSH does, that is as
   "C:\windows\system32\cmd.exe" /c "COMMAND", in the profile folder, inside a job that kills what is left
   in it when its last handle goes. That handle lives in the command's first process: when cmd.exe ends, all
   that it left behind is killed, except what asked for CREATE_BREAKAWAY_FROM_JOB.

   HEX        the command in UTF-8, as hexadecimal digits: no quoting between Unix and Windows touches it
   -plain     the command line is run as it is, without cmd.exe
   -killable  this program keeps the job's handle instead: who kills it ends the command
   -limited   with the rights of a user who is no administrator
   -session0  on a window station of its own without a user, as a service's child would be. The session's
              number stays 1: Wine has only that one.

   All 32 bits of the exit code go to RESULT_FILE, Unix would keep 8 of them. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define STATION L"Service-0x0-3e7$"

static wchar_t *from_hex(const wchar_t *hex)
{
    size_t length = wcslen(hex) / 2;
    char *bytes = calloc(length + 1, 1);
    for (size_t i = 0; i < length; i++) {
        wchar_t digits[3] = {hex[2 * i], hex[2 * i + 1], 0};
        bytes[i] = (char)wcstoul(digits, NULL, 16);
    }
    int size = MultiByteToWideChar(CP_UTF8, 0, bytes, -1, NULL, 0);
    wchar_t *text = calloc(size, sizeof *text);
    MultiByteToWideChar(CP_UTF8, 0, bytes, -1, text, size);
    free(bytes);
    return text;
}

static wchar_t *command_line(const wchar_t *command, int plain)
{
    size_t size = wcslen(command) + 80;
    wchar_t *line = calloc(size, sizeof *line);
    if (plain)
        wcscpy(line, command);
    else if (*command)
        _snwprintf(line, size, L"\"C:\\windows\\system32\\cmd.exe\" /c \"%ls\"", command);
    else
        wcscpy(line, L"\"C:\\windows\\system32\\cmd.exe\"");
    return line;
}

/* The handles stay open: station and desktop live as long as this process. */
static wchar_t *make_session0_desktop(void)
{
    HWINSTA original = GetProcessWindowStation();
    HWINSTA station = CreateWindowStationW(STATION, 0, WINSTA_ALL_ACCESS, NULL);
    if (!station || !SetProcessWindowStation(station)) {
        fprintf(stderr, "ssh_command: window station: error %lu\n", GetLastError());
        return NULL;
    }
    HDESK desktop = CreateDesktopW(L"Default", NULL, NULL, 0, GENERIC_ALL, NULL);
    SetProcessWindowStation(original);
    return desktop ? STATION L"\\Default" : NULL;
}

static HANDLE make_job(void)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

static HANDLE inheritable(DWORD which)
{
    HANDLE handle = GetStdHandle(which);
    SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

/* Wine's users are administrators; each token of one is linked to one that is not. */
static HANDLE limited_token(void)
{
    HANDLE own, primary = NULL;
    TOKEN_LINKED_TOKEN linked;
    DWORD size;
    OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &own);
    if (!GetTokenInformation(own, TokenLinkedToken, &linked, sizeof linked, &size) ||
        !DuplicateTokenEx(linked.LinkedToken, MAXIMUM_ALLOWED, NULL, SecurityAnonymous, TokenPrimary, &primary))
        fprintf(stderr, "ssh_command: limited token: error %lu\n", GetLastError());
    return primary;
}

int wmain(int argc, wchar_t **argv)
{
    int session0 = 0, killable = 0, plain = 0, limited = 0, i = 1;
    for (; i < argc && argv[i][0] == L'-'; i++) {
        session0 |= !wcscmp(argv[i], L"-session0");
        killable |= !wcscmp(argv[i], L"-killable");
        plain |= !wcscmp(argv[i], L"-plain");
        limited |= !wcscmp(argv[i], L"-limited");
    }
    if (i >= argc)
        return 255;
    const wchar_t *result_file = argv[i];
    wchar_t *line = command_line(from_hex(i + 1 < argc ? argv[i + 1] : L""), plain);

    STARTUPINFOW startup = {sizeof startup};
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = inheritable(STD_INPUT_HANDLE);
    startup.hStdOutput = inheritable(STD_OUTPUT_HANDLE);
    startup.hStdError = inheritable(STD_ERROR_HANDLE);
    if (session0)
        startup.lpDesktop = make_session0_desktop();

    /* A program's relative path is looked for from this process's own folder, not from the new one's. */
    wchar_t home[MAX_PATH];
    if (!GetEnvironmentVariableW(L"USERPROFILE", home, MAX_PATH))
        wcscpy(home, L"C:\\");
    SetCurrentDirectoryW(home);
    HANDLE job = make_job(), token = limited ? limited_token() : NULL;
    PROCESS_INFORMATION process;
    DWORD flags = CREATE_SUSPENDED | CREATE_NO_WINDOW;
    int tries = 0;
    while (!CreateProcessAsUserW(token, NULL, line, NULL, NULL, TRUE, flags, NULL, home, &startup, &process)) {
        /* Wine's word for a child that died before it ran anything, seen once under load; Windows has no such
           failure, so nothing of ours needs to know of it. */
        if (GetLastError() == ERROR_INTERNAL_ERROR && tries++ < 5) {
            Sleep(200);
            continue;
        }
        fprintf(stderr, "%ls: cannot be started, error %lu\n", line, GetLastError());
        return 255;
    }
    AssignProcessToJobObject(job, process.hProcess);
    if (!killable) {
        HANDLE theirs;
        DuplicateHandle(GetCurrentProcess(), job, process.hProcess, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS);
        CloseHandle(job);
    }
    ResumeThread(process.hThread);

    WaitForSingleObject(process.hProcess, INFINITE);
    DWORD code = 255;
    GetExitCodeProcess(process.hProcess, &code);
    FILE *result = _wfopen(result_file, L"w");
    if (result) {
        fprintf(result, "%lu", code);
        fclose(result);
    }
    return (int)(code & 0xff);
}
