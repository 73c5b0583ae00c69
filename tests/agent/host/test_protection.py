"""The files of an elevated agent on Windows are closed to the other programs of its user.

No stand-in keeps mandatory labels, so the two calls that read and set one are replaced here.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from deskagent.host.parts import LISTING
from deskagent.host.windows import protection
from deskagent.host.windows.protection import (
    PartFault,
    ProtectionFault,
    protect_folder,
    protect_parts,
    verify_parts,
)

FILES = {
    "python.exe": b"program",
    "Lib/os.py": b"module",
    "Lib/site-packages/numpy/__init__.py": b"numbers",
}


class Labels:
    """Windows' memory of labels: by default it keeps all of them."""

    def __init__(self) -> None:
        self.kept: dict[Path, str] = {}
        self.keeps = True
        self.refuses = False

    def label(self, path: str) -> str:
        if self.refuses:
            raise OSError(0, "Access is denied.", path)
        return self.kept.get(Path(path), "S:")

    def set_label(self, path: str, text: str) -> None:
        assert Path(path).exists()
        if self.keeps:
            self.kept[Path(path)] = text.replace("S:", "S:AI")


@pytest.fixture
def labels(monkeypatch: pytest.MonkeyPatch) -> Labels:
    found = Labels()
    monkeypatch.setattr(protection, "label", found.label)
    monkeypatch.setattr(protection, "set_label", found.set_label)
    return found


def write_listing(folder: Path) -> str:
    """The list of what is there now, and the name that a part with this list has."""
    listed = {
        path.relative_to(folder).as_posix(): [
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        ]
        for path in folder.rglob("*")
        if path.is_file() and path.name != LISTING and path.parent.name != "__pycache__"
    }
    content = json.dumps(listed).encode()
    (folder / LISTING).write_bytes(content)
    return f"runtime-{hashlib.sha256(content).hexdigest()[:12]}"


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """A runtime below our folder, with a file that its Python has compiled."""
    (tmp_path / "run").mkdir()
    making = tmp_path / "making"
    for name, content in FILES.items():
        (making / name).parent.mkdir(parents=True, exist_ok=True)
        (making / name).write_bytes(content)
    part = making.rename(tmp_path / write_listing(making))
    (part / "runtime.json").write_text("{}")
    (part / "Lib" / "__pycache__").mkdir()
    (part / "Lib" / "__pycache__" / "os.cpython-311.pyc").write_bytes(b"anybody's")
    return part


def test_all_that_an_elevated_agent_runs_from_is_closed_to_writers(part: Path, labels: Labels) -> None:
    protect_parts(part.parent, [part.name])
    below = {part, *part.rglob("*")}
    assert set(labels.kept) == {part.parent, part.parent / "run", *below}
    for path in below:
        assert labels.kept[path] == f"S:AI(ML;{'OICI' if path.is_dir() else ''};NW;;;HI)"
    # Other parts of our folder belong to agents of fewer rights: they must be able to write their own.
    assert labels.kept[part.parent] == "S:AI(ML;;NW;;;HI)"


def test_a_compiled_file_that_anybody_could_have_written_goes_and_a_protected_one_stays(
    part: Path, labels: Labels
) -> None:
    compiled = part / "Lib" / "__pycache__" / "os.cpython-311.pyc"
    protect_parts(part.parent, [part.name])
    assert not compiled.exists()
    compiled.write_bytes(b"by the elevated agent")
    labels.kept[compiled] = "S:AI(ML;ID;NW;;;HI)"
    protect_parts(part.parent, [part.name])
    assert compiled.exists()


def test_a_changed_file_is_not_run_and_is_sent_again(part: Path) -> None:
    (part / "Lib" / "os.py").write_bytes(b"evilry")
    with pytest.raises(PartFault, match=part.name):
        verify_parts(part.parent, [part.name])
    assert not (part / LISTING).exists()


def test_a_list_that_was_changed_with_its_files_is_noticed(part: Path) -> None:
    (part / "Lib" / "os.py").write_bytes(b"evilry")
    assert write_listing(part) != part.name
    with pytest.raises(PartFault, match=part.name):
        verify_parts(part.parent, [part.name])


def test_a_module_that_is_in_no_list_is_removed(part: Path) -> None:
    stray = part / "Lib" / "site-packages" / "sitecustomize.py"
    stray.write_bytes(b"evil")
    verify_parts(part.parent, [part.name])
    assert not stray.exists()
    assert (part / "runtime.json").exists()


def test_a_windows_that_keeps_no_label_is_noticed(part: Path, labels: Labels) -> None:
    labels.keeps = False
    with pytest.raises(ProtectionFault, match="did not keep"):
        protect_parts(part.parent, [part.name])
    with pytest.raises(ProtectionFault, match="did not keep"):
        protect_folder(part.parent / "run")


def test_a_windows_that_refuses_is_quoted(part: Path, labels: Labels) -> None:
    labels.refuses = True
    with pytest.raises(ProtectionFault, match=r"^Windows refused: Access is denied$"):
        protect_parts(part.parent, [part.name])


@pytest.mark.parametrize(
    ("found", "enough"),
    [
        ("S:AI(ML;OICI;NWNR;;;HI)", True),
        ("S:(ML;ID;NRNW;;;S-1-16-12288)", True),
        ("S:(ML;;NWNRNX;;;SI)", True),
        ("S:(ML;OICI;NW;;;HI)", False),
        ("S:(ML;OICI;NWNR;;;ME)", False),
        ("S:", False),
        ("", False),
    ],
)
def test_only_a_label_that_closes_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str, enough: bool
) -> None:
    monkeypatch.setattr(protection, "label", lambda _path: found)
    monkeypatch.setattr(protection, "set_label", lambda _path, _text: None)
    if enough:
        protect_folder(tmp_path)
    else:
        with pytest.raises(ProtectionFault):
            protect_folder(tmp_path)
