"""What the imitated programs answer. Each is a small C program (src/shim.c) that asks the services here: a
Python of its own for each call would take half a second to start.
"""

import sys

assert sys.platform == "win32"

from winhost.shims.native import processes


def query(arguments: list[str], user: str) -> tuple[int, str]:
    """query user: the stand-in's user, while he is logged on, at the console in session 1."""
    if arguments != ["user"]:
        return 1, "only `query user` is imitated"
    if not user:
        return 1, "No User exists for *"
    return 0, (
        " USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME\n"
        f" {user.lower():<20}  console             1  Active      none   1/1/2026 9:00 AM"
    )


def tasklist(arguments: list[str]) -> tuple[int, str]:
    """tasklist /fo CSV [/nh] [/fi "IMAGENAME eq NAME"]: what really runs; session and memory are made up."""
    lower = [argument.lower() for argument in arguments]
    if "csv" not in lower:
        return 1, "only `tasklist /fo CSV` is imitated"
    wanted = next((word.split()[-1] for word in lower if word.startswith("imagename eq ")), None)
    rows = [(image, pid) for pid, image, _ in processes() if wanted in {None, image.lower()}]
    if not rows:
        return 0, "INFO: No tasks are running which match the specified criteria."
    lines = [] if "/nh" in lower else ['"Image Name","PID","Session Name","Session#","Mem Usage"']
    lines += [f'"{image}","{pid}","Console","1","10,000 K"' for image, pid in rows]
    return 0, "\n".join(lines)


def spoken(code: int, words: str) -> list[int | str]:
    """What the C program makes of it: its exit code, and as hexadecimal digits what it writes, to standard
    error where it failed. Programs of Windows speak to a console in the OEM code page.
    """
    return [code, (words.replace("\n", "\r\n").encode("oem", "replace") + b"\r\n").hex()]
