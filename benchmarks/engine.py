"""What a step of work costs, as ratios: `python -m benchmarks.engine [quick]` on SQLite and on a real PostgreSQL.

A step is the completion of one person's task through the verbs: state, history, desk, deadline, outbox and events in one
transaction. It is held against the same step of SpiffWorkflow alone in memory, against bare transactions of as many
statements on the same database, and against itself at the begin of a long case. Statements are counted without BEGIN and COMMIT.

The bare transactions have as many statements and bytes as a step of the refund has on the average (6.7, and 1.6 kB), in the same
four processes, through the same engine with the same settings, on the same database beside the product's tables. They are
lighter than a step in that their table has one index where those of a step have twenty, and in that a step adds four or five events
with its one INSERT. A step's look at its desk is shared by twenty cases. They are heavier in that they go through SQLAlchemy's
Core, statement by statement, as a program would write them, where a step hands the driver what was filled in before
(`event_logs.prepared`). `where_time_goes` tells what a completion takes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from bpmn.model import Activity, Lane, MultiInstance, ProcessModel, Trigger
from bpmn.writing import write_bpmn
from tests.builders import (
    after,
    both,
    boundary,
    choice,
    end,
    form,
    model,
    number,
    procedure,
    script,
    service,
    small_office,
    start,
    user,
    xor,
)
from tests.postgres import PostgresServer
from workflows import cases, deployment, tasks
from workflows.automation import SERVICE_TASKS, Letter, Outcome
from workflows.database import create_schema, open_engine, reading, reading_first
from workflows.tables import OPEN_TASK, Case, Task

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
QUICK = "quick" in sys.argv[1:]
CASES = 30 if QUICK else 150
TURNS = 500 if QUICK else 10_000
ITEMS = 60 if QUICK else 300
SECONDS = 2 if QUICK else 6
WORKERS = 4
AT_A_LOOK = 20  # cases whose open tasks a worker looks for at once
APPLICATION = {f"field_{n}": f"value {n}" for n in range(20)}
DESK = (Lane(id="desk", posts=("clerk",)),)
LATE = after('duration("P5D")')


def refund(condition: str = 'approve_outcome = "return"', letter: Activity | None = None) -> ProcessModel:
    """Five tasks, two of them at once, each with a deadline, a letter on the way, and a way back."""
    names = ("accept", "arrears", "account", "review", "approve")
    posts = {"review": ("reviewer", "clerk"), "approve": ("leader",)}
    eyes = {"review": ("arrears",)}
    forms = {"accept": "accept", "approve": "approve"}
    work = [user(n, lane="desk", posts=posts.get(n, ()), four_eyes=eyes.get(n, ()), form=forms.get(n)) for n in names]
    late = [boundary(f"late_{n}", n, Trigger.TIMER, timer=LATE, interrupting=False) for n in names]
    return model(
        start(lane="desk"), xor("m", lane="desk"), both("s", lane="desk"), both("j", lane="desk"), *work, *late,
        letter or service("letter", "bench.letter"), xor("d", default="d__end", lane="desk"), end(lane="desk"), end("noted"),
        paths=[
            "start > m > accept > s > arrears > j > review > letter > approve > d > end",
            "s > account > j",
            f"d > m : {condition}",
            *(f"late_{n} > noted" for n in names),
        ],
        key="refund", lanes=DESK,
    )  # fmt: skip


def write_letter(inputs: Any, *, now: datetime) -> Outcome:
    return Outcome({}, letters=(Letter(channel="mail", name="decision", recipient="91", payload={"amount": 1}),))


def round_and_round() -> ProcessModel:
    """A task and its check by other eyes, again and again."""
    return model(
        start(), xor("m"), user("work", lane="desk"), user("check", lane="desk", four_eyes=("work",)),
        xor("d", default="d__end"), end(), paths=["start > m > work > check > d > end", "d > m : again = true"],
        key="rounds", lanes=DESK,
    )  # fmt: skip


def many(*, sequential: bool) -> ProcessModel:
    each = MultiInstance(sequential=sequential, collection="items", element="item")
    key = "in_turn" if sequential else "at_once"
    look = user("look", lane="desk", multi_instance=each)
    return model(start(), look, end(), paths=["start > look > end"], key=key, lanes=DESK)


FORMS = {
    "accept": form("accept", choice("accept_outcome", "pass", "reject"), number("amount", min=0)),
    "approve": form("approve", choice("approve_outcome", "pass", "return")),
}
ANSWERS: dict[str, dict[str, Any]] = {
    "accept": {"accept_outcome": "pass", "amount": Decimal("1000.50")},
    "approve": {"approve_outcome": "pass"},
}


def furnished(url: str, *, durable: bool) -> Engine:
    """A database with a small office and the procedures of these measurements."""
    SERVICE_TASKS.setdefault("bench.letter", write_letter)
    engine = open_engine(url, durable=durable)
    create_schema(engine)
    with Session(engine) as session, session.begin():
        small_office(session, clerks=10)
        for drawn in (refund(), round_and_round(), many(sequential=True), many(sequential=False)):
            forms = FORMS if drawn.key == "refund" else {}
            made = procedure(drawn, posts=["leader", "reviewer", "head"], **forms)
            deployment.activate(session, deployment.deploy(session, made, now=NOW), now=NOW)
    return engine


# --- the product's steps


class Watch:
    """Milliseconds by the clock and of the processor, and statements, of each kind of step."""

    def __init__(self, engine: Engine) -> None:
        self.statements = 0
        self.taken: dict[str, list[tuple[float, float, int]]] = {}
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements += not statement.startswith("BEGIN")

    @contextmanager
    def over(self, name: str) -> Iterator[None]:
        self.statements, began, worked = 0, time.perf_counter(), time.process_time()
        yield
        taken = ((time.perf_counter() - began) * 1e3, (time.process_time() - worked) * 1e3, self.statements)
        self.taken.setdefault(name, []).append(taken)

    def median(self, name: str, of: int = 0) -> float:
        return statistics.median(step[of] for step in self.taken[name])

    def most_statements(self, name: str) -> int:
        return max(step[2] for step in self.taken[name])


def begun(engine: Engine, key: str, at: datetime, **more: Any) -> str:
    with Session(engine) as session, session.begin():
        return cases.start(session, key, {**APPLICATION, "taxpayer_id": "91", **more}, now=at, office="east").number


def open_tasks(engine: Engine, *case: str) -> list[tuple[int, str, str]]:
    with Session(reading(engine)) as session:
        rows = session.execute(
            select(Task.id, Task.activity, Task.officer)
            .where(Task.case.in_(case), Task.state.in_(OPEN_TASK))
            .order_by(Task.id)
        )
        return [(id, activity, officer or "c1") for id, activity, officer in rows]


def complete(engine: Engine, id: int, officer: str, answers: dict[str, Any], at: datetime) -> None:
    with Session(reading_first(engine), expire_on_commit=False) as session, session.begin():
        tasks.complete(session, id, officer, answers, now=at)


def whole_case(engine: Engine, watch: Watch, at: datetime) -> None:
    case = begun(engine, "refund", at)
    while found := open_tasks(engine, case):
        id, activity, officer = found[0]
        with watch.over(activity):
            complete(engine, id, officer, ANSWERS.get(activity, {}), at)


# --- the library's steps


def library_case() -> Callable[[], list[tuple[str, float]]]:
    """The same case in SpiffWorkflow alone, in memory, nothing stored, no people: milliseconds of each completion."""
    parser = BpmnParser()
    drawn = write_bpmn(refund("approve_outcome == 'return'", script("letter", sent="1")))
    parser.add_bpmn_str(drawn.replace(b">P5D<", b">'P5D'<"))  # it reads times as expressions of Python
    spec, inside = parser.get_spec("refund"), parser.get_subprocess_specs("refund")

    def played() -> list[tuple[str, float]]:
        workflow, taken = BpmnWorkflow(spec, inside), []
        workflow.task_tree.data.update(APPLICATION)
        workflow.do_engine_steps()
        while found := list(workflow.get_tasks(state=TaskState.READY, manual=True)):
            began = time.perf_counter()
            found[0].set_data(**ANSWERS.get(found[0].task_spec.name, {}))
            found[0].run()
            workflow.do_engine_steps()
            taken.append((found[0].task_spec.name, (time.perf_counter() - began) * 1e3))
        return taken

    return played


def against_the_library(title: str, url: str, limit: float) -> None:
    """One case here, one there, and so on, so that whatever else the machine does meets both."""
    engine, played = furnished(url, durable=False), library_case()
    watch, bare = Watch(engine), {}  # type: tuple[Watch, dict[str, list[float]]]
    for index in range(CASES):
        whole_case(engine, watch, NOW + timedelta(minutes=index))
        for name, taken in played():
            bare.setdefault(name, []).append(taken)
    medians = {name: statistics.median(times) for name, times in bare.items()}
    for name, alone in medians.items():
        clock, processor = watch.median(name), watch.median(name, 1)
        said = f"{clock:.2f} ms ({processor:.2f} of this process) against {alone:.2f}: {clock / alone:.1f}x"
        say(f"  {name:8} {said}, {watch.most_statements(name)} statements")
    ours, theirs = sum(watch.median(name) for name in medians), sum(medians.values())
    least = sum(min(step[0] for step in watch.taken[name]) for name in medians) / sum(min(t) for t in bare.values())
    say(f"{title}, not waiting for the disk: {ours / theirs:.1f}x the library in memory (at most {limit:.0f}x wanted)")
    say(f"{title}: {least:.1f}x by the fastest of each, which other work on the machine disturbs least")
    say(f"{title}: at most {max(map(watch.most_statements, medians))} statements for a step (8 wanted)")
    engine.dispose()


# --- throughput of four workers


def durable_throughput(title: str, url: str) -> None:
    """Completions a second of four processes with every commit on the disk, against bare transactions there."""
    engine = furnished(url, durable=True)
    wanted = 2_000 * SECONDS  # more than any machine measured did: nobody runs out of cases
    for index in range(wanted // 5):
        begun(engine, "refund", NOW + timedelta(minutes=index))
    BARE.create(engine)  # here, since four processes that find no table would all make it
    looked_through(engine)
    engine.dispose()
    bare = rate(url, "bare")
    ours = rate(url, "steps")
    said = f"{ours:.0f} completions a second, {bare:.0f} bare transactions: {ours / bare:.2f} of them (0.5 wanted)"
    say(f"{title}, every commit on the disk, {WORKERS} processes: {said}")


def looked_through(engine: Engine) -> None:
    """On PostgreSQL what autovacuum does within a minute of so many new rows: without it nobody knows what is in the tables."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def rate(url: str, kind: str) -> float:
    command = [sys.executable, "-m", "benchmarks.engine", "worker", kind, url]
    workers = [
        subprocess.Popen(
            [*command, str(number), *(["quick"] if QUICK else [])],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        )
        for number in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout is not None and worker.stdout.readline().strip() == "ready"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return sum(float(worker.communicate()[0]) for worker in workers) / SECONDS


def worker(kind: str, url: str, number: int) -> None:
    """One of the processes: says "ready", waits for its start, works for some seconds, says how much it did."""
    SERVICE_TASKS.setdefault("bench.letter", write_letter)
    engine = open_engine(url, durable=True)
    step = bare_transaction(engine, number) if kind == "bare" else completion(engine, number)
    step()
    say("ready")
    sys.stdin.readline()
    done, until = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        step()
        done += 1
    say(str(done))


def completion(engine: Engine, number: int) -> Callable[[], None]:
    """The next open task of the cases that are this worker's; a look at the desk finds the work of many completions."""
    with Session(engine) as session:
        numbers = sorted(session.scalars(select(Case.number).where(Case.procedure == "refund")))[number::WORKERS]
    waiting = [numbers[at : at + AT_A_LOOK] for at in range(0, len(numbers), AT_A_LOOK)]
    work: list[tuple[int, str, str]] = []

    def step() -> None:
        while not work:
            work.extend(open_tasks(engine, *waiting[0]))
            if not work:
                del waiting[0]
        id, activity, officer = work.pop()
        complete(engine, id, officer, ANSWERS.get(activity, {}), NOW + timedelta(days=1))

    return step


BARE = sa.Table(
    "bare", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("owner", sa.Integer, index=True),
    sa.Column("content", sa.Text),
)  # fmt: skip


def bare_transaction(engine: Engine, number: int) -> Callable[[], None]:
    """As many statements as a step has: two read, two change, three add a row, with as many bytes as a step writes."""
    with engine.begin() as connection:
        BARE.create(connection, checkfirst=True)
        id = connection.execute(BARE.insert(), {"owner": number, "content": ""}).inserted_primary_key[0]  # type: ignore[index]
    content = "x" * 330
    read, change, add = BARE.select().where(BARE.c.id == id), BARE.update().where(BARE.c.id == id), BARE.insert()

    def step() -> None:
        with engine.begin() as connection:
            for _ in range(2):
                connection.execute(read).first()
            for _ in range(2):
                connection.execute(change, {"content": content})
            for _ in range(3):
                connection.execute(add, {"owner": number, "content": content})

    return step


# --- long cases


def long_case(url: str) -> None:
    engine = furnished(url, durable=False)
    case, taken = begun(engine, "rounds", NOW), []
    for index in range(TURNS):
        began = time.process_time()
        for _ in range(2):
            id, activity, officer = open_tasks(engine, case)[0]
            answers = {"again": True} if activity == "check" else {}
            complete(engine, id, officer, answers, NOW + timedelta(seconds=index))
        taken.append((time.process_time() - began) * 1e3)
    with Session(engine) as session:
        stored = len(session.get_one(Case, case).execution)
    early, late = statistics.median(taken[5:105]), statistics.median(taken[-100:])
    said = f"{late:.2f} ms of the processor against {early:.2f}: {late / early:.2f}x (1.2x wanted)"
    say(f"Turn {TURNS:,} of a loop: {said}, {stored:,} bytes of state stored (under 10,000 wanted)")
    engine.dispose()


def long_list(url: str, key: str) -> None:
    engine = furnished(url, durable=False)
    case, taken = begun(engine, key, NOW, items=[f"invoice {n}" for n in range(ITEMS)]), []
    for index in range(ITEMS):
        id, _, officer = open_tasks(engine, case)[0]
        began = time.process_time()
        complete(engine, id, officer, {"checked": index}, NOW + timedelta(seconds=index))
        taken.append((time.process_time() - began) * 1e3)
    early, late = statistics.median(taken[1:8]), statistics.median(taken[-8:-1])
    said = f"{late:.2f} ms of the processor against {early:.2f}: {late / early:.2f}x (2x wanted)"
    say(f"Item {ITEMS} of instances {key.replace('_', ' ')}, against item 3: {said}")
    engine.dispose()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = f"sqlite:///{Path(folder)}"
        against_the_library("SQLite", f"{file}/steps.sqlite", 5)
        durable_throughput("SQLite", f"{file}/durable.sqlite")
        long_case(f"{file}/long.sqlite")
        for key in ("in_turn", "at_once"):
            long_list(f"{file}/{key}.sqlite", key)
    with on_postgresql() as make:
        against_the_library("PostgreSQL", make("steps"), 8)
        durable_throughput("PostgreSQL", make("durable"))


@contextmanager
def on_postgresql() -> Iterator[Callable[[str], str]]:
    """A server of its own that waits for the disk; gives the URL of a new database."""
    server = PostgresServer.create()
    with (server.root / "data" / "postgresql.conf").open("a") as settings:
        settings.write("fsync = on\nfull_page_writes = on\n")
    server.start()
    administration = sa.create_engine(server.url(), isolation_level="AUTOCOMMIT")

    def make(name: str) -> str:
        with administration.connect() as connection:
            connection.execute(sa.text(f"create database {name}"))
        return server.url(name)

    try:
        yield make
    finally:
        administration.dispose()
        server.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
