"""Predictions of open cases: trained beside the web process, shown in the inbox, told as warnings, compared when cases end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from event_logs.warehouse import Warehouse
from event_logs.writing import write_log
from mining.prediction.forecast import Forecast
from mining.prediction.margins import SIDE, START, Margins, adapted
from mining.prediction.records import (
    CaseForecast,
    Grade,
    comparison,
    grade,
    issued,
    keep_forecasts,
    keep_model,
    most_at_risk,
    newest_model,
    settle,
    shown_of,
)
from mining.prediction.track import Track
from mining.prediction.ways import Way
from tests.mining.logs import Done, at, log_of
from tests.webui.conftest import MONDAY, REFUND, Hands, SignIn, made
from webui import predicting, warning
from webui.database import transaction
from webui.settings import Settings
from workflows import cases
from workflows.tables import Case, OutgoingMessage

DAY = 86_400.0


def _stamp(at: datetime) -> np.datetime64:
    return np.datetime64(at.replace(tzinfo=None), "us")


def told(case: str, *, risk: float | None, days: float = 2, step: int = 1) -> Forecast:
    return Forecast(
        case=case,
        activity="accept",
        step=step,
        since=_stamp(MONDAY),
        median=days * DAY,
        low=days / 2 * DAY,
        high=days * 2 * DAY,
        limit=_stamp(MONDAY + timedelta(days=3)),
        risk=risk,
        following=(("decide", 0.75), ("", 0.25)),
    )


def shown(engine: sa.Engine, *forecasts: Forecast, now: datetime = MONDAY) -> int:
    """File these as the worker does; says how many cases somebody was warned of."""
    with transaction(engine) as session:
        model = newest_model(session, "vat_credit_refund") or keep_model(
            session,
            "vat_credit_refund",
            None,
            way=Way.MIDDLE,
            margins=START,
            source="snapshot 1",
            position=1,
            seed=1,
            now=now,
        )
        return warning.warn(session, keep_forecasts(session, model, forecasts, now=now), now=now)


@pytest.fixture
def two(engine: sa.Engine) -> tuple[str, str]:
    """Two refund cases of the east office; both wait on the clerk's desk."""
    with transaction(engine) as session:
        made = [
            cases.start(
                session, "vat_credit_refund", REFUND, now=MONDAY + timedelta(minutes=n), office="east", by="clerk"
            )
            for n in range(2)
        ]
        return made[0].number, made[1].number


def test_grades_are_told_by_the_risk() -> None:
    assert [grade(risk) for risk in (None, 0.1, 0.2, 0.5, 0.8)] == [None, None, Grade.LOW, Grade.MIDDLE, Grade.HIGH]


def test_the_inbox_shows_the_risk_and_can_be_ordered_by_it(
    engine: sa.Engine, signed_in: SignIn, two: tuple[str, str]
) -> None:
    shown(engine, told(two[0], risk=0.1, days=1), told(two[1], risk=0.9, days=4))
    clerk = signed_in("clerk")
    assert "high risk" in clerk.get("/inbox").text
    by = {
        order: [line["case"] for line in clerk.get(f"/inbox?order={order}&format=json").json["lines"]]  # type: ignore[index]
        for order in ("", "risk", "end")
    }
    assert by == {"": [two[0], two[1]], "risk": [two[1], two[0]], "end": [two[0], two[1]]}
    assert "高风险" in signed_in("clerk", language="zh").get("/inbox").text


def test_officer_and_manager_are_warned_once_for_each_grade(engine: sa.Engine, two: tuple[str, str]) -> None:
    assert shown(engine, told(two[0], risk=0.6)) == 1
    assert shown(engine, told(two[0], risk=0.65), now=MONDAY + timedelta(days=2)) == 0
    assert shown(engine, told(two[0], risk=0.85), now=MONDAY + timedelta(days=3)) == 1
    with transaction(engine) as session:
        messages = session.scalars(sa.select(OutgoingMessage).where(OutgoingMessage.channel == "warning")).all()
        assert [(m.recipient, m.payload["grade"], m.case) for m in messages] == [
            (recipient, level, two[0]) for level in ("middle", "high") for recipient in ("clerk", "manager")
        ]
        assert "很可能超期" in messages[-1].payload["subject"]


def test_what_was_shown_stays_until_the_case_moves_on_and_is_compared_when_it_ends(
    engine: sa.Engine, two: tuple[str, str]
) -> None:
    shown(engine, told(two[0], risk=0.3))
    shown(engine, told(two[0], risk=0.31), now=MONDAY + timedelta(hours=1))
    shown(engine, told(two[0], risk=0.9, step=2), now=MONDAY + timedelta(hours=2))
    with transaction(engine) as session:
        rows = session.scalars(sa.select(CaseForecast).order_by(CaseForecast.id)).all()
        assert [(row.step, row.current) for row in rows] == [(1, False), (2, True)]
        assert comparison(session, "vat_credit_refund") is None
        settle(session, "vat_credit_refund", {two[0]: MONDAY + timedelta(days=5)})
        found = comparison(session, "vat_credit_refund")
        assert found is not None and (found.cases, found.forecasts, found.coverage) == (1, 2, 0.0)
        assert found.error == pytest.approx((3 * DAY + (3 * DAY - 7200)) / 2)
        assert [(one.grade, one.said, one.late) for one in found.risks] == [("high", 0.9, 1.0), ("low", 0.3, 1.0)]


def test_the_next_intervals_follow_what_happened_to_those_that_were_shown(
    engine: sa.Engine, two: tuple[str, str]
) -> None:
    """Intervals of a day or more; both cases ended within hours."""
    shown(engine, told(two[0], risk=0.3), told(two[1], risk=0.3))
    after = MONDAY + timedelta(hours=6)
    with transaction(engine) as session:
        settle(session, "vat_credit_refund", {case: MONDAY + timedelta(hours=3) for case in two})
        found = adapted(START, issued(session, "vat_credit_refund"), _stamp(MONDAY), _stamp(after))
        assert found.below == pytest.approx(SIDE + 2 / 202 * (SIDE - 1)) and found.above == SIDE
        kept = keep_model(
            session,
            "vat_credit_refund",
            None,
            way=Way.TABLE,
            margins=found,
            source="snapshot 2",
            position=2,
            seed=1,
            now=after,
        )
        assert kept.margins == found
        assert len(issued(session, "another_procedure").made) == 0


def test_the_page_says_how_the_median_is_told_and_what_intervals_leave_outside(
    app: Flask, engine: sa.Engine, signed_in: SignIn, worked: None
) -> None:
    track = Track(
        cases=40,
        standings=90,
        error=DAY,
        error_by_step=2 * DAY,
        error_boosted=None,
        way="windows",
        weight=0.0,
        coverage=0.91,
        coverage_of_cases=0.9,
        coverage_fixed=0.93,
        width=5 * DAY,
        discrimination=0.7,
        risk=None,
        next=None,
        next_right=0.8,
        next_right_by_last=0.7,
    )
    with transaction(engine) as session:
        model = keep_model(
            session,
            "vat_credit_refund",
            track,
            way=Way.WINDOWS,
            margins=Margins(0.062, 0.041),
            source="snapshot 1",
            position=1,
            seed=1,
            now=MONDAY,
        )
        keep_forecasts(session, model, [told("one", risk=None)], now=MONDAY)
    manager = signed_in("manager")
    manager.get("/analysis/vat_credit_refund")
    made(app)
    page = manager.get("/analysis/vat_credit_refund?tab=timeliness").text
    assert "The median is told by the mean of such medians over all steps" in page
    assert "6.2% below and 4.1% above" in page
    assert (
        "区间下方留出 6.2%"
        in signed_in("manager", language="zh").get("/analysis/vat_credit_refund?tab=timeliness").text
    )


@pytest.mark.slow
def test_the_worker_trains_predicts_and_says_from_what(
    engine: sa.Engine, settings: Settings, clock: Hands, signed_in: SignIn
) -> None:
    """Half of six cases were withdrawn; of the others the job says when they will end, in a process of its own."""
    with transaction(engine) as session:
        for n in range(6):
            case = cases.start(
                session, "vat_credit_refund", REFUND, now=MONDAY + timedelta(minutes=n), office="east", by="clerk"
            )
            if n % 2:
                cases.withdraw(session, case, by=None, reason="withdrawn", now=MONDAY + timedelta(hours=n))
    clock.pass_by(timedelta(days=1))
    predicting.work(settings)(engine, {"procedure": "vat_credit_refund"}, clock())
    with transaction(engine) as session:
        model = newest_model(session, "vat_credit_refund")
        assert model is not None and (model.number, model.figures) == (1, None)
        assert model.position > 0 and model.source
        assert (model.way, model.margins) == ("table", START)
        rows = session.scalars(sa.select(CaseForecast).where(CaseForecast.current)).all()
        running = session.scalars(sa.select(Case.number).where(Case.state == "running")).all()
        assert sorted(row.case for row in rows) == sorted(running)
        assert all(row.due_at is not None and row.risk is not None for row in rows)
        assert predicting.ask_due(engine, clock()) == 0
    assert predicting.ask_due(engine, clock() + timedelta(days=2)) == 1
    assert predicting.predict(settings, engine, "vat_credit_refund", now=clock()) == 0  # the same is shown


@pytest.mark.slow
def test_open_cases_of_an_imported_log_are_predicted_and_compared_when_it_is_imported_again(
    engine: sa.Engine, settings: Settings, tmp_path: Path
) -> None:
    """Cases of imports are not ours: a case of ours with the same number keeps what is shown of it."""
    shown(engine, told("open", risk=0.1))
    imported(settings, tmp_path, Done("open", "accept", 40), open_cases=["open"])
    assert predicting.predict_apart(settings, "log:elsewhere", at(41)) == 1
    with transaction(engine) as session:
        [row] = most_at_risk(session, "log:elsewhere", 10)
        assert (row.case, row.activity, row.risk, row.made_at) == ("open", "accept", None, at(40))
        assert row.median_at == at(45)
        assert shown_of(session, {"open": "vat_credit_refund"})["open"].risk == 0.1
    imported(settings, tmp_path, Done("open", "accept", 40), Done("open", "deliver", 45))
    assert predicting.predict_apart(settings, "log:elsewhere", at(46)) == 0
    with transaction(engine) as session:
        assert most_at_risk(session, "log:elsewhere", 10) == []
        found = comparison(session, "log:elsewhere")
        assert found is not None and (found.forecasts, found.error, found.coverage) == (1, 0.0, 1.0)


def imported(settings: Settings, folder: Path, *more: Done, open_cases: Sequence[str] = ()) -> None:
    """Forty cases that took five hours each, and those."""
    past = [done for n in range(40) for done in (Done(f"p{n}", "accept", n / 2), Done(f"p{n}", "deliver", n / 2 + 5))]
    written = folder / "elsewhere.csv"
    written.unlink(missing_ok=True)
    write_log(log_of(*past, *more, open_cases=list(open_cases)), written)
    Warehouse(settings.home).import_log(written, "elsewhere", replace=True, now=at(41))


def test_no_page_needs_scikit_learn() -> None:
    seen = "import sys, webui.app, webui.serving, webui.scheduler; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0
