"""Writing to a SQLite file in turn: a queue in front of SQLite's own lock, and the wait for the disk behind it.

Who finds the file locked looks again after 1, 2, 5 … 100 ms: that is all SQLite has, and where a step takes a millisecond nearly all of
that wait is nobody's work. In the queue the operating system wakes who waits as soon as the one before has committed.
What counts is still SQLite's lock: who writes without the queue is waited for as ever.

What is committed is not told as done before it is on the disk, but the next one writes meanwhile. The write-ahead log only grows, so one
wait serves all that was committed before it: nobody's transaction can be on the disk without those that it builds on.
See docs/decisions/the-disk-is-waited-for-behind-the-turn.md.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable
from typing import Any

ENDING = ".writing"  # of the file beside the database at which the writers queue
BEGIN = "BEGIN IMMEDIATE"
CHANGES = ("INSERT", "UPDATE", "DELETE")
_on_disk = getattr(os, "fdatasync", os.fsync)


class QueueingConnection(sqlite3.Connection):
    """A connection that takes its turn before it begins to write, and leaves it when its transaction has ended.

    What changes something outside of a transaction begins one. A `durable` one has a commit return when it is on the disk; SQLite itself
    then only sees to it (`synchronous = NORMAL`) that the file is whole after a power cut.
    """

    durable = False
    _queue: int | None = None  # the descriptor of that file, from the first turn on
    _log: int | None = None  # the descriptor of the write-ahead log, from the first commit on
    _has_turn = False
    _changes = 0  # that are on the disk

    def take_turn(self) -> None:
        """Wait until no other connection that queues is writing."""
        if self._queue is None:
            file = self._file()
            if not file:
                return
            self._queue = os.open(f"{file}{ENDING}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        self._has_turn = True

    def _leave_turn(self) -> None:
        if self._has_turn and self._queue is not None:
            fcntl.flock(self._queue, fcntl.LOCK_UN)
            self._has_turn = False

    def cursor(self, *_: Any) -> sqlite3.Cursor:  # type: ignore[override]
        return super().cursor(_Cursor)

    def commit(self) -> None:
        wrote = self._has_turn or self.total_changes != self._changes
        super().commit()
        self._leave_turn()
        if wrote and self.durable:
            self._wait_for_disk()
            self._changes = self.total_changes

    def _wait_for_disk(self) -> None:
        """The log is there as long as any connection is open, and this one is."""
        if self._log is None:
            self._log = os.open(f"{self._file()}-wal", os.O_RDONLY | os.O_CLOEXEC)
        _on_disk(self._log)

    def _file(self) -> str:
        """Empty for a database in memory, where nobody else writes and nothing stays."""
        name: str = super().execute("PRAGMA database_list").fetchone()[2]
        return name

    def rollback(self) -> None:
        super().rollback()
        self._leave_turn()

    def close(self) -> None:
        super().close()
        for descriptor in (self._queue, self._log):
            if descriptor is not None:
                os.close(descriptor)  # of the queue: which ends the turn, too
        self._queue, self._log, self._has_turn = None, None, False


class _Cursor(sqlite3.Cursor):
    connection: QueueingConnection

    def execute(self, statement: str, values: Any = ()) -> _Cursor:
        self._mind_the_turn(statement)
        return super().execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Any]) -> _Cursor:
        self._mind_the_turn(statement)
        return super().executemany(statement, rows)

    def _mind_the_turn(self, statement: str) -> None:
        if statement == BEGIN:
            self.connection.take_turn()
        elif statement.startswith(CHANGES) and not self.connection.in_transaction:
            self.execute(BEGIN)
