"""A log is assessed rule by rule, with evidence; repairs are decided by people and change nothing but the reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from event_logs.log import EventLog
from event_logs.quality import RULES, Dimension, Finding, Repair, Stage, assess, repaired
from event_logs.quality.records import Base, RepairState, UnknownRepair, accepted, checks_of, decide, keep, repairs_of
from event_logs.reading import open_log

NOW = datetime(2026, 4, 1, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
STEPS = ("accept", "check", "approve", "deliver")


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    """Thirty cases by the book, and a few defects, each of another kind."""
    rows = [
        (
            f"C{case}",
            step,
            MORNING + timedelta(days=case, hours=hour),
            "east" if case % 2 else "west",
            f"officer {hour}",
        )
        for case in range(30)
        for hour, step in enumerate(STEPS)
    ]
    rows[1] = (*rows[1][:1], "chekc", *rows[1][2:])
    rows[6] = (*rows[6][:4], "")
    rows += [rows[10], ("C9", "deliver", NOW + timedelta(days=90), "east", "officer 3")]
    lines = [f"{case},{step},{at.isoformat()},{office},{officer}" for case, step, at, office, officer in rows]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["case,activity,time,office,officer", *lines]) + "\n", encoding="utf-8")
    columns = {
        "case_id": "case",
        "activity": "activity",
        "timestamp": "time",
        "office": "office",
        "resource": "officer",
    }
    return open_log(path, columns)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        yield opened


def broken(findings: tuple[Finding, ...]) -> dict[str, int]:
    return {finding.rule: finding.broken for finding in findings if finding.broken}


def test_each_defect_is_found_by_its_rule_with_a_case_to_look_at(log: EventLog) -> None:
    made = assess(log, now=NOW)
    assert broken(made.findings) == {"officer_known": 1, "label_spelled": 1, "not_ahead": 1, "told_once": 1}
    by_rule = {finding.rule: finding for finding in made.findings}
    assert [(e.activity, e.case_id) for e in by_rule["label_spelled"].evidence] == [("chekc", "C0")]
    assert [(e.activity, e.case_id) for e in by_rule["officer_known"].evidence] == [("approve", "C1")]
    assert 0.9 < made.score < 1 and set(made.dimensions) == set(Dimension)


def test_the_office_with_the_defects_scores_lower(log: EventLog) -> None:
    offices = assess(log, now=NOW).offices
    assert set(offices) == {"east", "west"} and offices["east"].score < 1
    assert sum(sum(part.broken.values()) for part in offices.values()) == 4


def test_a_repair_that_is_accepted_changes_the_reading_and_not_the_facts(log: EventLog, session: Session) -> None:
    before = log.events.activity.nunique().to_pyarrow().as_py()
    keep(session, "log:x", assess(log, now=NOW), "import")
    proposed = {repair.rule: repair for repair in repairs_of(session, "log:x")}
    assert proposed["label_spelled"].names == {"chekc": "check"} and set(proposed) == {"label_spelled", "told_once"}
    assert accepted(session, "log:x") == []
    for repair in proposed.values():
        decide(session, "log:x", repair.id, RepairState.ACCEPTED, by="owner", now=NOW)
    better = assess(repaired(log, accepted(session, "log:x")), now=NOW)
    assert broken(better.findings) == {"officer_known": 1, "not_ahead": 1}
    assert log.events.activity.nunique().to_pyarrow().as_py() == before
    assert (repairs_of(session, "log:x")[0].decided_by, repairs_of(session, "log:x")[0].decided_at) == ("owner", NOW)


def test_a_decision_can_be_taken_back_and_is_not_asked_for_again(log: EventLog, session: Session) -> None:
    keep(session, "log:x", assess(log, now=NOW), "import")
    repair = repairs_of(session, "log:x")[0]
    decide(session, "log:x", repair.id, RepairState.DECLINED, by="owner", now=NOW)
    keep(session, "log:x", assess(log, now=NOW), "schedule")
    assert [r.state for r in repairs_of(session, "log:x") if r.rule == repair.rule] == [RepairState.DECLINED]
    assert [check.occasion for check in checks_of(session, "log:x")] == ["schedule", "import"]
    with pytest.raises(UnknownRepair, match="no repair 99"):
        decide(session, "log:x", 99, RepairState.ACCEPTED, by="owner", now=NOW)


def test_a_log_without_repairs_is_itself(log: EventLog) -> None:
    assert repaired(log, []) is log
    assert repaired(log, [Repair("told_once")]).events.count().to_pyarrow().as_py() == 121


def test_the_rules_cover_every_dimension_and_stage_and_name_a_post() -> None:
    assert {rule.dimension for rule in RULES} == set(Dimension)
    assert {rule.stage for rule in RULES} == set(Stage)
    assert all(rule.post for rule in RULES) and len({rule.key for rule in RULES}) == len(RULES)
