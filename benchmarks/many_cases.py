"""100,000 waiting cases: `python -m benchmarks many_cases` prints how late timers fire, how fast inboxes answer, and what memory does.

A bureau of 20 offices and 500 officers. One case of each kind and officer is started and brought to its place by the verbs; the
others are copies of these rows (cases, tasks, timers, subscriptions), made by one INSERT … SELECT for each table: of the copies
there are no events from before. 30 % lie on desks, 5 % in pools, 65 % wait for the taxpayer with a timer each. Then a real
`qiangji work` fires 300 timers that come due within 20 s, while inboxes are asked as pages, signed in, on the same machine.
`QIANGJI_WAITING` sets another number of cases.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine, bindparam, func, insert, inspect, literal, select, text, update
from sqlalchemy.orm import Session

from bpmn.model import ActivityKind, Lane, Trigger
from bpmn.procedure import Procedure
from event_logs.columns import Utc
from mining.prediction.records import CaseForecast
from tests.builders import activity, after, boundary, end, model, procedure, start, user
from tests.postgres import PostgresServer
from webui import accounts
from webui.app import create_app
from webui.database import migrate, open_engine
from webui.settings import Settings, read_settings
from workflows import cases, deployment, staff, tasks
from workflows.database import reading
from workflows.tables import Case, Task, Timer

WAITING = int(os.environ.get("QIANGJI_WAITING", "100000"))
OFFICES, OFFICERS = 20, 25  # of each office
FIRED, WINDOW = 300, 20
ASKED = 400
DESK, POOL, AWAY = 0.30, 0.05, 0.65


def now() -> datetime:
    return datetime.now(UTC)


def waiting() -> Procedure:
    """A task for a clerk, then a wait for the taxpayer that a timer ends."""
    drawn = model(
        start(lane="desk"),
        user("check", lane="desk"),
        activity("papers", ActivityKind.RECEIVE, message="papers", correlation="case_number"),
        boundary("late", "papers", Trigger.TIMER, timer=after('duration("P30D")')),
        end(),
        end("gone"),
        paths=["start > check > papers > end", "late > gone"],
        key="waiting",
        lanes=(Lane(id="desk", posts=("clerk",)),),
    )
    return procedure(drawn, posts=["clerk"])


def furnish(engine: Engine) -> None:
    migrate(engine)
    with Session(engine) as session, session.begin():
        staff.add_office(session, "city", {"zh": "市局", "en": "Bureau"})
        staff.add_post(session, "clerk", {"zh": "岗", "en": "Clerk"}, rights=["work"])
        for office in range(OFFICES):
            staff.add_office(session, f"o{office}", {"zh": f"所{office}", "en": f"Office {office}"}, parent="city")
            for officer in range(OFFICERS):
                code = f"c{office}x{officer}"
                staff.add_officer(session, code, {"zh": code}, office=f"o{office}", posts=["clerk"])
        deployment.activate(session, deployment.deploy(session, waiting(), now=now()), now=now())


def seeds(engine: Engine) -> dict[str, list[str]]:
    """Cases that the verbs brought to their place: one of each kind for each officer."""
    found: dict[str, list[str]] = {"desk": [], "pool": [], "away": []}
    for kind in found:
        for index in range(OFFICES * OFFICERS):
            with Session(engine) as session, session.begin():
                data = {"taxpayer_id": f"91{index:06}", "taxpayer_name": f"示例{index}", "amount": index}
                case = cases.start(session, "waiting", data, now=now(), office=f"o{index % OFFICES}")
                task = session.scalars(select(Task).where(Task.case == case.number)).one()
                if kind == "pool":
                    tasks.release(session, task, task.officer or "", now=now())
                if kind == "away":
                    tasks.complete(session, task, task.officer or "", {}, now=now())
                found[kind].append(case.number)
    return found


COPIED = {"cases": "number", "tasks": "case", "timers": "case", "subscriptions": "case"}
NAMED = ("data", "execution", "correlation", "title")  # hold the number of their case as text


def copy(engine: Engine, numbers: list[str], total: int) -> None:
    """`total` more cases, as copies of those rows under new numbers."""
    times = -(-total // len(numbers))
    with engine.begin() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE chosen (number TEXT PRIMARY KEY)"))
        connection.execute(text("INSERT INTO chosen VALUES (:number)"), [{"number": number} for number in numbers])
        for table, key in COPIED.items():
            columns = [column["name"] for column in inspect(connection).get_columns(table) if column["name"] != "id"]
            names = ", ".join(f'"{column}"' for column in columns)
            connection.execute(
                text(
                    f"INSERT INTO {table} ({names}) "
                    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :times) "
                    f"SELECT {', '.join(_copied(column, key) for column in columns)} "
                    f'FROM {table} t JOIN chosen c ON c.number = t."{key}" CROSS JOIN s'
                ),
                {"times": times},
            )
        connection.execute(text("DROP TABLE chosen"))


def _copied(column: str, key: str) -> str:
    new = f"""t."{key}" || '-' || s.n"""
    if column == key:
        return new
    return f'replace(t."{column}", t."{key}", {new})' if column in NAMED else f't."{column}"'


TIMER = update(Timer.__table__).where(Timer.__table__.c.id == bindparam("timer")).values(due_at=bindparam("due"))


def spread(engine: Engine, begins: datetime) -> dict[str, datetime]:
    """300 timers come due one after the other in the window, all others within three months; gives the cases of those."""
    chance = random.Random(1)
    with engine.begin() as connection:
        rows = list(connection.execute(select(Timer.id, Timer.case)))
        chance.shuffle(rows)
        soon = {row.case: begins + timedelta(seconds=WINDOW * n / FIRED) for n, row in enumerate(rows[:FIRED])}
        later = [begins + timedelta(days=1, seconds=chance.uniform(0, 90 * 86400)) for _ in rows[FIRED:]]
        connection.execute(
            TIMER, [{"timer": r.id, "due": due} for r, due in zip(rows, [*soon.values(), *later], strict=True)]
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))
    return soon


# measuring


def foretell(engine: Engine, at: datetime) -> None:
    """A forecast of every case, as the worker files it: the inbox shows expected end and risk."""
    told = {
        "case": Case.number,
        "procedure": Case.procedure,
        "model": literal(1),
        "activity": literal("check"),
        "step": literal(1),
        "risk": literal(0.4),
        "following": literal("[]"),
        "current": literal(True),
        **{name: literal(at, Utc) for name in ("made_at", "median_at", "low_at", "high_at")},
    }
    with engine.begin() as connection:
        connection.execute(insert(CaseForecast.__table__).from_select(list(told), select(*told.values())))


def memory(pid: int) -> float:
    """Resident megabytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@contextmanager
def working(settings: Settings) -> Iterator[int]:
    """A real `qiangji work` on that database."""
    surroundings = {**os.environ, "QIANGJI_HOME": str(settings.home), "QIANGJI_DATABASE_URL": settings.database_url}
    process = subprocess.Popen([sys.executable, "-m", "webui.cli", "work"], env=surroundings, stderr=subprocess.PIPE)
    assert process.stderr is not None
    process.stderr.readline()  # it says when it runs
    yield process.pid
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def browsers(engine: Engine, settings: Settings) -> list[FlaskClient]:
    """Thirty officers who have signed in."""
    hashed = accounts.hashed("plainly-invented")
    codes = [f"c{index % OFFICES}x{index % OFFICERS}" for index in range(30)]
    with Session(engine) as session, session.begin():
        session.add_all(accounts.Account(officer=c, password_hash=hashed, changed_at=now()) for c in codes)
    app = create_app(settings, engine=engine)
    app.config["WTF_CSRF_ENABLED"] = False
    found = [app.test_client() for _ in codes]
    for client, code in zip(found, codes, strict=True):
        assert client.post("/sign-in", data={"code": code, "password": "plainly-invented"}).status_code == 302
    return found


Asked = tuple[float, float]  # milliseconds by the clock, and of the processor: on a busy machine the two differ


def asked(clients: list[FlaskClient], times: int) -> list[Asked]:
    """Inbox pages, one after the other."""
    taken = []
    for index in range(times):
        client = clients[index % len(clients)]
        began, worked = time.perf_counter(), time.process_time()
        assert client.get("/inbox").status_code == 200
        taken.append(((time.perf_counter() - began) * 1e3, (time.process_time() - worked) * 1e3))
    return taken


def pages(name: str, taken: list[Asked]) -> None:
    said(f"{name}, {len(taken)} times", [clock for clock, _ in taken], "ms")
    said("  of the processor", [processor for _, processor in taken], "ms")


def lateness(engine: Engine, soon: dict[str, datetime], clients: list[FlaskClient]) -> tuple[list[float], list[Asked]]:
    """Seconds from a timer's time to when its case is seen to be closed; and inboxes asked meanwhile."""
    left = dict(soon)
    late: list[float] = []
    meanwhile: list[Asked] = []
    closed = select(Case.number).where(Case.number.in_(bindparam("left", expanding=True)), Case.closed_at.is_not(None))
    until = time.monotonic() + WINDOW + 60
    while left and time.monotonic() < until:
        with Session(reading(engine)) as session:
            gone = list(session.scalars(closed, {"left": list(left)}))
        seen = now()
        late += [(seen - left.pop(number)).total_seconds() for number in gone]
        meanwhile += asked(clients, 1)
    assert not left, f"{len(left)} timers did not fire"
    return late, meanwhile


def said(name: str, taken: list[float], unit: str) -> None:
    taken = sorted(taken)
    at = statistics.quantiles(taken, n=100)
    sys.stdout.write(f"  {name:46} p50 {at[49]:7.2f}  p99 {at[98]:7.2f}  most {taken[-1]:7.2f} {unit}\n")


def measure(title: str, home: Path, url: str) -> None:
    settings = read_settings({"QIANGJI_HOME": str(home), "QIANGJI_DATABASE_URL": url})
    engine = open_engine(settings)
    furnish(engine)
    began = time.perf_counter()
    for kind, numbers in seeds(engine).items():
        copy(engine, numbers, int(WAITING * {"desk": DESK, "pool": POOL, "away": AWAY}[kind]))
    foretell(engine, now())
    with Session(engine) as session:
        total = session.scalar(select(func.count()).select_from(Case))
    sys.stdout.write(f"{title}: {total:,} waiting cases (made in {time.perf_counter() - began:.0f} s)\n")
    clients = browsers(engine, settings)
    asked(clients, 2 * len(clients))
    before = memory(os.getpid())
    pages("inbox as a page", asked(clients, ASKED))
    with working(settings) as pid:
        soon = spread(engine, now() + timedelta(seconds=8))
        time.sleep(3)
        resting = memory(pid)
        late, meanwhile = lateness(engine, soon, clients)
        said(f"lateness of {len(late)} timers", late, "s")
        pages("inbox meanwhile", meanwhile)
        sys.stdout.write(
            f"  memory of `qiangji work`: {resting:.0f} MB before, {memory(pid):.0f} MB after {len(late)} timers\n"
        )
    sys.stdout.write(f"  memory of the pages: {before:.0f} MB before, {memory(os.getpid()):.0f} MB after\n")
    engine.dispose()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", Path(folder) / "s", f"sqlite:///{Path(folder) / 's' / 'many.sqlite'}")
        server = PostgresServer.create().start()
        try:
            measure("PostgreSQL", Path(folder) / "p", server.url())
        finally:
            server.stop()


if __name__ == "__main__":
    main()
