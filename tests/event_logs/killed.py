"""Work on facts in a process that is killed right before its n-th touch of a file or of the database; for `test_crash`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from event_logs.collecting import Told, keep, queries
from event_logs.ledger.sealing import Ledger, seal
from event_logs.warehouse import Warehouse
from event_logs.warehouse.collected import shelve
from event_logs.warehouse.upkeep import Policy, keep_up

NOW = datetime(2026, 6, 1, tzinfo=UTC)
COLLECTION = "permits"
_TOUCHES = ("open", "os.rename", "os.remove", "os.truncate", "os.mkdir")


def work(engine: Engine, home: Path) -> None:
    """What the clock has done again and again: sealing, the flow into the warehouse, performed work, and order among the files."""
    store = Warehouse(home)
    seal(engine, ledger(home), now=NOW)
    store.take_in(engine)
    store.bring_up("refund", now=NOW)
    keep_up(store.lake, Policy(grace=timedelta(0)), now=NOW)


def ledger(home: Path) -> Ledger:
    return Ledger(home / "ledger", home / "keys" / "seals")


def gather(engine: Engine, home: Path) -> None:
    """Events are pushed, which is acknowledged by a file; a foreign database is asked; what came is laid down as a log."""
    for number in range(3):
        batch = [pushed(number, n) for n in range(4)]
        with Session(engine) as session, session.begin():
            keep(session, COLLECTION, "/counter", batch, now=NOW)
        (home / f"acknowledged-{number}").touch()
    with Session(engine) as session, session.begin():
        queries.collect(session, COLLECTION, now=NOW)
    with Session(engine) as session:
        shelve(session, Warehouse(home), COLLECTION, now=NOW)


def pushed(batch: int, number: int) -> Told:
    return Told(key=f"{batch}.{number}", case_id=f"p{number}", activity="受理", at=NOW + timedelta(minutes=batch))


def take(_: Engine, home: Path) -> None:
    Warehouse(home).import_log(home / "table.csv", "table", now=NOW)


WORK: dict[str, Callable[[Engine, Path], None]] = {one.__name__: one for one in (work, gather, take)}


def killed_at(number: int, what: str, url: str, home: str) -> None:
    """Ends by a signal that nothing can catch, or well where there are fewer than `number` touches."""
    touched = 0

    def touch(*_: Any) -> None:
        nonlocal touched
        touched += 1
        if touched == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def look(name: str, given: Sequence[Any]) -> None:
        if name in _TOUCHES and str(given[0]).startswith(home):
            touch()

    engine = create_engine(url)
    event.listen(engine, "before_cursor_execute", touch)
    event.listen(engine, "commit", touch)
    sys.addaudithook(look)
    WORK[what](engine, Path(home))
