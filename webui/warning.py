"""Graded warnings (分级预警): who works on a case and who answers for its office learn that it may miss its time limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mining.prediction.records import CaseForecast, Grade, warn_once
from webui.language import translate
from workflows import notifications, staff
from workflows.tables import HELD_TASK, OPEN_TASK, Case, Holding, Post, Task

CHANNEL, NAME = "warning", "risk_of_delay"


def warn(session: Session, shown: Iterable[CaseForecast], *, now: datetime) -> int:
    """A message to each officer at work on a case and to the managers nearest above it, once for each case and grade; says how many
    cases were told of."""

    @cache
    def managers(office: str | None) -> Sequence[str]:
        return nearest_managers(session, office, now)

    told = 0
    for forecast in shown:
        if forecast.grade is not None and warn_once(session, forecast.case, forecast.grade, now=now):
            told += 1
            case = session.get_one(Case, forecast.case)
            for recipient in dict.fromkeys((*_at_work(session, case.number), *managers(case.office))):
                notifications.enqueue(
                    session,
                    channel=CHANNEL,
                    name=NAME,
                    payload=_payload(forecast, forecast.grade, case),
                    now=now,
                    case=case.number,
                    recipient=recipient,
                )
    return told


def _at_work(session: Session, case: str) -> Sequence[str]:
    held = select(Task.officer).where(
        Task.case == case, Task.state.in_(OPEN_TASK), Task.state.in_(HELD_TASK), Task.officer.is_not(None)
    )
    return [officer for officer in session.scalars(held.distinct().order_by(Task.officer)) if officer]


def nearest_managers(session: Session, office: str | None, now: datetime) -> Sequence[str]:
    """Who may manage at that office, else at the one above it, and so on."""
    posts = [post.key for post in session.scalars(select(Post)) if staff.MANAGE in post.rights]
    for place in staff.line_of_offices(session, office):
        holding = select(Holding.officer).where(Holding.office == place, Holding.post.in_(posts))
        now_held = holding.where(
            or_(Holding.since.is_(None), Holding.since <= now), or_(Holding.until.is_(None), Holding.until > now)
        )
        if found := session.scalars(now_held.distinct().order_by(Holding.officer)).all():
            return found
    return ()


def _payload(forecast: CaseForecast, grade: Grade, case: Case) -> dict[str, object]:
    return {
        "subject": translate("zh", SUBJECTS[grade], case=case.number),
        "grade": grade.value,
        "risk": round(forecast.risk or 0.0, 4),
        "case": case.number,
        "title": case.title,
        "due_at": forecast.due_at,
        "expected_end": forecast.median_at,
        "model": forecast.model,
    }


SUBJECTS = {
    Grade.LOW: "Case %(case)s may miss its time limit (low risk)",
    Grade.MIDDLE: "Case %(case)s may miss its time limit (middle risk)",
    Grade.HIGH: "Case %(case)s will probably miss its time limit (high risk)",
}
