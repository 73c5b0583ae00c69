"""schtasks: hands its arguments to the imitated Task Scheduler (tasks.py) and says its answer."""

import sys
from pathlib import Path

from winhost.shims.asking import ask
from winhost.shims.console import say

code, words = ask(Path(r"C:\testbed"), "schtasks", sys.argv[1:], str(Path.cwd()))
say(words, error=bool(code))
sys.exit(code)
