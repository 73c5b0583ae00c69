"""The index in which uv looks for packages: its own setting, else the one that the user gave pip."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

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
        [sys.executable, "-I", "-m", "pip", "config", "list"],
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
            words = str(text).split()
            if name == "find-links":  # pip passes over a folder that is not there, uv stops at it
                words = [word for word in words if "://" in word or Path(word).expanduser().exists()]
            if words:
                found[_NAMES[name]] = ("," if name == "find-links" else " ").join(words)
    if found:
        # pip takes the best match of all its indexes, uv that of the first; the hashes decide in any case.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found
