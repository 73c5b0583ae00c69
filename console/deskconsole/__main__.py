"""`python -m deskconsole`, and what the command `deskconsole` runs.

Nothing but signals is imported before Ctrl+C has its meaning: the commands take a while to import.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import NoReturn

from .common.signals import end_in_order, take_interrupt

CANCELLED = 130
"""The exit code after Ctrl+C or a signal that ends."""


def main() -> NoReturn:
    """Runs what the arguments say and ends the process."""
    try:
        end_in_order()
        from .cli.main import run

        code = run()
    except KeyboardInterrupt:
        take_interrupt()
        code = CANCELLED
    if code == CANCELLED:
        # Another Ctrl+C while Python ends prints no traceback. Held back, because a Python that was
        # interrupted inside of `exec` ends by killing itself with SIGINT, whatever code it was given.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        with contextlib.suppress(OSError, AttributeError):  # the terminal may be gone, or stderr closed
            sys.stderr.write("deskconsole: cancelled\n")
            sys.stderr.flush()
    sys.exit(code)


if __name__ == "__main__":
    main()
