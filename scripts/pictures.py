"""Makes console.svg and window.png from the running demo: the real TUI and a real window, on an X server
without a screen. `scripts/pictures` starts it.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import cv2

from deskconsole.cli.console import DemoHosts
from deskconsole.demo.demo import SIZE
from deskconsole.tui.app import DeskconsoleApp
from xvfb import Xvfb

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
CELLS = (124, 30)
"""Of the terminal: columns and rows."""
WIDTH = 640
"""Pixels of the window's picture: at full size it takes 346 kB."""
BORDERS = 80
"""Pixels that the screen is larger than the desktop: the window leaves room for a frame, else it scales."""
FONTS = "DejaVu Sans Mono, Menlo, Consolas, monospace"


def main() -> None:
    """Takes both pictures after the demo has run for a while."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 100.0
    width, height = SIZE
    with Xvfb(width + BORDERS, height + BORDERS) as display:
        os.environ["DISPLAY"] = display.display
        app = DeskconsoleApp(DemoHosts(), ssh_config=Path(os.devnull))
        try:
            asyncio.run(console_picture(app, seconds))
            window = display.screenshot()[:height, :width]
        finally:
            app.close()
    small = cv2.resize(window, (WIDTH, WIDTH * height // width), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(FOLDER / "window.png"), small, [cv2.IMWRITE_PNG_COMPRESSION, 9])


async def console_picture(app: DeskconsoleApp, seconds: float) -> None:
    """Writes console.svg after the app has run for so many seconds."""
    async with app.run_test(size=CELLS) as pilot:
        await asyncio.sleep(seconds / 2)
        # Something for the events: a refresh of the first host, the last one cut off and connected again.
        await pilot.press("r", "down", "down", "x")
        await asyncio.sleep(3)
        await pilot.press("c", "up", "up")
        await asyncio.sleep(seconds / 2)
        svg = app.export_screenshot(title="deskconsole demo")
    # A picture in a page may load nothing: fonts from elsewhere would only be asked for in vain.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    # Not every renderer takes a no-break space at the beginning of a text for what it is.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = svg.replace("Fira Code, monospace", FONTS).replace("Fira Code", FONTS)
    svg = "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
    (FOLDER / "console.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
