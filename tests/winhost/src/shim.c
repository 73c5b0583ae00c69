/* shim.exe, installed as system32\NAME.exe: hands its name, folder and arguments to the stand-in's services
   (shims/services.py) and says what they answer. It stands in for programs that Wine lacks or has as empty
   stubs.

   The request is their line of JSON, each UTF-16 unit written as \uXXXX: so nothing needs quoting. Of the
   answer, [true, [CODE, "HEX"]], only code and digits are read; anything else is said as it came. */
#include <winsock2.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define FAILED_TO_ASK 255

int _dowildcard = 0; /* arguments are passed on as they are, * too */

static char *append_string(char *end, const wchar_t *text)
{
    *end++ = '"';
    for (; *text; text++)
        end += sprintf(end, "\\u%04x", (unsigned)(unsigned short)*text);
    return end + sprintf(end, "\"");
}

static SOCKET connect_to_services(void)
{
    WSADATA data;
    int port = 0;
    FILE *file = fopen("C:\\testbed\\services.port", "r");
    if (!file || fscanf(file, "%d", &port) != 1 || WSAStartup(MAKEWORD(2, 2), &data))
        return INVALID_SOCKET;
    fclose(file);
    SOCKET link = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(link, (struct sockaddr *)&address, sizeof address) ? INVALID_SOCKET : link;
}

static char *read_line(SOCKET link)
{
    size_t size = 0, room = 1 << 16;
    char *line = malloc(room);
    int got;
    while ((got = recv(link, line + size, (int)(room - size - 1), 0)) > 0) {
        size += got;
        if (line[size - 1] == '\n')
            break;
        if (room - size < 2)
            line = realloc(line, room *= 2);
    }
    line[size] = 0;
    return line;
}

static void say(const char *text, size_t size, int failed)
{
    HANDLE stream = GetStdHandle(failed ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE);
    DWORD written;
    while (size && WriteFile(stream, text, (DWORD)size, &written, NULL) && written) {
        text += written;
        size -= written;
    }
}

int wmain(int argc, wchar_t **argv)
{
    wchar_t path[MAX_PATH], name[MAX_PATH], folder[MAX_PATH];
    GetModuleFileNameW(NULL, path, MAX_PATH);
    _wsplitpath(path, NULL, NULL, name, NULL);
    _wcslwr(name);
    GetCurrentDirectoryW(MAX_PATH, folder);

    size_t units = wcslen(name) + wcslen(folder);
    for (int i = 1; i < argc; i++)
        units += wcslen(argv[i]) + 1;
    char *request = malloc(6 * units + 64);
    char *end = append_string(request + sprintf(request, "[\"program\", "), name);
    end = append_string(end + sprintf(end, ", "), folder);
    for (int i = 1; i < argc; i++)
        end = append_string(end + sprintf(end, ", "), argv[i]);
    end += sprintf(end, "]\n");

    SOCKET link = connect_to_services();
    if (link == INVALID_SOCKET)
        return FAILED_TO_ASK;
    for (const char *at = request; at < end;) {
        int sent = send(link, at, (int)(end - at), 0);
        if (sent <= 0)
            return FAILED_TO_ASK;
        at += sent;
    }
    char *line = read_line(link);
    int code = FAILED_TO_ASK, start = 0;
    if (sscanf(line, "[true, [%d, \"%n", &code, &start) != 1 || !start) {
        say(line, strlen(line), 1);
        return FAILED_TO_ASK;
    }
    char *words = line + start;
    size_t size = 0;
    for (unsigned byte; sscanf(line + start + 2 * size, "%2x", &byte) == 1; size++)
        words[size] = (char)byte;
    say(words, size, code != 0);
    return code;
}
