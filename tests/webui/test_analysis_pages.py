"""Analysis in the window: of what runs here, and of logs that are imported."""

from __future__ import annotations

import io
import time

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bpmn.reading import read_bpmn
from tests.webui.conftest import REFUND, SignIn, made
from webui.findings import TABS
from webui.jobs import Job

TABLE = "办件编号,环节,完成时间,办理人员\n" + "".join(
    f"C{n},{activity},2026-03-0{day} 10:{n:02}:00,演示员\n"
    for n in range(30)
    for day, activity in ((2, "受理"), (4, "审批"))
)


def finished(app: Flask, key: str) -> Job:
    """The job of that key when it has ended."""
    for _ in range(2400):
        job: Job | None = app.config["JOBS"].find(key)
        if job is not None and not job.going:
            assert job.error is None, job.error
            return job
        time.sleep(0.1)
    raise AssertionError(f"{key} did not end")


def test_a_manager_opens_the_analysis_and_every_part_of_it(app: Flask, signed_in: SignIn, worked: None) -> None:
    manager = signed_in("manager")
    assert "it waits for its turn" in manager.get("/analysis/vat_credit_refund").text
    made(app)
    for tab in TABS:
        page = manager.get(f"/analysis/vat_credit_refund?tab={tab}")
        assert page.status_code == 200, tab
    rows = manager.get("/analysis/vat_credit_refund?format=json").json["rows"]  # type: ignore[index]
    first = next(row for row in rows if row["subject"] == ["accept"])
    assert first["value"] == pytest.approx(sum(range(1, 7)) * 3600)
    assert first["insufficient"], "six cases are no fact"
    assert manager.get("/analysis/flow.svg?of=vat_credit_refund").mimetype == "image/svg+xml"
    procedure = manager.get("/procedures/vat_credit_refund?format=json").json
    assert procedure["shades"]["colours"]["accept"] == "shade-5"  # type: ignore[index]


def test_new_events_make_an_analysis_old(app: Flask, signed_in: SignIn, worked: None, engine: sa.Engine) -> None:
    manager = signed_in("manager")
    manager.get("/analysis/vat_credit_refund")
    made(app)
    assert "newer events exist" not in manager.get("/analysis/vat_credit_refund").text
    signed_in("clerk").post("/new/vat_credit_refund", data=REFUND)
    assert "newer events exist" in manager.get("/analysis/vat_credit_refund").text
    manager.post("/analysis/run", data={"of": "vat_credit_refund"})
    made(app)
    assert "newer events exist" not in manager.get("/analysis/vat_credit_refund").text


def test_a_manager_accepts_a_deviation_for_a_time_and_takes_it_back(
    app: Flask, signed_in: SignIn, worked: None, engine: sa.Engine
) -> None:
    manager = signed_in("manager")
    manager.get("/analysis/vat_credit_refund")
    made(app)
    given = {"of": "vat_credit_refund", "deviation": "skipped:accept", "until": "2026-03-31", "reason": "a circular"}
    assert signed_in("owner").post("/analysis/accepted", data=given).status_code == 403
    assert "accepted until that day" in manager.post("/analysis/accepted", data=given, follow_redirects=True).text
    page = manager.get("/analysis/vat_credit_refund?tab=conformance&format=json").json
    [one] = page["accepted"]  # type: ignore[index]
    assert (one["standing"], one["reason"], one["by"]) == ("valid", "a circular", "Demo manager")
    assert one["expires_at"].startswith("2026-03-31T16:00"), "the day is over at midnight of the office's zone"
    assert manager.post("/analysis/accepted", data={**given, "until": "soon"}).status_code == 422
    manager.post(f"/analysis/accepted/{one['id']}/take-back", data={"reason": "it ended"})
    page = manager.get("/analysis/vat_credit_refund?tab=conformance&format=json").json
    assert [a["standing"] for a in page["accepted"]] == ["taken_back"]  # type: ignore[index]
    assert manager.post("/analysis/accepted/99/take-back", data={"reason": "r"}).status_code == 404


@pytest.mark.slow
def test_drawings_are_discovered_and_become_the_draft_of_a_new_procedure(
    app: Flask, signed_in: SignIn, worked: None
) -> None:
    manager, owner = signed_in("manager"), signed_in("owner")
    manager.get("/analysis/vat_credit_refund")
    made(app)
    manager.post("/analysis/run", data={"kind": "drawings", "of": "vat_credit_refund"})
    assert "waits for its turn" in manager.get("/analysis/vat_credit_refund?tab=flow").text
    made(app)
    page = manager.get("/analysis/vat_credit_refund?tab=flow").text
    assert "Inductive miner" in page and "Split miner" in page
    address = "of=vat_credit_refund&miner=inductive"
    assert manager.get(f"/analysis/discovered.svg?{address}").mimetype == "image/svg+xml"
    drawing = manager.get(f"/analysis/discovered.bpmn?{address}").data
    assert {"Accept and check papers"} <= {activity.name for activity in read_bpmn(drawing).activities}
    given = {"of": "vat_credit_refund", "miner": "inductive", "key": "found_refund", "name": "发现的退税"}
    assert manager.post("/analysis/discovered/draft", data=given).status_code == 403
    assert owner.post("/analysis/discovered/draft", data=given).location.endswith("/procedures/found_refund/1/edit")
    assert owner.get("/procedures/found_refund").status_code == 200
    assert owner.post("/analysis/discovered/draft", data=given).status_code == 422, "the key is taken"
    assert owner.get("/analysis/discovered.bpmn?of=vat_credit_refund&miner=alpha").status_code == 404


def uploaded(client: FlaskClient, content: bytes, name: str) -> str:
    answer = client.post("/analysis/import", data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == 302, answer.text
    return answer.location


def imported(app: Flask, client: FlaskClient, table: str, name: str) -> None:
    """A table of the old system, with the mapping that is proposed."""
    address = uploaded(client, table.encode(), "旧系统.csv")
    given = client.get(f"{address}?format=json").json["table"]["proposed"]  # type: ignore[index]
    assert client.post(address, data={**given, "name": name, "zone": "Asia/Shanghai"}).status_code == 302
    finished(app, "import:" + address.rsplit("/", 1)[-1])


def test_an_imported_log_is_held_against_a_drawing_and_against_none_again(
    app: Flask, signed_in: SignIn, worked: None
) -> None:
    """The old system went from acceptance straight to approval, which the drawing allows after a review only."""
    manager = signed_in("manager")
    imported(app, manager, TABLE.replace("受理", "受理审核").replace("审批", "退税审批"), "old_system")
    tab = "/analysis/logs/old_system?tab=conformance"
    manager.get(tab)
    made(app)
    first = manager.get(tab + "&format=json").json
    assert (first["figures"], first["yardstick"]["chosen"]) == ({}, "")  # type: ignore[index]
    given = {"of": "log:old_system", "drawing": "vat_credit_refund@1"}
    assert manager.post("/analysis/yardstick", data={**given, "drawing": "vat_credit_refund@9"}).status_code == 404
    assert manager.post("/analysis/yardstick", data={**given, "of": "vat_credit_refund"}).status_code == 422
    assert signed_in("clerk").post("/analysis/yardstick", data=given).status_code == 403
    assert manager.post("/analysis/yardstick", data=given).location.endswith(tab)
    assert made(app) == 1
    held = manager.get(tab + "&format=json").json
    assert held["yardstick"]["chosen"] == "vat_credit_refund@1"  # type: ignore[index]
    [row] = held["rows"]  # type: ignore[index]
    assert (row["measure"], row["subject"], row["cases"]) == ("inserted", ["approve"], 30)
    assert row["name"] == "Approve the refund", "as the drawing calls it"
    assert held["figures"]["unknown_activities"] == []  # type: ignore[index]
    assert not made(app), "looking again asks for nothing"
    manager.post("/analysis/yardstick", data={**given, "drawing": ""})
    made(app)
    assert manager.get(tab + "&format=json").json["figures"] == {}  # type: ignore[index]


def test_a_chinese_table_is_imported_with_a_confirmed_mapping(app: Flask, signed_in: SignIn) -> None:
    manager = signed_in("manager")
    address = uploaded(manager, TABLE.encode("gb18030"), "旧系统.csv")
    page = manager.get(f"{address}?format=json").json
    assert page["table"]["proposed"]["case_id"] == "办件编号"  # type: ignore[index]
    given = {**page["table"]["proposed"], "name": "old_system", "zone": "Asia/Shanghai"}  # type: ignore[index]
    assert manager.post(address, data=given).status_code == 302
    finished(app, "import:" + address.rsplit("/", 1)[-1])
    assert "old_system" in manager.get("/analysis").text
    manager.get("/analysis/logs/old_system")
    made(app)
    page = manager.get("/analysis/logs/old_system")
    assert "The log records completions only" in page.text and "2 d" in page.text


def test_what_is_no_log_is_refused_with_a_sentence(app: Flask, signed_in: SignIn) -> None:
    manager = signed_in("manager")
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]><log>&a;</log>'
    address = uploaded(manager, bomb, "bomb.xes")
    manager.post(address, data={"name": "bomb"})
    key = "import:" + address.rsplit("/", 1)[-1]
    for _ in range(300):
        job = app.config["JOBS"].find(key)
        if job is not None and not job.going:
            break
        time.sleep(0.1)
    assert job is not None and job.error is not None
    assert manager.get(f"{address}/progress").status_code == 200
    assert "bomb" not in manager.get("/analysis?format=json").json["logs"]  # type: ignore[index]
    assert manager.get("/analysis/import/..%2Fsecret_key").status_code == 404
