"""The documents say what the code does: names, states and links. docs/wire.md has a test of its own."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from deskconsole.app.host_result import HostResult, StreamFigures
from deskconsole.article import listen
from deskconsole.common import errors
from deskconsole.session.snapshot import Exactness, Sample, Snapshot, Statistics
from deskconsole.session.state import MOVES, State

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def read(name: str) -> str:
    """A document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    """The text under a heading, up to the next one of its level."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", read(name), re.MULTILINE | re.DOTALL)
    assert found is not None, f"{name} has no section {title!r}"
    return found[1]


def rows(text: str) -> list[str]:
    """The names in the first column of the tables."""
    cells = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


# How it works


def diagram() -> str:
    """The states and every move of the table. What all states of a link have in common is drawn once."""
    ends = {State.RETRYING, State.FAILED, State.CLOSED}
    link = [state for state, targets in MOVES.items() if ends <= targets]
    lines = ["stateDiagram-v2", f"    [*] --> {State.IDLE}", "    state link {"]
    lines += [f"        {state} --> {to}" for state in link for to in State if to in MOVES[state] - ends]
    lines += ["    }", *(f"    link --> {to}" for to in State if to in ends)]
    for state in State:
        if state not in link:
            lines += [f"    {state} --> {to}" for to in State if to in MOVES[state]]
    return "\n".join(lines)


def test_the_diagram_shows_the_moves_of_the_table() -> None:
    found = re.search(r"```mermaid\n(.*?)\n```", read("docs/how-it-works.md"), re.DOTALL)
    assert found is not None
    assert found[1] == diagram()


@pytest.mark.parametrize("side", ["agent", "console"])
def test_the_floors_are_those_of_the_import_contracts(side: str) -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == f"{side}-floors")
    held = [set(re.findall(r"\w+", layer)) for layer in reversed(layers)]
    text = section("docs/how-it-works.md", "Layout and floors")
    found = re.search(rf"^    {side}: (.+(?:\n {{12,}}.+)*)", text, re.MULTILINE)
    assert found is not None
    told = [set(re.findall(r"\w+", floor)) for floor in found[1].split("<")]
    everything = set().union(*told)
    # A contract may name what does not exist (yet), and everybody knows where __main__ stands.
    assert told == [floor & everything for floor in held if floor & everything]
    folder = ROOT / side / f"desk{side}"
    modules = {
        path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert everything == modules - {"__init__", "__main__"}


def test_files_that_are_named_exist() -> None:
    text = read("docs/how-it-works.md") + read("docs/security.md")
    folders = [ROOT, ROOT / "agent", ROOT / "agent" / "deskagent", ROOT / "console" / "deskconsole"]
    for path in re.findall(r"`([a-z_/]+(?:\.py|/))`", text):
        assert any((folder / path).exists() for folder in folders), path


def test_tests_that_the_workflow_names_exist() -> None:
    for path in re.findall(r"tests/[\w/.]+", read(".github/workflows/windows.yml")):
        assert (ROOT / path).exists(), path


# Statistics


def test_every_key_of_the_report_is_defined() -> None:
    assert set(HostResult.__struct_fields__) == set(rows(first_table("A host's object")))
    assert set(StreamFigures.__struct_fields__) <= set(rows(section("docs/statistics.md", "Figures")))


def first_table(title: str) -> str:
    """The first table of a section of docs/statistics.md."""
    return section("docs/statistics.md", title).split("\n\nThe session's snapshot")[0]


def test_every_figure_is_defined() -> None:
    defined = rows(section("docs/statistics.md", "Figures"))
    assert sorted(defined) == sorted({*names(Statistics), "saved_share"})
    for name in names(Sample):
        assert f"`{name}`" in section("docs/statistics.md", "Figures")


def test_every_field_of_a_snapshot_is_defined() -> None:
    defined = rows(section("docs/statistics.md", "A host's object"))
    assert names(Snapshot) <= set(defined)
    for name in names(Exactness) - {"exact", "digest"}:
        assert f"`{name}`" in section("docs/statistics.md", "A host's object")


def test_every_figure_of_listen_is_defined() -> None:
    defined = rows(section("docs/statistics.md", "`listen`"))
    assert sorted(defined) == sorted({*names(listen.ReceiverReport), "seconds"})
    assert f"`{listen.UNKNOWN_TRIGGER}`" in section("docs/statistics.md", "`listen`")


def test_every_state_is_defined() -> None:
    assert rows(section("docs/statistics.md", "States")) == [state.value for state in State]


def names(kind: type) -> set[str]:
    """Of a dataclass's fields."""
    return {field.name for field in dataclasses.fields(kind)}


# README


def test_every_exit_code_is_listed() -> None:
    codes = {
        int(code) for code in re.findall(r"^\| (\d+) \|", section("README.md", "Exit codes"), re.MULTILINE)
    }
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    used = {kind.exit_code for kind in kinds if issubclass(kind, errors.DeskconsoleError)}
    assert codes == used | {0}


# Links


def anchors(text: str) -> set[str]:
    """Of the headings, as the usual renderers of Markdown name them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


@pytest.mark.parametrize(
    "picture", sorted((ROOT / "docs" / "pictures").iterdir()), ids=lambda path: path.name
)
def test_pictures_are_small_and_load_nothing(picture: Path) -> None:
    assert picture.stat().st_size < (1_500_000 if picture.suffix == ".webp" else 250_000)
    if picture.suffix == ".svg":
        assert not re.search(r"(url\(|href=)[\"']?https?:", picture.read_text(encoding="utf-8"))
