"""The page of data quality: a check, its evidence, and repairs that a person decides."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from event_logs.quality.records import checks_of, repairs_of
from event_logs.quality.rules import RULES
from event_logs.warehouse import Warehouse
from tests.webui.conftest import MONDAY, SignIn
from webui import quality
from webui.database import reading_sessions
from webui.quality_words import rule_name
from webui.settings import Settings

STEPS, OFFICES = ("accept", "check", "approve"), ("east", "west")


@pytest.fixture
def imported(settings: Settings, tmp_path: Path, engine: sa.Engine) -> str:
    rows = [
        f"C{n},{step},2026-02-{n % 28 + 1:02} 0{hour}:00:00,A,{OFFICES[n % 2]}"
        for n in range(40)
        for hour, step in enumerate(STEPS)
    ]
    path = tmp_path / "foreign.csv"
    path.write_text(
        "\n".join(["case,activity,time,officer,office", *rows, "C99,chekc,2026-02-03 09:00:00,A,east"]) + "\n",
        encoding="utf-8",
    )
    columns = {
        "case_id": "case",
        "activity": "activity",
        "timestamp": "time",
        "resource": "officer",
        "office": "office",
    }
    Warehouse(settings.home).import_log(path, "foreign", columns, now=MONDAY)
    return "log:foreign"


def test_a_log_is_checked_and_its_repair_decided(
    signed_in: SignIn, imported: str, engine: sa.Engine, settings: Settings
) -> None:
    owner = signed_in("owner")
    do_it = {"log": imported, "occasion": "asked"}
    assert "not checked yet" in owner.get(f"/quality/{imported}").text
    assert "is being checked" in owner.post(f"/quality/{imported}/check", follow_redirects=True).text
    quality.work(settings)(engine, do_it, MONDAY)
    page = owner.get(f"/quality/{imported}").text
    assert "Right spelling" in page and "chekc" in page and "such as case C99" in page
    assert page.count('<span class="sub">Right spelling · 1</span>') == 1, "one office has the slip, the other is clean"
    assert "<polyline" not in page, "one check is no trend yet"
    page = owner.post(f"/quality/{imported}/repairs/1", data={"state": "accepted"}, follow_redirects=True).text
    assert "Demo owner" in page and "Take back" in page
    with reading_sessions(engine)() as session:
        assert repairs_of(session, imported)[0].decided_by == "owner"
    quality.work(settings)(engine, do_it, MONDAY)
    again = owner.get(f"/quality/{imported}").text
    assert "such as case C99" not in again
    assert again.count("<polyline") == 3, "of the log and of each office"
    assert "foreign" in owner.get("/quality").text
    assert "书写正确" in signed_in("owner", language="zh").get(f"/quality/{imported}").text


def test_nobody_else_sees_it_and_nonsense_is_refused(signed_in: SignIn, imported: str) -> None:
    assert signed_in("clerk").get(f"/quality/{imported}").status_code == 403
    assert signed_in("owner").get("/quality/log:nothing").status_code == 404
    assert signed_in("owner").post(f"/quality/{imported}/repairs/1", data={"state": "maybe"}).status_code == 422


def test_every_log_is_checked_once_a_day(settings: Settings, imported: str, engine: sa.Engine) -> None:
    assert quality.ask_daily(settings, engine, MONDAY) == 1
    assert quality.ask_daily(settings, engine, MONDAY) == 0  # one waits already
    quality.work(settings)(engine, {"log": imported, "occasion": "schedule"}, MONDAY)
    with reading_sessions(engine)() as session:
        assert [check.occasion for check in checks_of(session, imported)] == ["schedule"]
    assert quality.ask_daily(settings, engine, MONDAY + timedelta(hours=1)) == 0


def test_every_rule_has_its_words() -> None:
    assert all(rule_name(rule.key) for rule in RULES)
