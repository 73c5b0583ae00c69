"""docs/glossary.md: one noun, one meaning."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

_ELSEWHERE = {
    "agent/deskwire/messages.py",  # docs/wire.md
    "console/deskconsole/common/errors.py",  # the tree at its top
    "console/deskconsole/session/events.py",  # a sentence each, tests/console/wording
    "console/deskconsole/bootstrap/answers.py",  # schemas of scripts' answers
    "console/deskconsole/viewer/messages.py",
    "console/deskconsole/tui/messages.py",
}


def classes() -> Iterator[tuple[str, str]]:
    """Public classes that are no errors, and their files."""
    for side in ("agent", "console"):
        for path in sorted((ROOT / side).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
                    continue
                bases = " ".join(map(ast.unparse, node.bases))
                if not re.search(r"Error|Exception|^Message", bases):
                    yield node.name, path.relative_to(ROOT).as_posix()


def singular(word: str) -> str:
    return word.removesuffix("es") if word.endswith("sses") else word.removesuffix("s")


def test_a_class_name_means_one_thing() -> None:
    found = defaultdict(list)
    for name, path in classes():
        found[name].append(path)
    assert not {name: paths for name, paths in found.items() if len(paths) > 1}


def test_the_noun_of_every_class_is_in_the_glossary() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    known = {singular(word) for row in rows for word in re.findall(r"\w+", row.lower())}
    missing = set()
    for name, path in classes():
        noun = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", name)[-1].lower()
        if path not in _ELSEWHERE and singular(noun) not in known:
            missing.add(f"{name} ({path})")
    assert not missing
