"""External workers fetch work, hold it for a while, and hand in what came of it; their results count once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bpmn.model import Assignment, Trigger
from event_logs import store
from tests.builders import after, boundary, end, model, procedure, service, start, user
from tests.workflows.conftest import Office
from tests.workflows.test_moving_on import begun, deployed, state
from tests.workflows.test_two_at_once import at_once
from workflows import cases, deadlines, deployment, external
from workflows.errors import AlreadyDone, NotAllowed, NotOpen, Undeployable, UnknownExternalTask
from workflows.tables import Case, ExternalTask, Worker

ARCHIVING = model(
    start(),
    service(
        "store",
        "external:archive",
        inputs=(Assignment("sum", "amount * 2"),),
        outputs=(Assignment("box", "shelf"), Assignment("stored_on", "day")),
    ),
    boundary("full", "store", Trigger.ERROR, code="archive_full"),
    boundary("late", "store", Trigger.TIMER, timer=after('duration("P3D")')),
    user("look", posts=("clerk",)),
    end(),
    paths=["start > store > end", "full > look > end", "late > look"],
    key="archiving",
)


def begun_with(office: Office, *names: str) -> tuple[str, list[Worker]]:
    """A case whose work waits, and workers that may fetch it."""
    deployed(office, ARCHIVING)
    case = begun(office, "archiving", amount=Decimal("1.25"))
    with office.begin() as session:
        for name in names:
            external.add_worker(session, name, ["archive"], now=office.now)
        return case, [session.get_one(Worker, name) for name in names]


def fetched(office: Office, worker: Worker, **how: Any) -> list[ExternalTask]:
    """An hour later, as every look of this office."""
    with office.begin() as session:
        return external.fetch(session, session.get_one(Worker, worker.name), now=office.now, **how)


def events(office: Office, case: str) -> list[tuple[str, str]]:
    with office.begin() as session:
        return [(e.activity, str(e.lifecycle)) for e in store.read(session, case_id=case)]


def test_a_worker_fetches_with_inputs_and_hands_in_a_typed_result(office: Office) -> None:
    case, (worker,) = begun_with(office, "robot")
    (task,) = fetched(office, worker, lock=timedelta(hours=3))
    assert fetched(office, worker) == [], "it is held"
    assert (task.topic, task.inputs, task.attempts) == ("archive", {"sum": Decimal("2.50")}, 1)
    with office.begin() as session:
        external.complete(
            session, task.id, worker, {"shelf": "A7", "day": date(2026, 3, 2), "noise": 1}, now=office.now
        )
    with office.begin() as session:
        found = session.get_one(Case, case)
        assert (found.state, found.data["box"], found.data["stored_on"]) == ("completed", "A7", date(2026, 3, 2))
        assert "noise" not in found.data
    assert events(office, case)[1:4] == [("store", "schedule"), ("store", "start"), ("store", "complete")]


def test_a_result_handed_in_twice_counts_once(office: Office) -> None:
    case, (worker, other) = begun_with(office, "robot", "other")
    (task,) = fetched(office, worker)
    for _ in range(2):
        with office.begin() as session:
            external.complete(session, task.id, worker, {"shelf": "A7", "day": None}, now=office.now)
    assert events(office, case).count(("store", "complete")) == 1
    for late, result in ((worker, {"shelf": "B1", "day": None}), (other, {"shelf": "A7", "day": None})):
        with pytest.raises(AlreadyDone, match="completed by robot"), office.begin() as session:
            external.complete(session, task.id, late, result, now=office.now)


def test_what_a_dead_worker_held_comes_back_when_its_lock_runs_out(office: Office) -> None:
    _, (dead, heir) = begun_with(office, "dead", "heir")
    (task,) = fetched(office, dead, lock=timedelta(minutes=90))
    assert fetched(office, heir) == []
    (again,) = fetched(office, heir)
    assert (again.id, again.worker, again.attempts) == (task.id, "heir", 2)
    with pytest.raises(AlreadyDone, match="fetched by heir"), office.begin() as session:
        external.complete(session, task.id, dead, {"shelf": "A7", "day": None}, now=office.now)


def test_a_lock_is_extended_by_its_holder_alone(office: Office) -> None:
    _, (worker, other) = begun_with(office, "robot", "other")
    (task,) = fetched(office, worker, lock=timedelta(minutes=30))
    with office.begin() as session:
        assert external.extend(session, task.id, worker, lock=timedelta(hours=5), now=office.now).free_at > office.now
    assert fetched(office, other) == []
    with pytest.raises(AlreadyDone), office.begin() as session:
        external.extend(session, task.id, other, now=office.now)


def test_failures_are_tried_again_later_and_then_wait_for_a_person(office: Office) -> None:
    case, (worker,) = begun_with(office, "robot")
    (task,) = fetched(office, worker)
    with office.begin() as session:
        external.fail(session, task.id, worker, "no paper", retries=1, pause=timedelta(hours=3), now=office.now)
    assert fetched(office, worker) == [] and fetched(office, worker) == []
    (again,) = fetched(office, worker)
    with office.begin() as session:
        external.fail(session, again.id, worker, "still no paper", now=office.now)
    with office.begin() as session:
        (incident,) = cases.incidents(session)
        assert (incident.case, incident.node, incident.message, incident.attempts) == (
            case,
            "store",
            "still no paper",
            2,
        )
        cases.retry(session, incident, by="h1", now=office.now)
    (fresh,) = fetched(office, worker)
    assert fresh.id != task.id and fresh.retries == 5
    with office.begin() as session:
        external.complete(session, fresh.id, worker, {"shelf": "A7", "day": None}, now=office.now)
    assert state(office, case) == "completed"


def test_a_business_error_takes_the_way_that_is_drawn_for_it(office: Office) -> None:
    case, (worker,) = begun_with(office, "robot")
    (task,) = fetched(office, worker)
    with office.begin() as session:
        external.report_error(session, task.id, worker, "archive_full", "no room", now=office.now)
    with office.begin() as session:
        assert session.scalars(select(ExternalTask)).one().state == "failed" and not cases.incidents(session)
    assert ("look", "schedule") in events(office, case)


def test_an_error_that_is_not_drawn_waits_for_a_person(office: Office) -> None:
    _, (worker,) = begun_with(office, "robot")
    (task,) = fetched(office, worker)
    with office.begin() as session:
        external.report_error(session, task.id, worker, "on_fire", "the archive burns", now=office.now)
        (incident,) = cases.incidents(session)
        assert "the archive burns" in incident.message


def test_work_that_is_not_needed_any_more_is_refused(office: Office) -> None:
    case, (worker,) = begun_with(office, "robot")
    (task,) = fetched(office, worker)
    with office.begin() as session:
        assert deadlines.fire_due(session, office.now + timedelta(days=4)) == 1
    with pytest.raises(NotOpen, match="withdrawn"), office.begin() as session:
        external.complete(session, task.id, worker, {"shelf": "A7", "day": None}, now=office.now)
    assert ("store", "withdraw") in events(office, case)


def test_a_suspended_case_gives_no_work_away(office: Office) -> None:
    case, (worker,) = begun_with(office, "robot")
    with office.begin() as session:
        cases.suspend(session, case, by="h1", reason="court", now=office.now)
    assert fetched(office, worker) == []
    with office.begin() as session:
        cases.resume(session, case, by="h1", now=office.now)
    assert len(fetched(office, worker)) == 1


def test_a_worker_fetches_its_own_topics_and_is_known_by_its_token(office: Office) -> None:
    with office.begin() as session:
        token = external.add_worker(session, "robot", ["archive"], now=office.now)
        worker = external.worker_with(session, token)
        assert worker is not None and worker.name == "robot" and token not in worker.token_hash
        with pytest.raises(NotAllowed, match="printing"):
            external.fetch(session, worker, ["printing"], now=office.now)
        with pytest.raises(UnknownExternalTask):
            external.complete(session, 4711, worker, {}, now=office.now)
        external.remove_worker(session, "robot")
        assert external.worker_with(session, token) is None


def test_a_topic_must_be_named(office: Office) -> None:
    drawn = model(start(), service("store", "external:"), end(), paths=["start > store > end"], key="nameless")
    with pytest.raises(Undeployable, match="topic"), office.begin() as session:
        deployment.deploy(session, procedure(drawn), now=office.now)


def test_workers_at_once_never_get_the_same(office: Office) -> None:
    _, (one, other) = begun_with(office, "one", "other")
    for _ in range(11):
        begun(office, "archiving", amount=1)
    now: datetime = office.now

    def take(worker: Worker) -> list[int]:
        with Session(office.engine) as session, session.begin():
            own = session.get_one(Worker, worker.name)
            return [task.id for task in external.fetch(session, own, limit=3, now=now)]

    taken = at_once(*[lambda w=w: take(w) for w in (one, other) * 3])  # type: ignore[misc]
    ids = [id for found in taken for id in found]
    assert len(ids) == len(set(ids)) and len(ids) >= 9, taken
