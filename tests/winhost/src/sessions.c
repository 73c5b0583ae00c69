/* The functions of wtsapi32.dll that list sessions. They say what C:\testbed\sessions does, in UTF-8, one session
   a line:

       NUMBER|STATION|STATE|USER|DOMAIN

   STATE is a number of WTS_CONNECTSTATE_CLASS. Of a user `?` nothing may be asked: "Access is denied". Without that
   file Wine's own functions answer, which know of no session. */
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

#define SESSIONS L"C:\\testbed\\sessions"
#define FILE_MAX 4096
#define FIELDS 5

enum { NUMBER, STATION, STATE, USER, DOMAIN };
enum { ASK_USER = 5, ASK_DOMAIN = 7 };

typedef struct {
    DWORD number;
    wchar_t *station;
    int state;
} Session;

typedef BOOL(WINAPI *Enumerate)(HANDLE, DWORD, DWORD, Session **, DWORD *);
typedef BOOL(WINAPI *Query)(HANDLE, DWORD, int, wchar_t **, DWORD *);

static FARPROC original(const char *name)
{
    return GetProcAddress(LoadLibraryW(L"wtsapi32_w.dll"), name);
}

/* 0 without a file. */
static int read_sessions(wchar_t *text)
{
    HANDLE file = CreateFileW(SESSIONS, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 0;
    char bytes[FILE_MAX];
    DWORD size = 0;
    ReadFile(file, bytes, sizeof bytes, &size, NULL);
    CloseHandle(file);
    text[MultiByteToWideChar(CP_UTF8, 0, bytes, (int)size, text, FILE_MAX)] = 0;
    return 1;
}

/* Cuts the next line off, and it into its fields. */
static wchar_t *next_line(wchar_t *text, wchar_t **fields)
{
    wchar_t *end = wcschr(text, L'\n');
    if (!end)
        return NULL;
    *end = 0;
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = text;
        text = wcschr(text, L'|');
        if (text)
            *text++ = 0;
        else
            text = end;
    }
    return end + 1;
}

/* Wine's WTSFreeMemory gives it back. */
static void *allocate(size_t size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

BOOL WINAPI shim_WTSEnumerateSessionsW(HANDLE server, DWORD reserved, DWORD version, Session **found, DWORD *count)
{
    wchar_t text[FILE_MAX + 1], *fields[FIELDS], *line = text;
    if (!read_sessions(text))
        return ((Enumerate)original("WTSEnumerateSessionsW"))(server, reserved, version, found, count);
    int lines = 0;
    for (wchar_t *at = text; (at = wcschr(at, L'\n')); at++)
        lines++;
    *found = allocate(lines * sizeof **found + (wcslen(text) + lines) * sizeof *text);
    wchar_t *names = (wchar_t *)(*found + lines);
    for (*count = 0; (line = next_line(line, fields)); ++*count) {
        (*found)[*count] = (Session){wcstoul(fields[NUMBER], NULL, 10), wcscpy(names, fields[STATION]),
                                     (int)wcstol(fields[STATE], NULL, 10)};
        names += wcslen(names) + 1;
    }
    return TRUE;
}

BOOL WINAPI shim_WTSQuerySessionInformationW(HANDLE server, DWORD number, int what, wchar_t **answer, DWORD *size)
{
    wchar_t text[FILE_MAX + 1], *fields[FIELDS], *line = text;
    if ((what != ASK_USER && what != ASK_DOMAIN) || !read_sessions(text))
        return ((Query)original("WTSQuerySessionInformationW"))(server, number, what, answer, size);
    while ((line = next_line(line, fields))) {
        if (wcstoul(fields[NUMBER], NULL, 10) != number)
            continue;
        if (!wcscmp(fields[USER], L"?")) {
            SetLastError(ERROR_ACCESS_DENIED);
            return FALSE;
        }
        const wchar_t *said = fields[what == ASK_USER ? USER : DOMAIN];
        *size = (DWORD)((wcslen(said) + 1) * sizeof *said);
        *answer = wcscpy(allocate(*size), said);
        return TRUE;
    }
    SetLastError(ERROR_FILE_NOT_FOUND);
    return FALSE;
}
