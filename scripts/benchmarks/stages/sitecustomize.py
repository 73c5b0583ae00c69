"""Python runs this first where this folder is on PYTHONPATH: it notes what each function of ours costs.

Every function and method is timed with its thread's CPU clock, without what it calls in other functions of
ours. So nothing has to be named, and nothing is missed when something is renamed. What a function that never
returns does itself is not seen, and neither is what libraries do on threads of their own. Five times a second
the sums go to a file of the process's own in the folder that DESKCONSOLE_BENCH_STAGES names.
"""

from __future__ import annotations

import functools
import importlib.machinery
import inspect
import json
import os
import sys
import threading
import time
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_OURS = ("deskwire.", "deskwin32.", "deskx11.", "deskagent.", "deskconsole.")
_SMALL = ("deskwire.geometry", "deskwire.limits", "deskconsole.common.errors", "deskagent.capture.pacing")
"""Functions that take less than timing them."""
_EVERY = 0.2

_sums: dict[str, list[int]] = {}
"""Counts by function: calls, nanoseconds of CPU."""
_local = threading.local()


def _timed(function: Callable[..., Any]) -> Callable[..., Any]:
    sums = _sums.setdefault(f"{function.__module__} {function.__qualname__}", [0, 0])

    @functools.wraps(function)
    def timed(*arguments: Any, **options: Any) -> Any:
        stack = getattr(_local, "stack", None)
        if stack is None:
            stack = _local.stack = []
        below = [0]
        stack.append(below)
        began = time.thread_time_ns()
        try:
            return function(*arguments, **options)
        finally:
            spent = time.thread_time_ns() - began
            stack.pop()
            sums[0] += 1
            sums[1] += spent - below[0]
            if stack:
                stack[-1][0] += spent

    return timed


def _watch(module: types.ModuleType) -> None:
    for owner in [module, *(one for one in vars(module).values() if inspect.isclass(one))]:
        if owner is not module and owner.__module__ != module.__name__:
            continue
        for name, member in list(vars(owner).items()):
            ours = isinstance(member, types.FunctionType) and member.__module__ == module.__name__
            if ours and not name.startswith("__") and not inspect.isgeneratorfunction(member):
                setattr(owner, name, _timed(member))


class _Loader:
    """Loads as the other does, and then watches what it loaded."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        created: types.ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: types.ModuleType) -> None:
        self._loader.exec_module(module)
        _watch(module)


class _Finder:
    """Finds what is ours as everybody does."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not name.startswith(_OURS) or name in _SMALL:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
        return spec


def _tell(file: Path) -> None:
    while True:
        told = {"cpu": time.process_time_ns(), "at": time.monotonic(), "functions": _sums.copy()}
        unfinished = file.with_suffix(".part")
        unfinished.write_text(json.dumps(told))
        unfinished.replace(file)
        time.sleep(_EVERY)


def _begin() -> None:
    roles = {"deskagent": "agent", "scripts.benchmarks.viewing": "console"}
    role = next((roles[word] for word in sys.orig_argv if word in roles), None)
    folder = os.environ.get("DESKCONSOLE_BENCH_STAGES")
    if role is not None and folder:
        sys.meta_path.insert(0, _Finder)
        threading.Thread(target=_tell, args=(Path(folder, f"{role}.json"),), daemon=True).start()


_begin()
