"""The console on Windows shows a Linux host: its pictures, its window, the window's keys."""

from __future__ import annotations

import json
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from deskconsole.viewer.keys import refusal
from deskconsole.viewer.overlay import Overlay
from support.peers.agent_process import AgentProcess
from support.windows.host import WindowsHost
from support.windows_console import WindowsConsole
from support.xvfb import Xvfb, wait_for

REFUSAL = refusal("that needs a console on Linux")


@pytest.fixture(scope="module")
def screen() -> Iterator[Xvfb]:
    """The screen of a Linux host."""
    with Xvfb(640, 400, maximum=(800, 600)) as one:
        one.run("xterm", "-geometry", "80x20+10+10", "-T", "terminal", "-e", "echo hello; sleep 600")
        one.wait_for_window("terminal")
        yield one


@pytest.fixture(scope="module")
def way(
    console: WindowsConsole, screen: Xvfb, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """The arguments that lead the console to that screen's agent."""
    folder = tmp_path_factory.mktemp("agent")
    with AgentProcess(folder, environment=screen.environment) as agent:
        shutil.copy(agent.token_file, console.home / "token")
        yield ["--direct", f"127.0.0.1:{agent.port}", "--token-file", "token"]


@contextmanager
def viewed(
    windows: WindowsHost, console: WindowsConsole, screen: Xvfb, *arguments: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A window on that Windows' desktop that shows the screen."""
    with console.started("view", *arguments) as process:
        wait_for(lambda: place(windows, screen.screenshot()), what="the picture in the window")
        yield process


def place(windows: WindowsHost, picture: NDArray[np.uint8]) -> tuple[int, int] | None:
    """Finds the picture on that Windows' desktop, pixel by pixel; None: it is nowhere."""
    desktop = windows.screenshot()
    height, width, _ = picture.shape
    _, _, (x, y), _ = cv2.minMaxLoc(cv2.matchTemplate(desktop, picture, cv2.TM_SQDIFF))
    return (x, y) if np.array_equal(desktop[y : y + height, x : x + width], picture) else None


def point_at(windows: WindowsHost, screen: Xvfb) -> None:
    """Moves the mouse into the middle of the picture in the window."""
    found = place(windows, screen.screenshot())
    assert found is not None
    windows.move_pointer(found[0] + screen.width // 2, found[1] + screen.height // 2)


def overlaid(picture: NDArray[np.uint8], overlay: Overlay) -> NDArray[np.uint8]:
    """The picture with texts over it, as the window draws them."""
    image = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA).astype(np.uint8, copy=False)
    overlay.draw(image, 0)
    return image[:, :, :3]


def said(sentence: str) -> Overlay:
    """The overlay while the window says this."""
    overlay = Overlay()
    overlay.say(sentence, 0)
    return overlay


def pictures_left(console: WindowsConsole) -> list[Path]:
    """Files of the console among the temporary ones."""
    return list((console.home / "AppData" / "Local" / "Temp").rglob("deskconsole-*"))


def test_a_shot_of_a_linux_host_is_its_screen(console: WindowsConsole, way: list[str], screen: Xvfb) -> None:
    report = console.run("shot", *way, "-o", "shot.png", "--json").json()
    assert (report["width"], report["height"]) == (640, 400)
    picture = cv2.imread(str(console.home / "shot.png"))
    assert picture is not None
    assert np.array_equal(picture, screen.screenshot())


@pytest.mark.long
def test_figures_without_a_window_say_that_the_picture_is_exact(
    console: WindowsConsole, way: list[str]
) -> None:
    result = console.run("view", *way, "--json", "--seconds", "1").json()
    assert (result["state"], result["width"], result["exact"]) == ("streaming", 640, True)


def test_the_window_shows_a_linux_host_s_pixels_and_another_size_and_leaves_no_picture_behind(
    console: WindowsConsole, way: list[str], screen: Xvfb, shared_windows: WindowsHost
) -> None:
    with viewed(shared_windows, console, screen, *way, "--seconds", "60") as process:
        screen.resize(800, 600)
        wait_for(lambda: place(shared_windows, screen.screenshot()), what="the picture of another size")
        screen.resize(640, 400)
        wait_for(lambda: place(shared_windows, screen.screenshot()), what="the picture of the first size")
        found = place(shared_windows, screen.screenshot())
        assert found is not None
        # The close button of its title bar.
        shared_windows.move_pointer(found[0] + screen.width - 10, found[1] - 14)
        shared_windows.xdotool("click", "1")
        assert process.wait(60) == 0
    assert not pictures_left(console)


def test_the_window_tells_its_keys_and_that_it_only_shows(
    console: WindowsConsole, way: list[str], screen: Xvfb, shared_windows: WindowsHost
) -> None:
    picture = screen.screenshot()
    keys = Overlay(None)
    keys.toggle_help()
    with viewed(shared_windows, console, screen, *way) as process:
        point_at(shared_windows, screen)
        refused = overlaid(picture, said(REFUSAL))

        def refuses() -> bool:
            shared_windows.xdotool("click", "1")  # the sentence stays for seconds only
            return place(shared_windows, refused) is not None

        wait_for(refuses, what="the sentence")
        shared_windows.xdotool("key", "F1")
        wait_for(lambda: place(shared_windows, overlaid(picture, keys)), what="the box with the keys")
        shared_windows.xdotool("key", "Escape", "x", "ctrl+c", "Control_R")
        shared_windows.xdotool("key", "F11")
        # The picture is scaled to the height, and black is beside it.
        wait_for(lambda: not shared_windows.screenshot()[:600, :60].any(), what="the full screen")
        shared_windows.xdotool("key", "q")
        assert process.wait(60) == 0


@pytest.mark.long
def test_a_window_that_was_to_control_opens_without_asking_the_host(
    console: WindowsConsole, way: list[str], screen: Xvfb, shared_windows: WindowsHost
) -> None:
    with viewed(shared_windows, console, screen, *way, "--control"):
        log = (console.home / "AppData" / "Local" / "deskconsole-console").rglob("audit.jsonl")
        acts = [json.loads(line)["action"] for path in log for line in path.read_text().splitlines()]
    assert "see" in acts
    assert not [act for act in acts if "control" in act]


def test_the_title_has_every_letter_and_alt_f4_closes_the_window(console: WindowsConsole) -> None:
    source = """
        import ctypes, time
        from deskconsole.picture.framebuffer import Framebuffer
        from deskconsole.viewer.process import Viewer

        user32, text, ends = ctypes.windll.user32, ctypes.create_unicode_buffer(99), []
        picture = Framebuffer()
        picture.reset(300, 200)
        viewer = Viewer("B\u00fcro \u017dofie", picture, ends.append)
        end = time.monotonic() + 60
        while "live" not in text.value and time.monotonic() < end:
            time.sleep(0.1)
            window = user32.FindWindowW("Main HighGUI class", None)
            user32.GetWindowTextW(window, text, 99)
        end = time.monotonic() + 60
        while not ends and time.monotonic() < end:
            # F4 with Alt held, as the keyboard sends it; again, as people do, where nothing comes of it.
            user32.PostMessageW(window, 0x104, 0x73, 0x203E0001)
            for _ in range(50):
                if not ends:
                    time.sleep(0.1)
        viewer.close()
        print(text.value, ends)
    """
    told = console.python(textwrap.dedent(source))
    assert told.stdout == "Büro Žofie - live - deskconsole (F1: keys) ['it was closed']\n", told
