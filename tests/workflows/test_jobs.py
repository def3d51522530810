"""One contract for both queues: deferred with its transaction, done by one, done again when its process dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from workflows import jobs
from workflows.database import create_schema, open_engine
from workflows.jobs import trying

SPAWN = multiprocessing.get_context("spawn")
pytestmark = pytest.mark.slow


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def engine(any_database_url: str) -> Iterator[Engine]:
    engine = open_engine(any_database_url, durable=False)
    create_schema(engine)
    with engine.begin() as connection:
        connection.execute(sql("CREATE TABLE done (what TEXT, by_process INTEGER)"))
    yield engine
    engine.dispose()


def note(engine: Engine, payload: Mapping[str, Any], now: datetime) -> None:
    with engine.begin() as connection:
        connection.execute(sql("INSERT INTO done VALUES (:what, :me)"), {"what": payload["what"], "me": os.getpid()})


def slowly(engine: Engine, payload: Mapping[str, Any], now: datetime) -> None:
    note(engine, {"what": f"begun {payload['what']}"}, now)
    time.sleep(0.5)
    note(engine, payload, now)


def never(engine: Engine, payload: Mapping[str, Any], now: datetime) -> None:
    raise ValueError("the printer burns")


ALL: dict[str, jobs.Work] = {"note": note, "slowly": slowly, "never": never}


def done(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sorted(row.what for row in connection.execute(sql("SELECT what FROM done")))


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def working(engine: Engine) -> Iterator[jobs.Worker]:
    worker = jobs.worker(engine, ALL, clock)
    worker.start()
    yield worker
    worker.stop()


def defer(engine: Engine, what: str, name: str = "note", **how: Any) -> bool:
    with Session(engine) as session, session.begin():
        return jobs.defer(session, name, {"what": what}, now=clock(), **how)


def test_a_job_is_done_with_its_typed_payload(engine: Engine, working: jobs.Worker) -> None:
    assert defer(engine, "letter")
    until(lambda: done(engine) == ["letter"])


def test_a_job_of_a_transaction_that_is_taken_back_is_never_done(engine: Engine, working: jobs.Worker) -> None:
    with Session(engine) as session:
        jobs.defer(session, "note", {"what": "taken back"}, now=clock())
        session.rollback()
    defer(engine, "kept")
    until(lambda: done(engine) == ["kept"])
    time.sleep(1)
    assert done(engine) == ["kept"]


def test_a_job_waits_for_its_time(engine: Engine, working: jobs.Worker) -> None:
    at = clock() + timedelta(seconds=3)
    defer(engine, "later", at=at)
    defer(engine, "now")
    until(lambda: done(engine) == ["now"])
    until(lambda: "later" in done(engine))
    assert at <= clock() < at + timedelta(seconds=4)


def test_a_key_lets_one_wait_and_never_harms_the_transaction(engine: Engine) -> None:
    assert defer(engine, "first", key="k")
    with Session(engine) as session, session.begin():
        assert not jobs.defer(session, "note", {"what": "second"}, now=clock(), key="k")
        assert jobs.defer(session, "note", {"what": "other"}, now=clock(), key="l")
    worker = jobs.worker(engine, ALL, clock)
    worker.start()
    until(lambda: done(engine) == ["first", "other"])
    assert defer(engine, "again", key="k"), "it does not wait any more"
    until(lambda: "again" in done(engine))
    worker.stop()


def test_what_keeps_failing_is_kept_with_its_attempts(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "PAUSES", (timedelta(0), timedelta(0)))
    worker = jobs.worker(engine, ALL, clock)
    worker.start()
    defer(engine, "x", "never")

    def failed() -> list[jobs.FailedJob]:
        with Session(engine) as session:
            return jobs.failed(session)

    until(lambda: len(failed()) == 1)
    worker.stop()
    (found,) = failed()
    assert (found.name, found.attempts) == ("never", 3) and "Error" in found.error
    with Session(engine) as session, session.begin():
        assert jobs.again(session, found.id, now=clock()) and not jobs.again(session, found.id, now=clock())
    assert failed() == []


def _works(url: str, ready: Any) -> None:
    engine = open_engine(url, durable=False)
    jobs.worker(engine, ALL, clock).start()
    ready.set()
    threading.Event().wait()


def test_four_processes_do_each_job_once_and_lose_none_when_one_is_killed(engine: Engine) -> None:
    ready = [SPAWN.Event() for _ in range(4)]
    processes = [SPAWN.Process(target=_works, args=(engine.url.render_as_string(False), e), daemon=True) for e in ready]
    for process in processes:
        process.start()
    try:
        assert all(event.wait(60) for event in ready)
        for n in range(24):
            defer(engine, f"{n:02}", "slowly")
        until(lambda: sum(what.startswith("begun") for what in done(engine)) > 5)
        assert processes[0].pid is not None
        os.kill(processes[0].pid, signal.SIGKILL)
        until(
            lambda: {what for what in done(engine) if not what.startswith("begun")} >= {f"{n:02}" for n in range(24)},
            90,
        )
        finished = [what for what in done(engine) if not what.startswith("begun")]
        assert finished == [f"{n:02}" for n in range(24)], "what was finished is not done again"
    finally:
        for process in processes:
            process.kill()
            process.join()
