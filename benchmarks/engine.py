"""How fast the machine is: `python -m benchmarks.engine` prints milliseconds and SQL statements for each step of work.

A case is started and its tasks completed through the verbs, in one transaction each, on SQLite with and without waiting for
the disk. The last lines show that a step costs the same whatever its case has gone through before.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from bpmn.model import Lane
from tests.builders import both, choice, end, form, model, number, procedure, small_office, start, user, xor
from workflows import cases, deployment, tasks
from workflows.database import create_schema, open_engine
from workflows.tables import OPEN_TASK, Task

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
CASES = 200
ROUNDS = 1000


def bench_procedure() -> Any:
    """Five tasks, two of them at once, with a way back."""
    drawn = model(
        start(lane="desk"),
        xor("m", lane="desk"),
        user("accept", form="accept", lane="desk"),
        both("s", lane="desk"),
        user("arrears", lane="desk"),
        user("account", lane="desk"),
        both("j", lane="desk"),
        user("review", four_eyes=("arrears",), posts=("reviewer", "clerk"), lane="desk"),
        user("approve", form="approve", posts=("leader",), lane="desk"),
        xor("d", default="d__end", lane="desk"),
        end(lane="desk"),
        paths=[
            "start > m > accept > s > arrears > j > review > approve > d > end",
            "s > account > j",
            'd > m : approve_outcome = "return"',
        ],
        key="refund",
        lanes=(Lane(id="desk", posts=("clerk",)),),
    )
    forms = {
        "accept": form("accept", choice("accept_outcome", "pass", "reject"), number("amount", min=0)),
        "approve": form("approve", choice("approve_outcome", "pass", "return")),
    }
    return procedure(drawn, posts=["leader", "reviewer", "head"], **forms)


class Watch:
    """Milliseconds by the clock and of the processor (on a busy machine the two differ), and statements, of each kind of step."""

    def __init__(self, engine: Engine) -> None:
        self.statements = 0
        self.taken: dict[str, list[tuple[float, float, int]]] = {}
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, *_: Any) -> None:
        self.statements += 1

    @contextmanager
    def over(self, name: str) -> Iterator[None]:
        self.statements, began, worked = 0, time.perf_counter(), time.process_time()
        yield
        taken = ((time.perf_counter() - began) * 1e3, (time.process_time() - worked) * 1e3, self.statements)
        self.taken.setdefault(name, []).append(taken)

    def report(self, title: str) -> None:
        sys.stdout.write(f"{title}\n")
        for name, taken in self.taken.items():
            clock, processor = (statistics.median(step[at] for step in taken) for at in (0, 1))
            statements = max(step[2] for step in taken)
            line = f"  {name:10} {clock:7.2f} ms, {processor:.2f} ms of the processor, {statements} statements\n"
            sys.stdout.write(line)


ANSWERS: dict[str, dict[str, Any]] = {
    "accept": {"accept_outcome": "pass", "amount": Decimal("1000.50")},
    "approve": {"approve_outcome": "pass"},
}


def furnished(url: str, durable: bool) -> Engine:
    engine = open_engine(url, durable=durable)
    create_schema(engine)
    with Session(engine) as session, session.begin():
        small_office(session, clerks=10)
        deployment.activate(session, deployment.deploy(session, bench_procedure(), now=NOW), now=NOW)
    return engine


def open_task(engine: Engine, case: str) -> tuple[int, str, str] | None:
    with Session(engine) as session:
        row = session.scalars(
            select(Task).where(Task.case == case, Task.state.in_(OPEN_TASK)).order_by(Task.id)
        ).first()
        return (row.id, row.activity, row.officer or "") if row else None


def whole_cases(engine: Engine, watch: Watch, number: int) -> float:
    """Completions a second over `number` whole cases."""
    done, spent = 0, 0.0
    for index in range(number):
        now = NOW + timedelta(minutes=index)
        application = {f"field_{n}": f"value {n}" for n in range(20)} | {"taxpayer_id": f"91{index:06d}"}
        with watch.over("start"), Session(engine) as session, session.begin():
            case = cases.start(session, "refund", application, now=now, office="east").number
        while (piece := open_task(engine, case)) is not None:
            id, activity, officer = piece
            began = time.perf_counter()
            with watch.over(activity), Session(engine) as session, session.begin():
                tasks.complete(session, id, officer, ANSWERS.get(activity, {}), now=now)
            spent += time.perf_counter() - began
            done += 1
    return done / spent


def one_long_case(engine: Engine) -> list[float]:
    """One case that is returned again and again: milliseconds of the processor of its completions, in order."""
    with Session(engine) as session, session.begin():
        case = cases.start(session, "refund", {"taxpayer_id": "91"}, now=NOW, office="east").number
    taken: list[float] = []
    for index in range(ROUNDS):
        piece = open_task(engine, case)
        assert piece is not None
        id, activity, officer = piece
        answers = {"approve_outcome": "return"} if activity == "approve" else ANSWERS.get(activity, {})
        began = time.process_time()
        with Session(engine) as session, session.begin():
            tasks.complete(session, id, officer, answers, now=NOW + timedelta(minutes=index))
        taken.append((time.process_time() - began) * 1e3)
    return taken


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for durable in (False, True):
            engine = furnished(f"sqlite:///{Path(folder) / f'{durable}.sqlite'}", durable)
            watch = Watch(engine)
            speed = whole_cases(engine, watch, CASES if not durable else CASES // 10)
            watch.report(
                f"SQLite, {'waiting' if durable else 'not waiting'} for the disk: {speed:.0f} completions a second"
            )
            engine.dispose()
        engine = furnished(f"sqlite:///{Path(folder) / 'long.sqlite'}", False)
        taken = one_long_case(engine)
        parts = [taken[:50], taken[ROUNDS // 2 : ROUNDS // 2 + 50], taken[-50:]]
        said = ", ".join(f"{statistics.median(part):.2f} ms" for part in parts)
        sys.stdout.write(f"One case of {ROUNDS} completions; of the processor at its begin, middle and end: {said}\n")


if __name__ == "__main__":
    main()
