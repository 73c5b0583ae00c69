"""What happened is still known when the program has ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from deskconsole.session.event_log import EventLog, last_events, read_events
from deskconsole.session.events import HostAdded, SessionEnded, StreamStarted

WRITER = """
import sys
from pathlib import Path
from deskconsole.session.event_log import EventLog
from deskconsole.session.events import StreamStarted
log = EventLog(Path(sys.argv[1]), largest=20_000)
for number in range(200):
    log.record(StreamStarted(host=sys.argv[2], at=float(number)))
log.close(30)
"""


def test_events_are_read_by_host_and_time(tmp_path: Path) -> None:
    path = tmp_path / "data" / "events.jsonl"
    log = EventLog(path)
    written = [StreamStarted(host="a", at=1.0), HostAdded(host="b", at=2.0), SessionEnded(host="a", at=3.0)]
    for event in written:
        log.record(event)
    log.close()
    assert list(read_events(path)) == written
    assert list(read_events(path, hosts=["a"], since=2.5)) == written[2:]
    assert last_events(path, 2) == written[1:]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.record(HostAdded(host="a", at=1.0))
    log.close()
    with path.open("ab") as stream:
        stream.write(b'{"kind":"OfANewerVersion","host":"a","at":2}\n\xff\xfe\n{"kind":"HostAdded","ho')
    assert [event.at for event in read_events(path)] == [1.0]
    assert list(read_events(tmp_path / "none.jsonl")) == []


def test_several_consoles_write_one_log_and_it_does_not_grow_without_end(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    kept = [file for file in tmp_path.iterdir() if file.suffix == ".jsonl"]
    assert sum(file.stat().st_size for file in kept) < 3 * 20_000
    lines = b"".join(file.read_bytes() for file in kept).splitlines()
    assert len(list(read_events(path))) == len(lines) > 200, "no line was cut or mixed with another"
