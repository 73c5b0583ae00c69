"""The capture agent: shipped whole to a host, where it watches a desktop and sends what changed."""

import sys

__version__ = "0.1.0"

if sys.platform == "win32":
    # `platform` asks WMI through this module (mss and comtypes ask `platform`). WMI may take minutes or never
    # answer, and before the ready file that is an agent that does not come up. Without the module `platform`
    # takes what the environment says.
    sys.modules["_wmi"] = None  # type: ignore[assignment]
