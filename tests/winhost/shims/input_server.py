"""input_server.py AGENT PORT-FILE: lets tests call the agent's input device, in the thread that opened it.

Runs with the agent's own runtime; AGENT is the folder of its packages. A request is a line of JSON, a method
and its arguments by name; so is the answer, [true, result] or [false, what went wrong].
"""

import ctypes
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

assert sys.platform == "win32"


def main(agent: str, port_file: Path) -> None:
    """Answers one caller after the other until its process is ended."""
    sys.path.insert(0, agent)
    import deskagent  # noqa: F401 - finds the packages that are sent along
    from deskagent.input.windows.device import WindowsInput
    from deskwire.control import ChordName

    device = WindowsInput()
    user32 = ctypes.WinDLL("user32")
    user32.GetThreadDpiAwarenessContext.restype = ctypes.c_void_p

    def act(method: str, arguments: dict[str, Any]) -> object:
        if method == "chord":
            arguments = {"name": ChordName(arguments["name"])}
        if method == "layout":
            layout = device.layout()
            return [list(layout.characters.items()), list(layout.dead.items()), sorted(layout.capitals)]
        if method == "process":
            return os.getpid()
        if method == "awareness":
            thread = user32.GetThreadDpiAwarenessContext()
            return user32.GetAwarenessFromDpiAwarenessContext(ctypes.c_void_p(thread))
        return getattr(device, method)(**arguments)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        unfinished = port_file.with_suffix(".part")
        unfinished.write_text(str(listener.getsockname()[1]))
        unfinished.rename(port_file)
        while True:
            caller, _ = listener.accept()
            with caller, caller.makefile("rw", encoding="utf-8") as lines:
                for line in lines:
                    try:
                        answer: list[Any] = [True, act(*json.loads(line))]
                    except Exception as error:  # noqa: BLE001 - told to the one who asked
                        answer = [False, f"{type(error).__name__}: {error}"]
                    lines.write(json.dumps(answer) + "\n")
                    lines.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
