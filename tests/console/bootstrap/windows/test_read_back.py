"""Files are read back while the next ones are written."""

from __future__ import annotations

import hashlib
from pathlib import Path

from deskconsole.bootstrap.remote.windows.read_back import ReadBack


def test_only_files_with_the_content_that_was_sent_are_right(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"whole").hexdigest()
    (tmp_path / "whole").write_bytes(b"whole")
    (tmp_path / "changed").write_bytes(b"wh0le")
    with ReadBack(tmp_path) as read_back:
        for name in ("changed", "taken away", "whole"):
            read_back.add(name, digest)
        assert read_back.finish(lambda: None) == {"whole"}


def test_an_unpacking_that_ends_early_leaves_no_file_open(tmp_path: Path) -> None:
    with ReadBack(tmp_path) as read_back:
        for number in range(1000):
            read_back.add(str(number), "")
    assert not read_back._thread.is_alive()
