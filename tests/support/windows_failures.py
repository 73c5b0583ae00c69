"""The tests that fail in Windows' Python, with their reasons: a list that holds in both directions.

`tests/windows_failures.toml` names files and tests. Each test of a named file has to fail there, or the file
cannot even be imported. A test that passes although it is named fails the run, as one does that fails
unnamed.
"""

from __future__ import annotations

import ctypes
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


class WindowsFailures:
    """A plugin of pytest, for Windows."""

    def __init__(self, tests: Path) -> None:
        self._tests = tests
        listed = tomllib.loads((tests / "windows_failures.toml").read_text(encoding="utf-8"))
        self._groups = [group for group in listed.values() if _in_wine() or not group.get("only_in_wine")]

    @pytest.hookimpl
    def pytest_pycollect_makemodule(
        self, module_path: Path, parent: pytest.Collector
    ) -> pytest.Module | None:
        """Let a named file fail at its import."""
        if self._group(module_path.relative_to(self._tests).as_posix()) is None:
            return None
        return _NamedModule.from_parent(parent, path=module_path)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Expect what is named to fail."""
        for item in items:
            group = self._group(item.nodeid.removeprefix("tests/"))
            if group is not None:
                # Without being run: it would hang, or end the whole process.
                run = not group.get("ends_the_run", False)
                item.add_marker(pytest.mark.xfail(reason=group["reason"], strict=True, run=run))

    def _group(self, name: str) -> dict[str, Any] | None:
        return next(
            (group for group in self._groups if any(_is_in(name, each) for each in group["tests"])), None
        )


class _NamedModule(pytest.Module):
    """A file whose tests are expected to fail."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        try:
            yield from super().collect()
        except self.CollectError:
            return


def _is_in(name: str, place: str) -> bool:
    return name == place or name.startswith((f"{place}/", f"{place}::", f"{place}["))


def _in_wine() -> bool:
    """Returns whether this Windows is Wine, which has a function that tells its version."""
    return sys.platform == "win32" and hasattr(ctypes.windll.ntdll, "wine_get_version")
