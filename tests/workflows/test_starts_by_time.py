"""Cases that a time begins: one that cannot be begun is kept with the reason and tried again, and stops no other clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bpmn.model import ProcessModel, TimerKind, Trigger
from bpmn.model import Timer as Drawn
from tests.builders import end, model, procedure, script, start, user, xor
from tests.workflows.conftest import Office
from tests.workflows.playing import MONDAY
from tests.workflows.test_moving_on import begun
from tests.workflows.test_tasks import do
from workflows import clock_starts, deadlines, deployment
from workflows.tables import Case, Incident, Task, Timer

HOUR = timedelta(hours=1)
EVERY_HOUR = Drawn(TimerKind.CYCLE, "R/PT1H")


def by_the_hour(key: str, *, loops_until: datetime | None = None) -> ProcessModel:
    """Begins every hour; until that moment its drawing loops for ever."""
    until = f"{loops_until:%Y-%m-%dT%H:%M:%SZ}" if loops_until else "2000-01-01T00:00:00Z"
    return model(
        start("every_hour", Trigger.TIMER, timer=EVERY_HOUR),
        xor("m"),
        script("count", n="1"),
        xor("d", default="d__look"),
        user("look", posts=("clerk",)),
        end(),
        paths=["every_hour > m > count > d > look > end", f'd > m : now() < date and time("{until}")'],
        key=key,
    )


def deployed(office: Office, *drawn: ProcessModel) -> None:
    office.now = MONDAY
    with office.begin() as session:
        for one in drawn:
            version = deployment.deploy(session, procedure(one), now=MONDAY)
            deployment.activate(session, version, now=MONDAY)


def fired(office: Office, now: datetime) -> list[str]:
    """What the clock does at that moment; the procedures of all cases there are then."""
    with office.begin() as session:
        deadlines.fire_due(session, now)
        return sorted(session.scalars(select(Case.procedure)))


def test_a_case_that_cannot_be_begun_is_kept_with_the_reason_and_tried_again(office: Office) -> None:
    mended = MONDAY + 2.5 * HOUR
    deployed(office, by_the_hour("broken", loops_until=mended), by_the_hour("sound"))
    assert fired(office, MONDAY + HOUR) == ["sound"], "no other clock waits behind it"
    with office.begin() as session:
        (kept,) = clock_starts.refused(session)
        assert (kept.procedure, kept.key) == ("broken", "every_hour") and "loops for ever" in (kept.problem or "")
        again = session.scalars(select(Timer.due_at).where(Timer.kind == "again")).all()
        assert list(again) == [MONDAY + 2 * HOUR]
    assert fired(office, MONDAY + 2 * HOUR).count("broken") == 0, "neither what was due nor what is due now"
    assert fired(office, MONDAY + 3 * HOUR).count("broken") == 3, "what could not be begun is not lost"
    with office.begin() as session:
        assert clock_starts.refused(session) == []
        assert session.scalars(select(Timer).where(Timer.kind == "again")).all() == []


def test_a_new_version_forgets_what_the_old_one_could_not_begin(office: Office) -> None:
    deployed(office, by_the_hour("broken", loops_until=MONDAY + 999 * HOUR))
    fired(office, MONDAY + HOUR)
    deployed(office, by_the_hour("broken"))
    assert fired(office, MONDAY + HOUR) == ["broken"], "by its own clock, which begins at its activation"


def test_a_time_limit_that_cannot_be_read_stops_nobody(office: Office) -> None:
    """Whoever led to the task goes on; the task has no limit of its own, and a manager sees why."""
    drawn = model(
        start(),
        user("first", posts=("clerk",)),
        user("second", posts=("clerk",), due=Drawn(TimerKind.DURATION, '"soon"')),
        end(),
        paths=["start > first > second > end"],
        key="unlimited",
    )
    deployed(office, drawn)
    case = begun(office, "unlimited")
    do(office, case, "first")
    with office.begin() as session:
        second = session.scalars(select(Task).where(Task.case == case, Task.activity == "second")).one()
        incident = session.scalars(select(Incident).where(Incident.case == case)).one()
        assert second.due_at is None and "'soon' is neither a date nor a duration" in incident.message
