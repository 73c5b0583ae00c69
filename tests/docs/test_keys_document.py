"""docs/keys.md names the keys that there are."""

from __future__ import annotations

from support.key_tables import DOCUMENT, document


def test_the_document_of_the_keys_is_what_the_bindings_say() -> None:
    """Run `python -m support.key_tables` when a key has changed: it writes the document again."""
    assert DOCUMENT.read_text(encoding="utf-8") == document()
