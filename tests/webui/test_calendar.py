"""The working calendar on its page and by the command: entered once, it holds for limits, pages and analyses."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.webui.conftest import SignIn
from tests.workflows.test_calendars import NOTICE
from webui.cli import qiangji
from webui.database import transaction
from workflows import calendars


def working(engine: sa.Engine, day: date, office: str | None = None) -> bool:
    with transaction(engine) as session:
        return calendars.of(session, office).is_working_day(day)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_notice_is_pasted_as_it_is_printed(signed_in: SignIn, engine: sa.Engine, language: str) -> None:
    client = signed_in("admin", language=language)
    before = client.get("/calendar?year=2026&format=json").json["working_days"]
    notice = NOTICE.replace("10月10日（周六）", "10月10日（周六）、10月11日（周日）")
    sent = client.post("/calendar/notice", data={"text": notice, "year": "2026", "source": "国办发明电〔2025〕7号"})
    assert sent.status_code == 302 and working(engine, date(2026, 10, 11))
    page = client.get("/calendar?year=2026")
    assert "国庆节" in page.text and "国办发明电〔2025〕7号" in page.text
    assert client.get("/calendar?year=2026&format=json").json["working_days"] == before + 1
    client.post("/calendar/day", data={"day": "2026-10-11", "what": "rule"})
    assert not working(engine, date(2026, 10, 11))
    assert client.post("/calendar/notice", data={"text": "nothing", "year": "2026"}).status_code == 422
    assert client.post("/calendar/day", data={"day": "soon", "what": "off"}).status_code == 422


def test_an_office_closes_for_a_day_and_has_hours_of_its_own(signed_in: SignIn, engine: sa.Engine) -> None:
    client = signed_in("admin")
    client.post("/calendar/day", data={"day": "2026-03-04", "what": "off", "office": "east", "name": "flood"})
    client.post("/calendar/hours", data={"office": "east", "hours": "10:00-16:00"})
    assert not working(engine, date(2026, 3, 4), "east") and working(engine, date(2026, 3, 4), "west")
    assert client.get("/calendar?year=2026&office=east&format=json").json["hours"] == ["10:00-16:00"]
    assert client.post("/calendar/hours", data={"office": "east", "hours": "16:00-10:00"}).status_code == 422
    client.post("/calendar/hours", data={"office": "east", "hours": ""})
    assert len(client.get("/calendar?year=2026&office=east&format=json").json["hours"]) == 2


def test_managers_look_and_officers_do_not(signed_in: SignIn) -> None:
    manager = signed_in("manager")
    assert manager.get("/calendar").status_code == 200
    assert manager.post("/calendar/day", data={"day": "2026-03-04", "what": "off"}).status_code == 403
    assert signed_in("clerk").get("/calendar").status_code == 403


def test_the_command_imports_shows_and_decides(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QIANGJI_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    run = CliRunner().invoke
    (tmp_path / "notice.txt").write_text(NOTICE, encoding="utf-8")
    told = json.loads(run(qiangji, ["calendar", "import", str(tmp_path / "notice.txt"), "--json"]).output)
    assert told == {"days": 24, "off": 19, "work": 5, "first": "2026-01-01", "last": "2026-10-10"}
    (tmp_path / "days.csv").write_text("2026-03-05,off,drill\n", encoding="utf-8")
    assert run(qiangji, ["calendar", "import", str(tmp_path / "days.csv")]).exit_code == 0
    assert run(qiangji, ["calendar", "set", "2026-03-07", "work", "--office", "east"]).exit_code == 0
    assert run(qiangji, ["calendar", "hours", "08:00-12:00", "--office", "east"]).exit_code == 0
    rows = json.loads(run(qiangji, ["calendar", "show", "--year", "2026", "--json"]).output)
    assert len(rows) == 26 and {row["office"] for row in rows} == {"all", "east"}
    with transaction(engine) as session:
        east = calendars.of(session, "east")
        assert east.is_working(datetime.fromisoformat("2026-03-07T09:00:00+08:00"))
        assert not east.is_working(datetime.fromisoformat("2026-03-07T14:00:00+08:00"))
        assert not east.is_working_day(date(2026, 3, 5))
    run(qiangji, ["calendar", "set", "2026-03-05", "rule"])
