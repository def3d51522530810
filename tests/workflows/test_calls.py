"""A call runs the version that its drawing was deployed with, or the one that is active when it begins; the facts say which."""

from __future__ import annotations

from dataclasses import replace

from bpmn.model import ActivityKind, ProcessModel
from event_logs import store
from tests.builders import activity, user
from tests.workflows.conftest import Office
from tests.workflows.test_migration import CLERK, deployed, line, opened, to_the_end
from tests.workflows.test_tasks import do
from workflows.tables import Case


def part(*ids: str) -> ProcessModel:
    return replace(line(*(user(id, **CLERK) for id in ids)), key="part")


def calling(*, latest: bool) -> ProcessModel:
    call = activity("call", ActivityKind.CALL, called="part", calls_latest=latest)
    return line(user("first", **CLERK), call, user("last", **CLERK))


def told(office: Office, case: str) -> list[object]:
    """Which versions of the called procedure the facts name."""
    with office.begin() as session:
        found = [e.attributes.get("called_version") for e in store.read(session, case_id=case)]
    return [version for version in found if version is not None]


def test_a_pinned_call_runs_what_it_was_deployed_with(office: Office) -> None:
    deployed(office, part("a"), calling(latest=False))
    case = opened(office)
    deployed(office, part("a", "b"))
    assert to_the_end(office, case) == ["first", "call/a", "last"]
    assert told(office, case) == [1]


def test_a_latest_call_runs_what_is_active_when_it_begins(office: Office) -> None:
    deployed(office, part("a"), calling(latest=True))
    before, after = opened(office), opened(office)
    do(office, before, "first")
    deployed(office, part("b", "c"))
    do(office, after, "first")
    assert to_the_end(office, before) == ["call/a", "last"], "what began goes on as it began"
    assert to_the_end(office, after) == ["call/b", "call/c", "last"]
    assert told(office, before) == [1] and told(office, after) == [2]
    new = opened(office)
    assert to_the_end(office, new) == ["first", "call/b", "call/c", "last"]
    with office.begin() as session:
        found = [session.get_one(Case, number) for number in (before, after, new)]
        assert {case.version for case in found} == {1}, "the version of the case itself is the one it began on"


def test_the_same_activity_called_again_joins_what_is_active_then(sqlite_office: Office) -> None:
    twice = line(*(activity(id, ActivityKind.CALL, called="part", calls_latest=True) for id in ("one", "two")))
    deployed(sqlite_office, part("a"), twice)
    case = opened(sqlite_office)
    deployed(sqlite_office, part("a", "b"))
    assert to_the_end(sqlite_office, case) == ["one/a", "two/a"], (
        "the second began in the turn in which the first ended"
    )
    assert told(sqlite_office, case) == [1, 1]
