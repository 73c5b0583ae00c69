"""Runs one request of the console: `python -m deskagent.host launch`.

Standard input is one JSON object on one line: the marker of the answer, and the request's arguments. So
nothing needs quoting, no secret shows in a process list, and the end of input is not waited for: Windows' SSH
server does not always deliver it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from .answer import answer

if sys.platform == "win32":
    from .windows import launch
else:
    from .posix import launch

REQUESTS = {"launch": launch.main}


def main(words: Sequence[str]) -> int:
    """Runs the request that the words name and returns the exit code."""
    if len(words) != 1 or words[0] not in REQUESTS:
        print(f"usage: python -m deskagent.host {'|'.join(REQUESTS)} < request.json", file=sys.stderr)
        return 2
    request = json.loads(sys.stdin.buffer.readline())
    answer(REQUESTS[words[0]], request["marker"], request["arguments"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
