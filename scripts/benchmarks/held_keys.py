"""Keys and buttons that stay down on a host: a window is typed into, and cut off in the middle, many times.

What ends it is drawn by lot: the focus goes elsewhere, another program grabs the keyboard, the window is
unmapped, closed or killed, the console is killed or stands still, the link ends or its sshd is killed,
another console takes control, the user gives it back. Soon after, nothing may be down on the host.
"""

from __future__ import annotations

import contextlib
import random
import sys
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from deskconsole.viewer.x_focus import ASYNC_GRAB
from support.bootstrap_host import ssh_host
from support.peers.acting_console import ActingConsole
from support.peers.agent_process import AgentProcess
from support.xvfb import Xvfb, wait_for

from .systems import Running, shown_by_us, two_screens

_WIDTH, _HEIGHT = 1024, 768
_KEYS = ("Shift_L", "Control_L", "Alt_L", "a", "s")
_SOON = 1.5
"""Seconds after which nothing may be down: the lease is 1.2 s, everything else is faster."""
_NEVER = 10.0
"""Seconds after which what is still down counts as stuck, and not only as late."""
_STILL = 3.0
"""Seconds for which a console stands still."""
_SETTLED = 0.2
"""Seconds after which nothing may have come down again."""
_PATIENCE, _AGAIN = 90.0, 4.0
"""Seconds for the window to come, and after which it is asked for once more: one that was just taken away may
still be there for the console."""
_DOWN = 0x1FFF & ~X.LockMask & ~X.Mod2Mask
"""Bits of a pointer's mask that are held keys and buttons, without the locks."""


class _Stage:
    """A host, a console with a window of it on another screen, and the hands of the console's user."""

    def __init__(self, stack: ExitStack) -> None:
        self._served, self._shown, self._folder = stack.enter_context(two_screens(_WIDTH, _HEIGHT))
        self._told = self._serve(stack, self._served, self._folder)
        self._console = stack.enter_context(ExitStack())
        self._running: Running | None = None
        self._stopped: psutil.Process | None = None
        self._stopped_at = 0.0
        self._shown.run("xterm", "-T", "elsewhere", "-geometry", "20x5-0-0")
        self._shown.wait_for_window("elsewhere")
        self._host = stack.enter_context(closing(Display(self._served.display)))
        self._hands = stack.enter_context(closing(Display(self._shown.display)))

    @abstractmethod
    def _serve(self, stack: ExitStack, served: Xvfb, folder: Path) -> Mapping[str, Any]:
        """Serves the screen; returns what viewing.py must be told of the way to it."""

    @property
    @abstractmethod
    def cuts(self) -> Mapping[str, Callable[[], object]]:
        """The acts that end the holding, by kind."""

    def hold(self, keys: list[str], *, button: bool) -> None:
        """Takes control where it is not taken, and presses keys and the left button in the window."""
        state = ""
        deadline = time.monotonic() + _PATIENCE
        while state != "controlled":
            if time.monotonic() > deadline:
                raise RuntimeError(f"the window does not take control: {state}")
            with contextlib.suppress(RuntimeError):  # there is none, or it is going just now
                self._on_window("deskconsole", "windowmap")
            with contextlib.suppress(TimeoutError, RuntimeError):
                state = self._ask("act")["state"]
                self._shown.wait_for_window("controlled", timeout=_AGAIN)
                self._on_window("controlled", "windowactivate")
                state = "controlled"
        xtest.fake_input(self._hands, X.MotionNotify, x=200, y=200)
        for key in keys:
            xtest.fake_input(self._hands, X.KeyPress, self._code(key))
        if button:
            xtest.fake_input(self._hands, X.ButtonPress, 1)
        self._hands.sync()

    def let_go(self) -> None:
        """The user's hands are off, and what was stopped runs again."""
        self._hands.ungrab_keyboard(X.CurrentTime)
        for key in _KEYS:
            xtest.fake_input(self._hands, X.KeyRelease, self._code(key))
        xtest.fake_input(self._hands, X.ButtonRelease, 1)
        self._hands.sync()
        if self._stopped is not None:
            time.sleep(max(0.0, self._stopped_at + _STILL - time.monotonic()))
            self._stopped.resume()
            self._stopped = None

    def held(self) -> bool:
        """Something is down on the host."""
        mask: int = self._host.screen().root.query_pointer().mask
        return any(self._host.query_keymap()) or bool(mask & _DOWN)

    def _ask(self, question: str) -> Mapping[str, Any]:
        if self._running is None:
            shown = shown_by_us(self._told, self._shown, self._folder)
            self._running = self._console.enter_context(shown)
        if self._running.ask is None:
            raise RuntimeError("the console cannot be asked")
        return self._running.ask(question)

    def _process(self) -> psutil.Process:
        if self._running is None:
            raise RuntimeError("the console does not run")
        return psutil.Process(self._running.viewer[0])

    def _kill_console(self) -> None:
        self._process().kill()
        self._running = None
        self._console.close()

    def _window(self) -> psutil.Process:
        children = self._process().children()
        return next(child for child in children if "deskconsole.viewer" in child.cmdline())

    def _stop(self, process: psutil.Process) -> None:
        process.suspend()
        self._stopped, self._stopped_at = process, time.monotonic()

    def _stop_console(self) -> None:
        self._stop(self._process())

    def _code(self, key: str) -> int:
        return int(self._hands.keysym_to_keycode(XK.string_to_keysym(key)))

    def _on_window(self, title: str, *what: str) -> None:
        self._shown.call("xdotool", "search", "--name", title, *what)


class _DirectStage(_Stage):
    """The console reaches the agent's port itself."""

    def _serve(self, stack: ExitStack, served: Xvfb, folder: Path) -> Mapping[str, Any]:
        self._agent = stack.enter_context(AgentProcess(folder, environment=served.environment))
        return {"port": self._agent.port, "token_file": str(self._agent.token_file), "fullscreen": False}

    @property
    def cuts(self) -> Mapping[str, Callable[[], object]]:
        return {
            "focus": partial(self._on_window, "elsewhere", "windowfocus"),
            "grab": self._grab,
            "unmapped": partial(self._on_window, "deskconsole", "windowunmap"),
            "closed": lambda: self._shown.ask_to_close(self._shown.wait_for_window("deskconsole")),
            "killed": lambda: self._window().kill(),
            "stopped": lambda: self._stop(self._window()),
            "console killed": self._kill_console,
            "console stopped": self._stop_console,
            "link": partial(self._ask, "disconnect"),
            "takeover": self._take_over,
            "given back": partial(self._ask, "give back"),
        }

    def _grab(self) -> None:
        """Another program of the console's screen takes the keyboard, as a screen lock does."""
        root = self._hands.screen().root
        wait_for(
            lambda: root.grab_keyboard(*ASYNC_GRAB, X.CurrentTime) == X.GrabSuccess,
            what="the grab",
        )

    def _take_over(self) -> None:
        with closing(ActingConsole(self._agent, name="other")) as other:
            other.take(force=True)


class _SshStage(_Stage):
    """The console reaches a deployed agent through an sshd."""

    def _serve(self, stack: ExitStack, served: Xvfb, folder: Path) -> Mapping[str, Any]:
        self._sshd, host = stack.enter_context(ssh_host(folder / "host"))
        fields = {"name": "bench", "address": host.address, "port": host.port, "user": host.user}
        fields |= {"identity_file": host.identity_file, "x_display": served.display}
        config = str(self._sshd.client_config)
        home = str(folder / "console")
        return {"host": fields, "home": home, "ssh_config": config, "fullscreen": False}

    @property
    def cuts(self) -> Mapping[str, Callable[[], object]]:
        return {
            "sshd killed": self._sshd.kill_connections,
            "console killed, SSH": self._kill_console,
            "console stopped, SSH": self._stop_console,
        }


def stuck_after(cuts: int, seed: int = 1) -> dict[str, dict[str, float]]:
    """By kind of cut: how many there were, at how many something was `held`, how many were `late` (something
    was down after 1.5 s) and `stuck` (after 10 s), and the slowest release in seconds."""
    lots = random.Random(seed)  # noqa: S311  # moments, not secrets
    with ExitStack() as stack:
        stages = _DirectStage(stack), _SshStage(stack)
        kinds = [(stage, kind, cut) for stage in stages for kind, cut in stage.cuts.items()]
        rows = {kind: {"cuts": 0, "held": 0, "late": 0, "stuck": 0, "slowest": 0.0} for _, kind, _ in kinds}
        for number in range(cuts):
            stage, kind, cut = lots.choice(kinds)
            row = rows[kind]
            stage.hold(lots.sample(_KEYS, lots.randint(1, 3)), button=lots.random() < 0.3)
            time.sleep(lots.uniform(0.02, 0.3))
            row["cuts"] += 1
            row["held"] += stage.held()
            cut()
            took = _released(stage)
            stage.let_go()
            time.sleep(_SETTLED)
            # A press that was on its way when the cut came may go down only now.
            took = max(took, _released(stage))
            row["late"] += took > _SOON
            row["stuck"] += took >= _NEVER
            row["slowest"] = max(row["slowest"], round(took, 2))
            if took > _SOON:
                print(f"cut {number + 1}, {kind}: down for {took:.1f} s", file=sys.stderr)
            if (number + 1) % 25 == 0:
                print(f"{number + 1} of {cuts} cuts", file=sys.stderr)
        return rows


def _released(stage: _Stage) -> float:
    """Seconds until nothing is down on the host; `_NEVER` at most."""
    began = time.monotonic()
    while stage.held() and time.monotonic() - began < _NEVER:
        time.sleep(0.01)
    return time.monotonic() - began
