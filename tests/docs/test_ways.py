"""docs/how-it-works.md: the pictures of the ways are what the code says."""

from __future__ import annotations

import pytest

from support.ways import BLOCKS, DOCUMENT, block


@pytest.mark.parametrize("name", BLOCKS)
def test_block_of_the_document_is_what_the_code_says(name: str) -> None:
    """Where functions of a way have moved, `python -m support.ways` writes the document again."""
    assert block(name) in DOCUMENT.read_text(encoding="utf-8")
