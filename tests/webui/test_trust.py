"""The page that says whether recorded events can be trusted."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from event_logs.ledger.sealing import seal
from tests.webui.conftest import MONDAY, SignIn
from webui import facts
from webui.settings import Settings


def checked(browser: FlaskClient) -> dict[str, Any]:
    assert browser.post("/trust/verify").status_code == 302
    for _ in range(200):
        told: dict[str, Any] = browser.get("/trust?format=json").json
        if told["job"] == "done":
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_the_seals_are_shown_and_what_was_altered_is_named(
    signed_in: SignIn, case: str, settings: Settings, engine: sa.Engine
) -> None:
    browser = signed_in("admin")
    assert "No seal has been closed yet" in browser.get("/trust").text
    seal(engine, facts.ledger(settings), now=MONDAY)
    told = checked(browser)
    assert told["verdict"]["findings"] == [] and told["seal"]["number"] == 1 and told["due_at"] is None
    assert "events are as they were sealed" in browser.get("/trust").text
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER events_refuse_update")
        connection.exec_driver_sql("UPDATE events SET officer = 'somebody' WHERE position = 1")
    assert [found["kind"] for found in checked(browser)["findings"]] == ["altered"]
    chinese = browser.get("/trust?language=zh").text
    assert f"第 1 条记录（办件 {case}" in chinese and "BEGIN PUBLIC KEY" in chinese


def test_clerks_do_not_see_it(signed_in: SignIn) -> None:
    assert signed_in("clerk").get("/trust").status_code == 403
