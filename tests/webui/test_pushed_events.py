"""Other systems push events: each is taken once, a bad one is answered with its reason, and the log can be analysed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from event_logs.collecting import keep
from event_logs.collecting.cloud_events import told_of
from event_logs.warehouse import Warehouse
from tests.webui.conftest import MONDAY, SignIn
from webui.collecting import lay_down
from webui.database import transaction
from webui.pages import pushed_events
from webui.settings import Settings
from workflows import external

Push = Callable[..., tuple[int, Any]]


def event(number: int, **others: object) -> dict[str, object]:
    plain = {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "/permits",
        "type": "受理",
        "subject": f"p{number % 2}",
        "time": f"2026-03-02T0{number}:00:00+08:00",
        "data": {"officer": "李", "fee": 10},
    }
    return {**plain, **others}


@pytest.fixture
def push(app: Flask, engine: sa.Engine) -> Push:
    app.config["WTF_CSRF_ENABLED"] = True
    with transaction(engine) as session:
        known = external.add_worker(session, "permits", ["events/permits"], now=MONDAY)

    def post(
        body: object,
        kind: str = "application/cloudevents-batch+json",
        token: str = known,
        log: str = "permits",
        **headers: str,
    ) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {
            "Authorization": f"Bearer {token}",
            "Content-Type": kind,
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        answer = app.test_client().post(f"/api/events/{log}", data=data, headers=sent)
        return answer.status_code, answer.get_json(silent=True)

    return post


def test_three_modes_come_into_one_log(push: Push, engine: sa.Engine, settings: Settings) -> None:
    assert push([event(1), event(2)])[0] == 202
    assert push(event(3), "application/cloudevents+json")[0] == 202
    status, told = push(
        {"fee": 3}, "application/json", ce_specversion="1.0", ce_id="e4", ce_source="/permits", ce_type="check",
        ce_subject="p0", ce_time="2026-03-02T04:00:00Z",
    )  # fmt: skip
    assert (status, told["events"]) == (202, [{"id": "e4", "status": "taken"}])
    assert lay_down(engine, settings, MONDAY) == ["permits"] and lay_down(engine, settings, MONDAY) == []
    store = Warehouse(settings.home)
    assert (store.report("permits").cases, store.report("permits").events) == (2, 4)
    row = store.load("permits").events.order_by("position").to_pyarrow().to_pylist()[0]
    assert (row["activity"], row["officer"], row["attributes"]) == ("受理", "李", '{"fee":10}')


def test_the_same_event_again_is_known_and_changes_nothing(push: Push) -> None:
    assert push([event(1)])[1]["events"][0]["status"] == "taken"
    status, told = push([event(1), event(2), event(2)])
    assert status == 202 and [one["status"] for one in told["events"]] == ["known", "taken", "known"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "`id`"),
        ({"time": "soon"}, "RFC 3339"),
        ({"time": "2026-03-02T01:00:00"}, "no zone"),
        ({"subject": None}, "names no case"),
        ({"data": {"x": "y" * 300_000}}, "longer than"),
    ],
)
def test_a_bad_event_is_answered_and_the_others_go_in(push: Push, bad: dict[str, object], reason: str) -> None:
    status, told = push([event(1), event(2, **bad)])
    assert status == 207 and told["events"][0]["status"] == "taken"
    assert told["events"][1]["status"] == "refused" and reason in told["events"][1]["reason"]
    assert push([event(2, **bad)])[0] == 400


def test_who_has_no_token_for_the_log_gets_nothing_in(push: Push) -> None:
    assert push([event(1)], token="guessed")[0] == 401
    assert push([event(1)], log="others")[0] == 401
    assert push([event(1)])[1]["events"][0]["status"] == "taken"


def test_what_is_too_large_or_no_json_is_refused(push: Push) -> None:
    assert push([event(1)] * (pushed_events.MOST_EVENTS + 1))[0] == 422
    assert push(b"[" * 100_000)[0] == 422 and push(b"{")[0] == 422
    assert push(b" " * (pushed_events.LARGEST_BODY + 1))[0] == 422


def test_the_page_shows_what_is_collected(engine: sa.Engine, signed_in: SignIn) -> None:
    _, told = told_of(event(1))
    with transaction(engine) as session:
        assert keep(session, "permits", "/permits", [told], now=MONDAY) == 1
    page = signed_in("manager").get("/analysis/collections").get_data(as_text=True)
    assert "<td>permits</td>" in page
