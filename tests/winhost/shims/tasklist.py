"""tasklist /fo CSV [/nh] [/fi "IMAGENAME eq NAME"]: what really runs; session and memory are made up."""

import sys

assert sys.platform == "win32"

from winhost.shims.console import say
from winhost.shims.native import processes

arguments = [argument.lower() for argument in sys.argv[1:]]
if "csv" not in arguments:
    sys.exit("only `tasklist /fo CSV` is imitated")
wanted = next((word.split()[-1] for word in arguments if word.startswith("imagename eq ")), None)
rows = [(image, pid) for pid, image, _ in processes() if wanted in {None, image.lower()}]
if not rows:
    say("INFO: No tasks are running which match the specified criteria.")
    sys.exit()
if "/nh" not in arguments:
    say('"Image Name","PID","Session Name","Session#","Mem Usage"')
for image, pid in rows:
    say(f'"{image}","{pid}","Console","1","10,000 K"')
