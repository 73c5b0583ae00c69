"""Names as OpenCV's letters can write them."""

from __future__ import annotations

import pytest

from deskconsole.viewer.ascii_text import ascii_text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Žofie Nováková – Büro", "Zofie Novakova - Buro"),
        ("Straße, Øster, ŁÓDŹ", "Strasse, Oster, LODZ"),
        ("Щит й касса", "Shchit i kassa"),
        ("Αθήνα", "Athina"),
        ("会议室 2", "??? 2"),
    ],
)
def test_letters_are_written_without_their_marks(text: str, written: str) -> None:
    assert ascii_text(text) == written
