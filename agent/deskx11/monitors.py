"""The monitors of an X server as RandR 1.5 tells them, from one connection by python-xlib."""

from __future__ import annotations

from typing import Any, Final

from Xlib.ext import randr

_MONITORS_SINCE: Final = (1, 5)


def monitors(connection: Any) -> list[dict[str, Any]]:
    """The whole screen first, then its monitors: `left`, `top`, `width`, `height` in pixels, and `name`.

    A server without RandR 1.5 has one monitor, the whole screen. Raises what python-xlib raises.
    """
    root = connection.screen().root
    size = root.get_geometry()
    whole = {"left": 0, "top": 0, "width": size.width, "height": size.height}
    found = []
    if connection.has_extension(randr.extname):
        version = connection.xrandr_query_version()
        if (version.major_version, version.minor_version) >= _MONITORS_SINCE:
            found = [
                {
                    "left": one.x,
                    "top": one.y,
                    "width": one.width_in_pixels,
                    "height": one.height_in_pixels,
                    "name": connection.get_atom_name(one.name),
                }
                for one in root.xrandr_get_monitors().monitors
            ]
    return [whole, *(found or [dict(whole)])]
