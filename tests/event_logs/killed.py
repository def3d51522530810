"""Work on recorded facts in a process that is killed right before its n-th change or look at a file; for `test_crash`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from event_logs.ledger.sealing import Ledger, seal
from event_logs.warehouse import Warehouse
from event_logs.warehouse.upkeep import Policy, keep_up

NOW = datetime(2026, 6, 1, tzinfo=UTC)
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


def killed_at(number: int, url: str, home: str) -> None:
    """Ends by a signal that nothing can catch, or well where there are fewer than `number` touches of files in `home`."""
    touched = 0

    def touch(event: str, given: tuple[Any, ...]) -> None:
        nonlocal touched
        if event in _TOUCHES and str(given[0]).startswith(home):
            touched += 1
            if touched == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(touch)
    work(create_engine(url), Path(home))
