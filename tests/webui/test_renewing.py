"""Reports that are kept: one making for all processes, the same bytes from the same snapshot, and anew when enough has happened."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from event_logs.collecting import keep
from event_logs.collecting.cloud_events import told_of
from event_logs.warehouse import Warehouse
from mining.reports import kept as reports
from mining.reports.kept import ReportKind, ReportName
from tests.webui.conftest import MONDAY, REFUND, Hands, SignIn, made
from webui import renewing
from webui.app import create_app
from webui.collecting import lay_down
from webui.database import reading_sessions, transaction
from webui.settings import Settings

REFUNDS = "vat_credit_refund"
REPORT = ReportName(ReportKind.DIAGNOSIS, REFUNDS)


def kept(engine: sa.Engine) -> tuple[int, str, bytes]:
    """How often the report was made, its digest and what it says."""
    with reading_sessions(engine)() as session:
        report = reports.newest(session, REPORT)
        assert report is not None
        return report.number, report.digest, report.content


def test_a_report_is_there_for_other_processes_and_after_a_restart(
    app: Flask, signed_in: SignIn, worked: None, settings: Settings, engine: sa.Engine, clock: Hands
) -> None:
    renewing.renew(settings, engine, REPORT, now=MONDAY)
    manager = signed_in("manager")
    address = f"/analysis/{REFUNDS}"
    first = manager.get(address)
    assert "waits for its turn" not in first.text and "made at" in first.text
    other = create_app(settings, engine=engine, clock=clock)
    other.config["WTF_CSRF_ENABLED"] = False
    with other.test_client() as client:
        client.set_cookie("language", "en")
        client.post("/sign-in", data={"code": "manager", "password": "plainly-invented"})
        assert client.get(f"{address}?format=json").json == manager.get(f"{address}?format=json").json
    assert kept(engine)[0] == 1


def test_many_who_want_it_at_once_make_it_once(settings: Settings, engine: sa.Engine, worked: None) -> None:
    makers = [
        threading.Thread(target=renewing.renew, args=(settings, engine, REPORT), kwargs={"now": MONDAY})
        for _ in range(3)
    ]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert kept(engine)[0] == 1


def test_what_is_kept_of_a_log_is_made_anew_when_it_is_imported_again(
    app: Flask, settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    old_system, name = Warehouse(settings.home), ReportName(ReportKind.DIAGNOSIS, "log:old")
    table = tmp_path / "old.csv"
    for cases in (1, 2):
        rows = (f"C{n},check,2026-03-02T0{n}:00:00Z" for n in range(cases))
        table.write_text("case,activity,timestamp\n" + "\n".join(rows) + "\n")
        old_system.import_log(table, "old", replace=True, now=MONDAY)
        with transaction(engine) as session:
            asked = renewing.ask_anew(session, name.log, by="", now=MONDAY)
        assert asked == cases - 1, "nothing was kept of it the first time"
        made(app) if asked else renewing.renew(settings, engine, name, now=MONDAY)
        with reading_sessions(engine)() as session:
            report = reports.newest(session, name)
            assert report is not None and report.result().cases == cases


def test_what_is_kept_of_a_log_is_made_anew_when_other_systems_have_told_more(
    app: Flask, settings: Settings, engine: sa.Engine
) -> None:
    name = ReportName(ReportKind.DIAGNOSIS, "log:permits")
    told(engine, settings, "p1")
    renewing.renew(settings, engine, name, now=MONDAY)
    later = MONDAY + timedelta(minutes=20)
    assert renewing.ask_due(settings, engine, later) == 0, "nothing is new"
    told(engine, settings, "p2")
    assert renewing.ask_due(settings, engine, MONDAY + timedelta(minutes=5)) == 0, "it is new enough"
    assert renewing.ask_due(settings, engine, later) == 1
    assert made(app) == 1
    with reading_sessions(engine)() as session:
        report = reports.newest(session, name)
        assert report is not None and report.result().cases == 2


def told(engine: sa.Engine, settings: Settings, case: str) -> None:
    """Another system pushes an event, which is laid down for the analyses."""
    event = {
        "specversion": "1.0", "id": f"of {case}", "source": "/permits", "type": "check", "subject": case,
        "time": "2026-03-02T01:00:00Z", "data": {},
    }  # fmt: skip
    with transaction(engine) as session:
        keep(session, "permits", "/permits", [told_of(event)[1]], now=MONDAY)
    assert lay_down(engine, settings, MONDAY) == ["permits"]


ANEW = """
import sys
from datetime import UTC, datetime
from mining.reports.kept import ReportKind, ReportName
from webui import renewing
from webui.settings import read_settings
from workflows.database import open_engine
settings = read_settings({"QIANGJI_HOME": sys.argv[1], "QIANGJI_CLOCK": "no"})
renewing.renew(settings, open_engine(settings.database_url), ReportName(ReportKind.DIAGNOSIS, sys.argv[2]), now=datetime(2026, 3, 2, 3, tzinfo=UTC))
"""


@pytest.mark.slow
def test_the_same_snapshot_gives_the_same_bytes_in_any_process(
    settings: Settings, engine: sa.Engine, worked: None, tmp_path: Path
) -> None:
    found = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", ANEW, str(settings.home), REFUNDS], check=True, env=environment)
        found.add(kept(engine))
        with transaction(engine) as session:
            session.execute(sa.delete(reports.KeptReport))
    assert len(found) == 1


def test_it_is_made_anew_when_enough_is_new_or_it_is_old(
    app: Flask, signed_in: SignIn, worked: None, settings: Settings, engine: sa.Engine
) -> None:
    assert renewing.ask_due(settings, engine, MONDAY) == 1
    assert renewing.ask_due(settings, engine, MONDAY) == 0, "it is waited for already"
    assert made(app) == 1
    assert renewing.ask_due(settings, engine, MONDAY + timedelta(days=1)) == 0, "nothing is new"
    signed_in("clerk").post(f"/new/{REFUNDS}", data=REFUND)
    assert renewing.ask_due(settings, engine, MONDAY + timedelta(minutes=5)) == 0, "little is new"
    assert renewing.ask_due(settings, engine, MONDAY + timedelta(minutes=20)) == 1
    assert made(app) == 1
    renewing.renew(settings, engine, REPORT, now=MONDAY + timedelta(minutes=21))
    assert kept(engine)[0] == 2, "what was made from the very same events stays"


def test_the_page_of_bottlenecks_shows_delays_as_of_later_than_the_diagnosis(
    app: Flask, signed_in: SignIn, worked: None, settings: Settings, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewing.renew(settings, engine, REPORT, now=MONDAY)
    address, delays = f"/analysis/{REFUNDS}?tab=bottlenecks&format=json", ReportName(ReportKind.DELAYS, REFUNDS)
    manager = signed_in("manager")
    renewing.renew(settings, engine, delays, now=MONDAY + timedelta(minutes=1))
    before = manager.get(address).json
    assert before and before["current_at"] is None, "nothing happened between the two"
    signed_in("clerk").post(f"/new/{REFUNDS}", data=REFUND)
    monkeypatch.setattr(renewing, "SOME_NEW", 1)
    assert renewing.ask_due(settings, engine, MONDAY + timedelta(minutes=2)) == 1
    assert made(app) == 1
    now = signed_in("manager").get(address).json
    assert now and now["current_at"] is not None
    assert {row["name"] for row in before["rows"]} == {row["name"] for row in now["rows"]}
    assert "what still waits, costs and causes as of the analysis" in signed_in("manager").get(address[:-12]).text
    working = signed_in("manager").get(f"{address}&time=working").json
    assert working and working["current_at"] is None, "office hours are told by the diagnosis alone"
    assert renewing.ask_due(settings, engine, MONDAY + timedelta(minutes=3)) == 0
