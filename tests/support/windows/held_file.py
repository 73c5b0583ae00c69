"""A program on a Windows stand-in that has a file open, and is not ours to end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from support.xvfb import wait_for

from .ground import WindowsGround, python_command


@contextmanager
def held_file(ground: WindowsGround, file: str) -> Iterator[None]:
    """While inside, the program has the file open, by its path below the profile."""
    program = (
        "import pathlib, time\n"
        f"file = pathlib.Path({file!r}).open()\n"
        "pathlib.Path('opened').touch()\n"
        "while not pathlib.Path('enough').exists():\n"
        "    time.sleep(0.05)\n"
    )
    with ground.connect() as connection:
        holder = threading.Thread(
            target=connection.run,
            args=(python_command(program),),
            kwargs={"stdin": program.encode(), "timeout": 90.0},
        )
        holder.start()
        try:
            wait_for((ground.windows.home / "opened").exists, what="a program that holds a file")
            yield
        finally:
            (ground.windows.home / "enough").touch()
            holder.join()
            (ground.windows.home / "opened").unlink(missing_ok=True)
            (ground.windows.home / "enough").unlink()
