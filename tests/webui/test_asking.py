"""Heavy work is asked for by pages and done by jobs: nothing of mining is computed where pages are served."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import ibis
import pytest
import sqlalchemy as sa
from flask import Flask

from event_logs.warehouse import Warehouse
from mining.reports import kept as reports
from mining.reports.kept import ReportKind, ReportName
from tests.webui.conftest import MONDAY, Hands, SignIn, made
from webui import asking, making, renewing
from webui.apart import apart
from webui.asking import Asked, State
from webui.database import migrate, reading_sessions, transaction
from webui.errors import DiedApart, WorkFailed
from webui.findings import TABS
from webui.settings import Settings, read_settings
from workflows import jobs
from workflows.database import open_engine

REFUNDS = "vat_credit_refund"
PAIR = "before=started(,2026-03-02T04:00Z)&after=started(2026-03-02T04:00Z,)"
FRESH = "filter=event(activity,in,accept)"


def asked(engine: sa.Engine) -> dict[tuple[str, str], str]:
    """What was asked for, and how it stands."""
    with reading_sessions(engine)() as session:
        return {(row.kind, row.of): row.state for row in session.scalars(sa.select(Asked))}


@pytest.fixture
def nothing_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No expression over a log is executed, no snapshot taken, no report made: a page that needs one fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("A page computes.")

    for name in ("execute", "to_pyarrow", "to_pyarrow_batches"):
        monkeypatch.setattr(ibis.expr.types.Expr, name, refuse)
    monkeypatch.setattr(Warehouse, "take_snapshot", refuse)
    monkeypatch.setattr(renewing, "renew", refuse)


PAGES = {  # of every page below /analysis, what to ask of it; None: it has nothing of a log
    "analysis.show": "/analysis",
    "analysis.procedure": f"/analysis/{REFUNDS}",
    "causes.choice_dmn": f"/analysis/choice.dmn?of={REFUNDS}&gateway=none",
    "flow.flow_svg": f"/analysis/flow.svg?of={REFUNDS}&paths=60",
    "change.choose": f"/analysis/change?of={REFUNDS}&before_office=east&after_office=west",
    "change.picture": f"/analysis/change.svg?of={REFUNDS}",
    "asked.progress": f"/analysis/progress?of={REFUNDS}",
    "filters.add": f"/analysis/filter?of={REFUNDS}&measure=lead&least=0.1",
    "discovery.picture": f"/analysis/discovered.svg?of={REFUNDS}&miner=inductive",
    "discovery.file": f"/analysis/discovered.bpmn?of={REFUNDS}&miner=inductive",
    "objects.show": f"/analysis/objects?of={REFUNDS}",
    "objects.picture": f"/analysis/objects.svg?of={REFUNDS}",
    "objects.one": "/analysis/objects/story?object=91310000DEMO000001",
    "analysis.log": "/analysis/logs/none",
    "collections.show": None,
    "import_log.show": None,
    "import_log.mapping": None,
    "import_log.progress": None,
}


def test_every_page_of_mining_is_held_to_it(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/analysis")]
    assert {rule.endpoint for rule in rules if "GET" in (rule.methods or ())} == set(PAGES)


def test_no_page_computes_what_is_not_there_yet(
    app: Flask, signed_in: SignIn, worked: None, engine: sa.Engine, nothing_computed: None
) -> None:
    manager = signed_in("manager")
    tabs = [f"/analysis/{REFUNDS}?tab={tab}&{FRESH}" for tab in TABS]
    for address in (*filter(None, PAGES.values()), *tabs):
        assert manager.get(address).status_code < 500, address
    assert set(asked(engine)) == {
        ("diagnosis", REFUNDS),
        ("diagnosis", f"{REFUNDS}?event(activity,in,accept)"),
        ("objects", REFUNDS),
    }


def test_no_page_computes_what_is_kept(
    app: Flask, signed_in: SignIn, worked: None, engine: sa.Engine, request: pytest.FixtureRequest
) -> None:
    manager = signed_in("manager")
    manager.get(f"/analysis/{REFUNDS}")
    manager.get(f"/analysis/objects?of={REFUNDS}")
    made(app)
    request.getfixturevalue("nothing_computed")
    for tab in TABS:
        page = manager.get(f"/analysis/{REFUNDS}?tab={tab}&{PAIR}")
        assert page.status_code == 200 and "made at" in page.text, tab
    for address in filter(None, PAGES.values()):
        assert manager.get(address).status_code < 500, address
    assert [state for (kind, _), state in asked(engine).items() if kind == "change"] == [State.WAITING]


def test_a_failure_says_why_on_the_page_and_is_tried_again(
    app: Flask, signed_in: SignIn, worked: None, engine: sa.Engine
) -> None:
    manager, nobody = signed_in("manager"), f"/analysis/{REFUNDS}?filter=event(activity,in,nothing)"
    assert "it waits for its turn" in manager.get(nobody).text
    made(app)
    page = manager.get(nobody).text
    assert "Try again" in page and "No case of the log meets these conditions" in page
    manager.get(nobody)
    assert made(app) == 0, "looking is not asking again"
    again = manager.post("/analysis/run", data={"of": f"{REFUNDS}?event(activity,in,nothing)"})
    assert "filter=" in again.location
    assert "it waits for its turn" in manager.get(nobody).text
    assert made(app) == 1


def test_what_nobody_foresaw_is_told_too_and_left_to_the_queue(
    app: Flask, signed_in: SignIn, worked: None, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a stone")

    manager = signed_in("manager")
    manager.get(f"/analysis/{REFUNDS}")
    made(app)
    monkeypatch.setattr(renewing, "renew", stumbles)
    manager.post("/analysis/run", data={"of": REFUNDS})
    with pytest.raises(WorkFailed, match="a stone"):
        made(app)
    page = manager.get(f"/analysis/{REFUNDS}").text
    assert "a stone" in page and "Try again" in page and "First bottleneck" in page, (
        "the last report is shown meanwhile"
    )


def test_the_page_says_since_when_and_shows_the_last_report(
    app: Flask, signed_in: SignIn, worked: None, engine: sa.Engine, clock: Hands
) -> None:
    manager = signed_in("manager")
    manager.get(f"/analysis/{REFUNDS}")
    made(app)
    clock.pass_by(timedelta(hours=1))
    manager.post("/analysis/run", data={"of": REFUNDS})
    with transaction(engine) as session:
        asking.begin(session, "diagnosis", REFUNDS, now=clock.now)
        asking.tell(session, "diagnosis", REFUNDS, "bottlenecks", None)
        assert not asking.ask(session, "diagnosis", REFUNDS, by="manager", now=clock.now)
    page = manager.get(f"/analysis/{REFUNDS}").text
    assert "Being computed since" in page and "measuring where cases wait" in page and "First bottleneck" in page
    assert manager.get(f"/analysis/progress?of={REFUNDS}").headers.get("HX-Refresh") is None
    with transaction(engine) as session:
        asking.end(session, "diagnosis", REFUNDS)
    assert manager.get(f"/analysis/progress?of={REFUNDS}").headers["HX-Refresh"] == "true"


def test_few_are_done_at_once_and_others_wait_without_holding_a_place(
    settings: Settings, engine: sa.Engine, worked: None
) -> None:
    with transaction(engine) as session:
        asking.ask(session, "diagnosis", REFUNDS, by="", now=MONDAY)
        session.execute(sa.text("DELETE FROM jobs"))
    places = [making.ROOM.acquire(blocking=False) for _ in range(100)]
    try:
        making.work(settings)(engine, {"kind": "diagnosis", "of": REFUNDS}, MONDAY)
    finally:
        for _ in filter(None, places):
            making.ROOM.release()
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM jobs WHERE name = 'report.make'")) == 1
    assert asked(engine) == {("diagnosis", REFUNDS): State.WAITING}


def test_simulations_are_found_by_their_proposal(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        for minutes, of in enumerate(("7 0.3 400 1", "7 0.5 400 1", "77 0.3 400 1")):
            asking.ask(session, asking.SIMULATE, of, by="owner", now=MONDAY + timedelta(minutes=minutes))
        found = asking.latest(session, asking.SIMULATE, "7 ")
        assert found is not None and found.of == "7 0.5 400 1"
        assert asking.latest(session, asking.SIMULATE, "8 ") is None


def _die() -> None:
    os._exit(9)


def _me() -> int:
    return os.getpid()


@pytest.mark.slow
def test_a_process_apart_answers_or_is_told_to_have_died() -> None:
    assert apart(_me) != os.getpid()
    with pytest.raises(DiedApart, match="code 9"):
        apart(_die)


@pytest.fixture
def casework(any_database_url: str, tmp_path: Path) -> Iterator[tuple[Settings, sa.Engine]]:
    """A database of either kind with a small log beside it."""
    given = {"QIANGJI_HOME": str(tmp_path / "home"), "QIANGJI_DATABASE_URL": any_database_url, "QIANGJI_CLOCK": "no"}
    settings = read_settings(given)
    engine = open_engine(any_database_url)
    migrate(engine)
    file = tmp_path / "small.csv"
    file.write_text(
        "case,activity,timestamp\n" + "".join(f"{n},a,2026-03-02 0{n}:30\n{n},b,2026-03-03 0{n}:30\n" for n in range(9))
    )
    Warehouse(settings.home).import_log(file, "small")
    yield settings, engine
    engine.dispose()


@pytest.mark.slow
def test_a_real_worker_makes_them_in_another_process(casework: tuple[Settings, sa.Engine]) -> None:
    settings, engine = casework
    name = ReportName(ReportKind.DRAWINGS, "log:small")
    worker = jobs.worker(engine, {asking.MAKE: making.work(settings)}, lambda: MONDAY)
    worker.start()
    try:
        with transaction(engine) as session:
            renewing.ask(session, name, by="manager", now=MONDAY)
        for _ in range(1200):
            if asked(engine)[("drawings", "log:small")] not in (State.WAITING, State.RUNNING):
                break
            time.sleep(0.1)
    finally:
        worker.stop()
    assert asked(engine) == {("drawings", "log:small"): State.DONE}
    with reading_sessions(engine)() as session:
        report = reports.newest(session, name)
        assert report is not None and {d.miner for d in report.result()} == {"inductive", "split"}
