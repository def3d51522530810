"""How a case begins: its number, version and row, and the first turn of it; or once only, where a procedure says for what."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from bpmn.errors import BpmnError
from bpmn.feel import evaluate
from bpmn.procedure import Procedure
from workflows import deployment, staff, working_hours
from workflows.errors import WorkflowError
from workflows.filling_in import applied
from workflows.routing import is_key_taxpayer
from workflows.tables import Case, CaseState, ClockStart, Officer
from workflows.turn import Turn, begin_turn
from workflows.versions import active, runnable

log = logging.getLogger(__name__)
ZONE = ZoneInfo("Asia/Shanghai")


def begin_case(
    session: Session,
    key: str,
    application: Mapping[str, Any],
    *,
    now: datetime,
    office: str | None = None,
    by: Officer | str | None = None,
    number: str | None = None,
    event: str | None = None,
) -> Turn:
    """The first turn of a new case, done; the caller follows it up. See `cases.start`."""
    number = number or next_number(session, key, now)
    version = deployment.version_for_new_case(session, key, number)
    ready = runnable(session, version.digest)
    if event is None:
        application = applied(ready.form("", ready.procedure.application.form), application)
    data = {**application, "case_number": number, "office": office}
    case = Case(
        number=number,
        procedure=key,
        version=version.number,
        digest=version.digest,
        arm=deployment.arm(version),
        office=office,
        state=CaseState.RUNNING,
        opened_at=now,
        due_at=working_hours.due_of_case(session, ready.procedure, office=office, now=now),
        data=data,
        hands={},
        key_taxpayer=is_key_taxpayer(ready.procedure, data),
        **_named(ready.procedure, data),
    )
    session.add(case)  # goes out with its first tasks and before them: rows do so in the order of their class names
    turn = begin_turn(session, case, ready, now=now, start=event)
    turn.introduction = _introduction(case, application, by)
    turn.close()
    return turn


def _introduction(case: Case, application: Mapping[str, Any], by: Officer | str | None) -> Mapping[str, Any]:
    """The attributes of the case, which its first event has; the number in a message is that of the case which sent it."""
    return {
        **{name: value for name, value in application.items() if name != "case_number"},
        "taxpayer_id": case.taxpayer_id,
        "office": case.office,
        "key_taxpayer": case.key_taxpayer,
        "arm": case.arm,
        **({"started_by": staff.code_of(by)} if by else {}),
    }


def _named(procedure: Procedure, data: Mapping[str, Any]) -> dict[str, Any]:
    """Title and taxpayer of a case, by the procedure's own expressions."""
    application = procedure.application
    taxpayer = _said(application.taxpayer, data) or data.get("taxpayer_id")
    return {
        "title": str(_said(application.title, data) or data.get("title") or data["case_number"]),
        "taxpayer_id": str(taxpayer) if taxpayer else None,
        "taxpayer_name": str(data["taxpayer_name"]) if data.get("taxpayer_name") else None,
    }


def _said(expression: str | None, data: Mapping[str, Any]) -> Any:
    try:
        return evaluate(expression, data) if expression else None
    except BpmnError:
        return None  # a case without a title is better than no case


NEXT_NUMBER = text(
    "INSERT INTO case_counters (prefix, last) VALUES (:prefix, 1) "
    "ON CONFLICT (prefix) DO UPDATE SET last = case_counters.last + 1 RETURNING last"
)


def next_number(session: Session, key: str, now: datetime) -> str:
    """The next case number of a procedure: its initials, the year in the offices' zone, and a running number.

    One statement, so that cases started at the same moment wait for each other and never collide.
    """
    prefix = f"{''.join(word[0] for word in key.split('_') if word).upper()}{now.astimezone(ZONE):%Y}"
    return f"{prefix}-{session.execute(NEXT_NUMBER, {'prefix': prefix}).scalar_one():06d}"


def begin_once(
    session: Session,
    key: str,
    application: Mapping[str, Any],
    *,
    follow: Callable[[Turn], None],
    now: datetime,
    event: str | None = None,
) -> Case | None:
    """Begin a case unless there is one for the same already, by the key of the procedure's clock; None then.

    `office` in the application is the case's office; `follow` is told the first turn. From the list (without `event`), what
    cannot be started is kept with the reason and tried again; from a message it is refused with its error.
    """

    def begin() -> Case:
        turn = begin_case(session, key, application, now=now, office=application.get("office"), event=event)
        follow(turn)
        return turn.case

    procedure = procedure_of(session, key)
    if procedure is None or procedure.clock is None:
        return begin()
    for_what = evaluate(procedure.clock.key, application)
    if for_what is None:
        return begin()
    mark = mark_of(session, key, str(for_what), now)
    if mark.case is not None:
        return None
    try:
        with session.begin_nested():
            case = begin()
    except WorkflowError as error:
        if event is not None:
            raise
        log.warning("The clock could not begin a case of %s for %s: %s", key, mark.key, error)
        mark.problem = str(error)
        return None
    mark.case, mark.problem = case.number, None
    session.flush()
    return case


def mark_of(session: Session, procedure: str, key: str, now: datetime) -> ClockStart:
    """The row of what there is one case for: its key is unique, whoever comes first."""
    mark = session.get(ClockStart, (procedure, key), populate_existing=True)
    if mark is None:
        mark = ClockStart(procedure=procedure, key=key)
        session.add(mark)
    mark.tried_at = now
    session.flush()
    return mark


def procedure_of(session: Session, key: str) -> Procedure | None:
    version = active(session, key)
    return deployment.load(session, version) if version else None
