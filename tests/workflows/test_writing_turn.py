"""Writers of one SQLite file take turns: nobody is forgotten, whatever becomes of the one before."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from event_logs.prepared import Filled
from workflows import writing_turn
from workflows.database import open_engine, reading, reading_first

WRITER = """
import sys, sqlalchemy as sa
from workflows import writing_turn
from workflows.database import open_engine
engine = open_engine(sys.argv[1])
print("ready", flush=True)
{work}
"""
COUNT_UP = """
for _ in range(50):
    with engine.begin() as connection:
        seen = connection.scalar(sa.text("select n from counted"))
        connection.execute(sa.text("update counted set n = :n"), {"n": seen + 1})
"""
HOLD = """
with engine.begin() as connection:
    connection.execute(sa.text("update counted set n = 1000"))
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "counted.sqlite"


@pytest.fixture
def engine(file: Path) -> Engine:
    engine = open_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(sa.text("create table counted (n integer)"))
        connection.execute(sa.text("insert into counted values (0)"))
    return engine


def counted(engine: Engine) -> int:
    with reading(engine).connect() as connection:
        return int(connection.scalar(sa.text("select n from counted")))


def started(file: Path, work: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER.format(work=work), f"sqlite:///{file}"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


@pytest.mark.slow
def test_four_processes_count_together_without_losing_one(engine: Engine, file: Path) -> None:
    for process in [started(file, COUNT_UP) for _ in range(4)]:
        assert process.wait(timeout=60) == 0
    assert counted(engine) == 200


def test_who_is_killed_while_writing_leaves_the_turn_and_nothing_else(engine: Engine, file: Path) -> None:
    process = started(file, HOLD)
    assert process.stdout is not None and process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    count_up(engine)
    assert counted(engine) == 1


@pytest.mark.parametrize("ending", ["commit", "rollback", "close"])
def test_whichever_way_a_transaction_ends_the_next_one_begins(engine: Engine, ending: str) -> None:
    first = engine.connect()
    first.execute(sa.text("update counted set n = 10"))
    waiting = in_a_thread(lambda: count_up(engine))
    waiting.join(0.2)
    assert waiting.is_alive()
    getattr(first, ending)()
    waiting.join(30)
    first.close()
    assert counted(engine) == (11 if ending == "commit" else 1)


def test_what_changes_something_outside_of_a_transaction_waits_for_its_turn(engine: Engine) -> None:
    with engine.begin() as holding, reading_first(engine).connect() as thinking:
        assert thinking.scalar(sa.text("select n from counted")) == 0
        waiting = in_a_thread(lambda: count_up(thinking.engine))
        holding.execute(sa.text("update counted set n = 20"))
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(30)
    assert counted(engine) == 21


def test_who_writes_without_the_queue_is_waited_for(engine: Engine, file: Path) -> None:
    stranger = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    stranger.execute("begin immediate")
    stranger.execute("update counted set n = 30")
    waiting = in_a_thread(lambda: count_up(engine))
    waiting.join(0.2)
    assert waiting.is_alive()
    stranger.execute("commit")
    waiting.join(30)
    stranger.close()
    assert counted(engine) == 31


def test_a_commit_returns_when_it_is_on_the_disk_and_the_next_one_writes_meanwhile(
    engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, waited = open_engine(f"sqlite:///{file}"), []

    def on_disk(log: int) -> None:
        assert os.fstat(log).st_ino == os.stat(f"{file}-wal").st_ino
        waited.append(counted(engine))
        if len(waited) == 1:
            count_up(other)

    monkeypatch.setattr(writing_turn, "_on_disk", on_disk)
    count_up(engine)
    assert (waited, counted(engine)) == ([1, 2], 2), "both waited; the second wrote while the first one did"
    counted(engine)
    assert len(waited) == 2, "nothing was changed"
    hasty = open_engine(f"sqlite:///{file}", durable=False)
    count_up(hasty)
    assert (len(waited), counted(engine)) == (2, 3)


def test_a_disk_that_fails_is_not_taken_for_done(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_log: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="Input/output error"):
        broken.setattr(writing_turn, "_on_disk", fails)
        count_up(engine)
    count_up(engine)
    assert counted(engine) == 2


def count_up(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("update counted set n = n + 1"))


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_what_is_filled_in_before_takes_its_turn_as_well(engine: Engine) -> None:
    with reading_first(engine).connect() as connection:
        Filled("UPDATE counted SET n = 7", ()).send(connection)
        assert connection.connection.dbapi_connection._has_turn  # type: ignore[union-attr]
        connection.rollback()
    assert counted(engine) == 0
