"""A state that an older version wrote always opens again, and goes on as that version would have gone on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from event_logs import store, typed_json
from event_logs.store import RecordedEvent
from tests.workflows.conftest import Office
from tests.workflows.situations import FOLDER, SITUATIONS, go_on, opened
from tests.workflows.situations.in_the_office import BEGUN, FAULTY, RESTS, STANDS, complete, noting, of, put_back
from workflows import cases, clock_stops, deadlines, messages

FILES = sorted(FOLDER.glob("*/*.json"))


def told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = typed_json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.parametrize("way", ["calm", "eventful"])
def test_a_stored_case_goes_on_as_it_would_have_gone_on(path: Path, way: str) -> None:
    kept = told(path)
    execution = opened(kept)
    done = go_on(execution, kept["stuck"], eventful=way == "eventful", repair=kept.get("repair"))
    expected = kept[way]
    if kept["written_by"] == "0.1.0":  # it put into each result the list of those before it
        expected["data"] |= {name: [_alone(r) for r in v] for name, v in expected["data"].items() if "_results" in name}
    assert {"path": done, "ended": execution.ended, "data": dict(execution.data)} == expected


def _alone(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if not name.endswith("_results")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_stored_case_is_small(path: Path) -> None:
    assert len(told(path)["execution"]) < 3_000


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/office/*.json")), ids=lambda path: path.parts[-3])
def test_cases_that_an_older_version_kept_go_on_to_their_end(path: Path, sqlite_office: Office) -> None:
    """The statutory clock runs again, a person mends and retries, a suspended case goes on with its limits moved."""
    kept, thursday = told(path), BEGUN + timedelta(days=10)  # of the next week
    with noting(), Session(sqlite_office.engine) as session, session.begin():
        put_back(session, kept)
        session.flush()
        assert deadlines.next_due(session) is None
        due = {number: of(session, number).due_at for number in (STANDS, FAULTY, RESTS)}
        assert clock_stops.stands(session, STANDS) and not clock_stops.stands(session, FAULTY)
        assert messages.deliver(session, "papers", STANDS, {"account": "7"}, now=thursday) == 1
        assert of(session, STANDS).due_at == thursday.replace(hour=9, minute=30) + timedelta(days=14), (
            "eight days stood"
        )
        (incident,) = cases.incidents(session, case=FAULTY)
        cases.correct(session, incident, {"account": "12"}, by="h1", reason="asked", now=thursday)
        cases.retry(session, incident, by="h1", now=thursday)
        cases.resume(session, RESTS, by="h1", now=thursday)
        assert of(session, FAULTY).due_at == due[FAULTY] and (of(session, RESTS).due_at or BEGUN) > (
            due[RESTS] or BEGUN
        )
        first = deadlines.next_due(session)
        for number in (STANDS, FAULTY, RESTS):
            complete(session, number, thursday + timedelta(hours=1))
        assert {of(session, number).state for number in due} == {"completed"} and first is not None
        for number in due:
            done = {e.activity: e.officer for e in store.read(session, case_id=number) if e.lifecycle == "complete"}
            assert done["check"] != done["decide"], "four eyes hold over the years"
            rows = session.scalars(select(RecordedEvent).where(RecordedEvent.case_id == number)).all()
            assert [row.previous for row in rows[1:]] == [row.digest for row in rows[:-1]], "one chain"


def test_every_situation_is_kept_by_the_first_version_or_a_later_one() -> None:
    assert {path.stem for path in FILES} == set(SITUATIONS)
