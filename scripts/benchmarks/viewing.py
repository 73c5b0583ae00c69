"""The console as `deskconsole view` runs it, full screen, with an ear for the bench: no program for people.

`python -m scripts.benchmarks.viewing JSON`, where JSON is `{"port": , "token_file": }` or
`{"host": {}, "home": , "ssh_config": }`, and may say `"fullscreen": false`. It prints one object when the
console is there and nothing is connected yet, one when there is a picture, and then one for every line that
it reads. It ends where its standard input does.

    compare     what `--json` would print, the pictures just compared
    act         `{"state": }`, after the window has taken control of the host or was refused it
    inputs      `{"inputs": }`, the number of the last input that was sent, a letting go for this question
    give back   `{}`, and control of the host ends
    disconnect  `{}`, and the link ends
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import psutil

from deskconsole.app.measuring import measure
from deskconsole.app.waiting import wait_for_picture
from deskconsole.cli.sessions import require_window, running_session
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host, host_from
from deskconsole.session.route import DirectRoute, Route, SshRoute, read_token
from deskwire.control import ControlState
from support.answers import Answers

_SETTLED = (ControlState.YOURS, ControlState.OTHER, ControlState.REFUSED, ControlState.OFF)


def main() -> None:
    """Until nobody listens any more."""
    told = json.loads(sys.argv[1])
    require_window()
    host, route = _way(told)
    _say({"memory": psutil.Process().memory_full_info().pss})
    with running_session(host, route) as session:
        session.view(fullscreen=told.get("fullscreen", True))
        wait_for_picture(session)
        _say({"shown": True})
        for line in sys.stdin:
            match line.strip():
                case "compare":
                    _say(msgspec.to_builtins(measure(session, 0)))
                case "act":
                    session.view(control=True)
                    session.wait_for(lambda one: one.control.state in _SETTLED, 30)
                    _say({"state": session.control.status.state.value})
                case "inputs":
                    _say({"inputs": session.control.all_up()})
                case "give back":
                    session.control.release_all()
                    _say({})
                case "disconnect":
                    session.disconnect()
                    _say({})
                case unknown:
                    raise ValueError(unknown)


def _way(told: dict[str, Any]) -> tuple[Host, Route]:
    if "port" in told:
        address = ("127.0.0.1", told["port"])
        return Host(name="bench"), DirectRoute(address, read_token(Path(told["token_file"])))
    host = host_from(told["host"])
    paths = Paths.below(Path(told["home"]))
    return host, SshRoute(host, Answers(), paths, ssh_config=Path(told["ssh_config"]))


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
