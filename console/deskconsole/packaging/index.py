"""Where uv looks for packages: its own settings, or, where it has none, those that the user gave pip."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

_OURS = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX")
_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
}
_SCOPES = ("global", "install", ":env:")
"""pip's sections, the strongest last."""


def index_environment() -> dict[str, str]:
    """Variables for uv's environment: addresses may hold passwords, which do not belong on a command line."""
    if any(name in os.environ for name in _OURS):
        return {}
    finished = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        check=False,  # no pip, no settings of pip's
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return translated(finished.stdout.decode("utf-8", "replace"))


def translated(settings: str) -> dict[str, str]:
    """From the lines of `pip config list` (`global.index-url='...'`) to uv's variables.

    >>> translated("global.index-url='https://packages.example/simple'")["UV_DEFAULT_INDEX"]
    'https://packages.example/simple'
    """
    found: dict[str, str] = {}
    for scope in _SCOPES:
        for line in settings.splitlines():
            key, equals, value = line.partition("=")
            section, _, name = key.rpartition(".")
            if not equals or section != scope or name not in _NAMES:
                continue
            try:
                text = ast.literal_eval(value)
            except (ValueError, SyntaxError):
                continue
            separator = "," if name == "find-links" else " "
            if words := str(text).split():
                found[_NAMES[name]] = separator.join(words)
    if found:
        # pip takes the best match of all its indexes, uv that of the first; the hashes decide in any case.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found
