"""query user: the stand-in's user, while he is logged on, at the console in session 1."""

import sys
from pathlib import Path

from winhost.shims.asking import ask
from winhost.shims.console import say

user = ask(Path(r"C:\testbed"), "logged_on")
if sys.argv[1:] != ["user"]:
    sys.exit("only `query user` is imitated")
if not user:
    sys.exit("No User exists for *")
say(" USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME")
say(f" {user.lower():<20}  console             1  Active      none   1/1/2026 9:00 AM")
