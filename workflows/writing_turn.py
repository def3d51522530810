"""Waiting for the turn to write to a SQLite file: a queue in front of SQLite's own lock.

Who finds the file locked looks again after 1, 2, 5 … 100 ms: that is all SQLite has, and where a step takes a millisecond nearly all of
that wait is nobody's work. In the queue the operating system wakes who waits as soon as the one before has committed.
What counts is still SQLite's lock: who writes without the queue is waited for as ever.
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


class QueueingConnection(sqlite3.Connection):
    """A connection that takes its turn before it begins to write, and leaves it when its transaction has ended.

    What changes something outside of a transaction begins one.
    """

    _queue: int | None = None  # the descriptor of that file, from the first turn on
    _has_turn = False

    def take_turn(self) -> None:
        """Wait until no other connection that queues is writing."""
        if self._queue is None:
            file = super().execute("PRAGMA database_list").fetchone()[2]
            if not file:  # in memory, where nobody else writes
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
        super().commit()
        self._leave_turn()

    def rollback(self) -> None:
        super().rollback()
        self._leave_turn()

    def close(self) -> None:
        super().close()
        if self._queue is not None:
            os.close(self._queue)  # which ends the turn, too
            self._queue, self._has_turn = None, False


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
