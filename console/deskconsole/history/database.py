"""The file of the history: SQLite, one row for each host and day. Several consoles add to it at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.paths import make_private_folder

from .day import SUMS, HostDay, today

if TYPE_CHECKING:
    import sqlite3

VERSION: Final = 1
"""The format of the tables, in the file's `user_version`."""

APPLICATION: Final = 0x64736B63
"""The mark of our files, in `application_id`: `dskc`."""

KEPT_DAYS: Final = 400
"""Days before today that are kept: a month can be compared with the same of last year."""

_BUSY: Final = 5.0
"""Seconds in which another console's writing, a few milliseconds, must be over."""

_TABLES: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS days (
    host TEXT NOT NULL, day TEXT NOT NULL, {", ".join(f"{name} NUMERIC NOT NULL" for name in SUMS)},
    PRIMARY KEY (host, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refreshes (
    host TEXT NOT NULL, day TEXT NOT NULL, cause TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (host, day, cause)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
COMMIT;
"""

_COLUMNS: Final = ("host", "day", *SUMS)

_READ: Final = [f"round({name}, 3)" if name in {"live", "down"} else name for name in SUMS]
"""Sums of parts of seconds have a tail of digits that mean nothing."""

_ADD_DAY: Final = (
    f"INSERT INTO days (host, day, {', '.join(SUMS)}) VALUES (?, ?, {', '.join('?' * len(SUMS))}) "  # noqa: S608
    f"ON CONFLICT DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in SUMS)}"
)

_ADD_REFRESHES: Final = (
    "INSERT INTO refreshes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number"
)


class HistoryDatabase:
    """Adds to the file at `path`, and reads it. It is open only meanwhile: a user may move it away.

    Every method raises ConfigurationError where the file cannot be used, and leaves it as it is then.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, days: Iterable[HostDay]) -> None:
        """Adds figures to those that are there, all or none; deletes days that are too old."""
        oldest = (today() - dt.timedelta(days=KEPT_DAYS)).isoformat()
        with self._open(writing=True) as database:
            database.execute("BEGIN IMMEDIATE")
            for day in days:
                database.execute(_ADD_DAY, (day.host, day.day, *(getattr(day, field) for field in SUMS)))
                for cause, number in day.refreshes.items():
                    database.execute(_ADD_REFRESHES, (day.host, day.day, cause, number))
            for table in ("days", "refreshes"):
                database.execute(f"DELETE FROM {table} WHERE day < ?", (oldest,))  # noqa: S608
            database.execute("COMMIT")

    def read(self, since: dt.date = dt.date.min, hosts: Collection[str] | None = None) -> list[HostDay]:
        """The days from `since` on, of these hosts or of all, by host and day; nothing where no file is."""
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise self._unusable(error) from error
        begin = since.isoformat()
        refreshes: dict[tuple[str, str], dict[str, int]] = {}
        with self._open(writing=False) as database:
            if not _has_tables(database):  # another console is just making it
                return []
            database.execute("BEGIN")  # both tables as of one moment
            for host, day, cause, number in database.execute(
                "SELECT host, day, cause, number FROM refreshes WHERE day >= ? ORDER BY cause", (begin,)
            ):
                refreshes.setdefault((host, day), {})[cause] = number
            rows = database.execute(
                f"SELECT host, day, {', '.join(_READ)} FROM days WHERE day >= ? ORDER BY host, day",  # noqa: S608
                (begin,),
            ).fetchall()
            return [
                msgspec.convert(
                    dict(zip(_COLUMNS, row, strict=True)) | {"refreshes": refreshes.get(row[:2], {})}, HostDay
                )
                for row in rows
                if hosts is None or row[0] in hosts
            ]

    @contextlib.contextmanager
    def _open(self, *, writing: bool) -> Iterator[sqlite3.Connection]:
        try:
            import sqlite3
        except ImportError:
            raise ConfigurationError(
                "this Python has no sqlite3, which the history of statistics is kept with",
                remedy="Install the package of your system that has it.",
            ) from None
        try:
            if self.path.exists() and not self.path.is_file():
                raise ConfigurationError(
                    f"{self.path} cannot be used: it is not a regular file",
                    remedy="Move it away; a new one is begun.",
                )
            if writing:
                self._make_file()
            mode = "rw" if writing else "ro"
            address = f"{self.path.absolute().as_uri()}?mode={mode}"
            with contextlib.closing(
                sqlite3.connect(address, timeout=_BUSY, isolation_level=None, uri=True)
            ) as database:
                self._check(database, writing=writing)
                yield database
        except OSError as error:
            raise self._unusable(error) from error
        except msgspec.ValidationError:
            raise self._damaged() from None
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def _make_file(self) -> None:
        """Makes the file for its owner only, which SQLite would not. Its other files take over that mode."""
        make_private_folder(self.path.parent)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def _check(self, database: sqlite3.Connection, *, writing: bool) -> None:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (application,) = database.execute("PRAGMA application_id").fetchone()
        if version == application == 0 and not _has_tables(database):
            if writing:
                database.execute("PRAGMA journal_mode = WAL")
                database.executescript(_TABLES)
        elif application != APPLICATION:
            raise ConfigurationError(
                f"{self.path} is no history of statistics, but a file of another program",
                remedy="Move it away; a new one is begun.",
            )
        elif version != VERSION:
            raise ConfigurationError(
                f"{self.path} is of another version of deskconsole: format {version}, not {VERSION}",
                remedy="Use that version, or move the file away: a new one is begun.",
            )

    def _unusable(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(
            f"{self.path} cannot be used: {error.strerror}", remedy="Correct its permissions."
        )

    def _damaged(self) -> ConfigurationError:
        return ConfigurationError(
            f"{self.path} is damaged or no history of statistics",
            remedy="Move it away; a new one is begun.",
        )

    def _failure(self, error: sqlite3.Error) -> ConfigurationError:
        match getattr(error, "sqlite_errorname", "").split("_")[1:2]:
            case ["NOTADB"] | ["CORRUPT"] | ["ERROR"] | ["SCHEMA"] | ["MISMATCH"]:
                return self._damaged()
            case ["BUSY"] | ["LOCKED"]:
                return ConfigurationError(
                    f"another program has kept {self.path} locked for {_BUSY:g} s",
                    remedy="End that program.",
                )
            case ["FULL"]:
                return ConfigurationError(
                    f"no room for {self.path}: the disk is full", remedy="Make some room."
                )
            case _:
                return ConfigurationError(
                    f"{self.path} cannot be used: {error}", remedy="Correct its permissions, or move it away."
                )


def _has_tables(database: sqlite3.Connection) -> bool:
    (number,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(number)
